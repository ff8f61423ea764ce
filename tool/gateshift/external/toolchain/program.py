"""A program that was found, ready to be run."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Source(Enum):
    """Where a program was found, in the order in which places are searched."""

    OPTION = "option"
    CACHE = "cache"
    PATH = "path"
    KUBECTL = "kubectl"


@dataclass(frozen=True, slots=True)
class Program:
    """`argv` holds the words in front of the arguments: (".../kustomize", "build") or, where only kubectl is there,
    (".../kubectl", "kustomize"); (".../kubeconform",).

    `version` is like "v5.8.1", or "" where the program does not say. `warnings` are sentences about that version.
    """

    name: str
    argv: tuple[str, ...]
    version: str
    source: Source
    warnings: tuple[str, ...] = ()
