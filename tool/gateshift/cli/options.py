"""The options of every command that builds: which programs, which schemas, and how long they may take."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from gateshift.app.shared.tool_choices import Choices, install_programs
from gateshift.cli.console import tell
from gateshift.cli.defects import Session
from gateshift.cli.output import GroupedOption
from gateshift.cli.status_line import StatusLine
from gateshift.model.rollout import SchemaChoice
from gateshift.system.process import Deadline
from gateshift.tools.install_options import InstallOptions

T = TypeVar("T")
FC = TypeVar("FC", bound=Callable[..., Any])

_LONGEST = 86_400.0
"""A day, in seconds: the operating system's timers do not take any number."""


class Seconds(click.FloatRange):
    """A time limit: a number above 0, at most a day, and not `nan`, which no comparison refuses."""

    name = "seconds"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number of seconds. Raises click's usage error."""
        seconds = float(super().convert(value, param, ctx))
        if math.isnan(seconds):
            self.fail(f"{value} is not a number of seconds", param, ctx)
        return seconds


class _ToolOption(GroupedOption):
    group = "Programs and schemas"


def _installed(name: str) -> Callable[[click.Context, click.Parameter, str], list[str]]:
    """Completes the versions of these schemas that are installed."""

    def versions(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:  # noqa: ARG001 -- click's signature
        from gateshift.schemas.layout import installed_versions  # only a shell that asks pays for its start-up

        return [version for version in installed_versions(name) if version.startswith(incomplete)]

    return versions


def _option(*forms: str, **settings: Any) -> Callable[[FC], FC]:
    return click.option(*forms, cls=_ToolOption, **settings)


_OPTIONS = {
    "kustomize": _option(
        "--kustomize", metavar="PROGRAM", type=click.Path(path_type=Path), envvar="GATESHIFT_KUSTOMIZE",
        help="The kustomize to run, instead of the pinned one.",
    ),
    "kubeconform": _option(
        "--kubeconform", metavar="PROGRAM", type=click.Path(path_type=Path), envvar="GATESHIFT_KUBECONFORM",
        help="The kubeconform to run, instead of the pinned one.",
    ),
    "kubernetes": _option(
        "--kubernetes", metavar="VERSION", default="", envvar="GATESHIFT_KUBERNETES",
        shell_complete=_installed("kubernetes"),
        help="Check against this version of Kubernetes, such as 1.37.",
    ),
    "gateway_api": _option(
        "--gateway-api", metavar="VERSION", default="", envvar="GATESHIFT_GATEWAY_API",
        shell_complete=_installed("gateway-api"),
        help="Check against this version of the Gateway API, such as 1.6.3.",
    ),
    "channel": _option(
        "--channel", type=click.Choice(["standard", "experimental"]), envvar="GATESHIFT_CHANNEL",
        help="The Gateway API's release channel; standard unless gateshift.yaml says otherwise.",
    ),
    "crds": _option(
        "--crds", metavar="PATH", multiple=True, type=click.Path(exists=True, path_type=Path), envvar="GATESHIFT_CRDS",
        help="A file or directory of your own CRDs; repeatable.",
    ),
    "timeout": _option(
        "--timeout", metavar="SECONDS", type=Seconds(min=0, max=_LONGEST, min_open=True), default=300.0,
        show_default=True, envvar="GATESHIFT_TIMEOUT", help="How long all programs of the run may take together.",
    ),
    "install": _option(
        "--install", is_flag=True, envvar="GATESHIFT_INSTALL",
        help="Install the pinned programs and schemas first, where they are missing; no other version is fetched.",
    ),
}  # fmt: skip


def _installing(named: dict[str, Path | None], *, wanted: bool) -> InstallOptions | None:
    """How to install what is missing, the programs already there; work that takes long is told on standard error."""
    if not wanted:
        return None
    options = InstallOptions(say=tell)
    Session.current().has_written = True
    install_programs(named, options)
    return options


_TO_BUILD = ("kustomize", "timeout", "install")


def build_options(function: Callable[..., T]) -> Callable[..., T]:
    """Give a command that only builds the options it needs; its function gets the keyword `choices` instead of them."""

    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> T:
        options = _installing({"kustomize": kwargs["kustomize"]}, wanted=kwargs.pop("install"))
        choices = Choices(
            kustomize=kwargs.pop("kustomize"),
            timeout=Deadline.after(kwargs.pop("timeout")),
            install=options,
            progress=StatusLine(),
        )
        return function(*args, choices=choices, **kwargs)

    for name in reversed(_TO_BUILD):
        call = _OPTIONS[name](call)
    return call


def tool_options(function: Callable[..., T]) -> Callable[..., T]:
    """Give a command these options; its function gets the keyword `choices` instead of them."""

    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> T:
        schemas = SchemaChoice(kwargs.pop("kubernetes"), kwargs.pop("gateway_api"), kwargs.pop("channel") or "")
        programs = kwargs.pop("kustomize"), kwargs.pop("kubeconform")
        options = _installing(
            dict(zip(("kustomize", "kubeconform"), programs, strict=True)), wanted=kwargs.pop("install")
        )
        limit, cached = Deadline.after(kwargs.pop("timeout")), not kwargs.pop("no_cache", True)
        choices = Choices(*programs, schemas, kwargs.pop("crds"), limit, options, cached=cached, progress=StatusLine())
        return function(*args, choices=choices, **kwargs)

    for option in reversed(_OPTIONS.values()):
        call = option(call)
    return call


def cache_option(function: Callable[..., T]) -> Callable[..., T]:
    """Give a command with `@tool_options` below it `--no-cache`; its `choices` know of it, and its answers are kept."""
    option = _option(
        "--no-cache",
        is_flag=True,
        envvar="GATESHIFT_NO_CACHE",
        help="Work everything out anew, and keep nothing for the next run.",
    )
    return option(function)


def pointer_option(function: Callable[..., T]) -> Callable[..., T]:
    """Give a command `--pointer`; its function gets the keyword `files`."""
    option = click.option(
        "--pointer",
        "files",
        multiple=True,
        metavar="PATH",
        type=click.Path(exists=True, path_type=Path),
        help="A file or directory with pointers, besides those in sync/; repeatable.",
    )
    return option(function)
