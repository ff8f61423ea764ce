"""Small inputs that want all the time or memory there is: each run comes to its end with a verdict or a refusal."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from gateshift.system.process import MOST_MEMORY
from tests.attack.conftest import Figures
from tests.attack.seeds import FULL
from tests.repositories import write

MOST_SECONDS = 120.0
"""The most processor time that a run and its programs may take."""
MOST_BYTES = MOST_MEMORY + (512 << 20)
"""The most memory that one process of a run may take: a program is looked at ten times a second."""

ALIASES = "".join(f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n" for level in range(1, 12))
ALIASES = f"a0: &a0 [x, x, x]\n{ALIASES}"
DEEP = "[" * 200_000
DEEP_KEYS = "".join(f"{' ' * level}a:\n" for level in range(3000))
CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
COPIES = "\n".join(f'- {{op: copy, from: /data, path: "/data/c{number}"}}' for number in range(30))
ROUTE = {
    "apiVersion": "gateway.networking.k8s.io/v1",
    "kind": "HTTPRoute",
    "metadata": {"name": "r", "namespace": "d"},
}


def route(name: str, rules: int, matches: int, pattern: str = "") -> str:
    """An HTTPRoute of that many rules and matches."""
    kind = "RegularExpression" if pattern else "PathPrefix"
    paths = [[f"/{name}{rule}-{match}" for match in range(matches)] for rule in range(rules)]
    spec = {
        "parentRefs": [{"name": "g"}],
        "rules": [
            {
                "matches": [{"path": {"type": kind, "value": path + pattern}} for path in rule],
                "backendRefs": [{"name": "s"}],
            }
            for rule in paths
        ],
    }
    return json.dumps({**ROUTE, "metadata": {"name": name, "namespace": "d"}, "spec": spec})


def crd(rule: str) -> str:
    """A kind with a CEL rule, and an object of it."""
    schema = {
        "type": "object",
        "properties": {
            "spec": {
                "type": "object",
                "properties": {"list": {"type": "array", "items": {"type": "integer"}}, "text": {"type": "string"}},
                "x-kubernetes-validations": [{"rule": rule}],
            }
        },
    }
    definition = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "bombs.example.org"},
        "spec": {
            "group": "example.org",
            "names": {"kind": "Bomb", "plural": "bombs", "singular": "bomb", "listKind": "BombList"},
            "scope": "Namespaced",
            "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}],
        },
    }
    spec = {"list": list(range(3000)), "text": "a" * 5000}
    bomb = {"apiVersion": "example.org/v1", "kind": "Bomb", "metadata": {"name": "b", "namespace": "d"}, "spec": spec}
    return f"{json.dumps(definition)}\n---\n{json.dumps(bomb)}\n"


def one(text: str) -> dict[str, str]:
    """A root of one file."""
    return {"kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": text}


def diamonds(levels: int) -> dict[str, str]:
    """Kustomizations each of which names both of the next level."""
    files = {"kustomization.yaml": "resources: [0a, 0b]\n"}
    for level in range(levels):
        below = f"resources: [../{level + 1}a, ../{level + 1}b]\n"
        files |= {f"{level}{side}/kustomization.yaml": f"namePrefix: {side}\n{below}" for side in "ab"}
    last = {f"{levels}{side}/{name}": text for side in "ab" for name, text in one(CONFIG_MAP).items()}
    return files | last


FILES: dict[str, Callable[[], dict[str, str]]] = {
    "aliases in a manifest": lambda: one(ALIASES),
    "aliases in a kustomization": lambda: {"kustomization.yaml": ALIASES},
    "aliases in gateshift.yaml": lambda: {"gateshift.yaml": ALIASES},
    "200,000 levels in a manifest": lambda: one(DEEP),
    "200,000 levels in a kustomization": lambda: {"kustomization.yaml": f"resources: {DEEP}"},
    "200,000 levels in gateshift.yaml": lambda: {"gateshift.yaml": f"service: {DEEP}"},
    "3,000 levels of keys": lambda: one(DEEP_KEYS),
    "101 MB": lambda: one(f"{CONFIG_MAP}data: {{a: {'x' * (101 << 20)}}}\n"),
    "a million lines": lambda: one(
        CONFIG_MAP + "data:\n" + "".join(f"  k{number}: v\n" for number in range(1_000_000))
    ),
    "a patch that doubles": lambda: {
        **one(f"{CONFIG_MAP}data: {{a: {'x' * 1000}}}\n"),
        "kustomization.yaml": "resources: [a.yaml]\npatches: [{path: p.yaml, target: {kind: ConfigMap}}]\n",
        "p.yaml": COPIES,
    },
    "diamonds of bases": lambda: diamonds(30),
    "CEL that is quadratic": lambda: one(crd("self.list.all(a, self.list.all(b, self.list.all(c, a + b + c >= 0)))")),
    "CEL that backtracks": lambda: one(crd("self.text.findAll('(a*)*b').size() > 0")),
    "CEL that grows": lambda: one(crd("self.text" + ".replace('', 'aaaaaaaaaa')" * 6 + ".size() > 0")),
    "CEL of 100,000 terms": lambda: one(crd(" && ".join(["true"] * 100_000))),
    "CEL of 10,000 brackets": lambda: one(crd("(" * 10_000 + "true" + ")" * 10_000)),
    "expressions of routes": lambda: one(route("r", 16, 8, "((a|aa)+)+$(.*.*.*)*b{1,1000}{1,1000}")),
    "800 routes": lambda: one("\n---\n".join(route(f"r{number}", 1, 2) for number in range(800))),
    "64 rules with 64 matches": lambda: one(route("r", 64, 64)),
    "200,000 brackets": lambda: one(f"{CONFIG_MAP}data: {{a: 1}}\n{json.dumps('[' * 200_000)}: 1\n"),
    "2,000 documents": lambda: one(f"---\n{CONFIG_MAP}" * 2000),
    "2,000 kustomizations": lambda: {
        f"{n}/{name}": text for n in range(2000) for name, text in one(CONFIG_MAP).items()
    },
    "gateshift.yaml with 3,000 stages": lambda: {
        "gateshift.yaml": FULL.replace(
            "policy:", "".join(f"  - {{name: s{n}, shares: {{v1: {n + 1}, v2: 1}}}}\n" for n in range(3000)) + "policy:"
        )
    },
}


@pytest.mark.parametrize("name", FILES)
def test_a_bomb_does_not_go_off(tmp_path: Path, name: str, figures: Figures) -> None:
    write(tmp_path, "")
    for path, text in FILES[name]().items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    words = ["generate", "--check"] if "gateshift.yaml" in name else ["validate", ".", "-f", "sarif"]
    figures(f"{name}: {detonated(tmp_path, words)}")


@pytest.mark.parametrize("name", ["200 routes", "routes of one parent"])
def test_a_plan_of_many_routes_comes_to_its_end(tmp_path: Path, name: str, figures: Figures) -> None:
    count = 200 if name == "200 routes" else 25
    for side, rules in (("before", 1), ("after", 2)):
        routes = "\n---\n".join(route(f"r{number}", rules, 1) for number in range(count))
        write(tmp_path / side, "")
        for path, text in one(routes).items():
            (tmp_path / side / path).write_text(text)
    figures(f"plan of {name}: {detonated(tmp_path, ['plan', 'before', 'after'])}")


FLOODS = {
    "floods its output": f"while :; do echo {'x' * 5000}; done",
    "floods its errors": f"while :; do echo {'x' * 5000} >&2; done",
    "answers with 200,000 levels": f"printf '{'[' * 1000}%.0s' $(seq 200)",
    "answers with nothing": "exit 0",
    "hangs": "sleep 600",
    "leaves a child behind": "sleep 600 & exit 0",
}


@pytest.mark.parametrize("program", ["kustomize", "kubeconform"])
@pytest.mark.parametrize("name", FLOODS)
def test_a_hostile_program_gives_no_verdict(tmp_path: Path, name: str, program: str, figures: Figures) -> None:
    write(tmp_path, "")
    for path, text in one(CONFIG_MAP).items():
        (tmp_path / path).write_text(text)
    hostile = tmp_path / program
    version = 'case "$1" in version|-v) echo v5.8.1; exit;; esac'
    hostile.write_text(f"#!/bin/sh\n{version}\n{FLOODS[name]}\n")
    hostile.chmod(0o755)
    words = ["validate", ".", f"--{program}", str(hostile), "--timeout", "20", "--without-cel"]
    figures(f"a {program} that {name}: {detonated(tmp_path, words)}")


def detonated(folder: Path, words: list[str]) -> str:
    """How a run ended, and what it took."""
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen([sys.executable, "-m", "gateshift", *words], cwd=folder, stdout=said, stderr=said)
        _, status, usage = os.wait4(process.pid, 0)
    code = process.returncode = os.waitstatus_to_exitcode(status)
    text = (folder / "said").read_text(errors="replace")
    assert code in (0, 1, 2, 3), text[-2000:]
    assert "Traceback" not in text
    assert len(text) < 10_000_000
    seconds, size = usage.ru_utime + usage.ru_stime, usage.ru_maxrss << 10
    assert seconds < MOST_SECONDS
    assert size < MOST_BYTES, f"{size >> 20} MiB"
    return f"exit code {code}, {seconds:.1f} s, {size >> 20} MiB, {len(text):,} characters"
