"""Input that was made to take all the time, memory or patience of a run, and its harmless twin."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gateshift.apischema.cel.engine import CelScope, Failed, NotCompiled
from gateshift.apischema.cel.library import NOT_LINEAR
from gateshift.errors import NoVerdict
from gateshift.model.resource import Origin, Resource
from gateshift.report.findings import sarif
from gateshift.system import process
from gateshift.traffic.candidate_index import CandidateIndex
from gateshift.traffic.match import Call, candidates
from gateshift.traffic.request import ParentRef, Protocol, Request
from gateshift.traffic.routes import read_route

A_LONG_TEXT = "a" * 40


def test_an_expression_that_backtracks_is_not_evaluated() -> None:
    said = CelScope(A_LONG_TEXT).evaluate("self.findAll('(a*)*b').size() > 0")
    assert isinstance(said, Failed)
    assert NOT_LINEAR in said.why


def test_a_plain_expression_is_evaluated() -> None:
    assert CelScope(A_LONG_TEXT).evaluate("self.findAll('a+').size() == 1") is True


def test_chained_replacements_are_not_evaluated() -> None:
    chain = "self" + ".replace('', 'aaaaaaaaaa')" * 6
    with pytest.raises(NotCompiled, match="too long"):
        CelScope(A_LONG_TEXT).evaluate(f"{chain}.size() > 0")


def test_one_replacement_is_evaluated() -> None:
    assert CelScope("a-b").evaluate("self.replace('-', '.') == 'a.b'") is True


def test_a_rule_that_exhausts_the_evaluator_has_no_verdict() -> None:
    with pytest.raises(NotCompiled, match="budget"):
        CelScope(list(range(3000))).evaluate("self.all(a, self.all(b, a + b >= 0))")


def test_a_program_that_floods_its_output_is_killed() -> None:
    flood = "import sys\nwhile True: sys.stdout.write('x' * (1 << 20))"
    with pytest.raises(NoVerdict, match="said more than 64 MiB"):
        process.run([sys.executable, "-c", flood], timeout=60)


def test_of_a_flood_of_errors_both_ends_are_kept() -> None:
    flood = "import sys\nsys.stderr.write('begin ' + 'x' * (1 << 20))\nsys.exit(1)"
    said = process.run([sys.executable, "-c", flood], timeout=60).stderr
    assert said.startswith("begin xxx")
    assert "x\n... (1,048,582 bytes)\nx" in said
    assert len(said) < 20_000


def test_a_program_that_takes_all_memory_is_killed() -> None:
    hoard = "import time\nkept = b'x' * (1100 << 20)\ntime.sleep(60)"
    with pytest.raises(NoVerdict, match="took more memory than 1024 MiB"):
        process.run([sys.executable, "-c", hoard], timeout=60)


def test_a_program_that_says_much_is_heard() -> None:
    said = process.run([sys.executable, "-c", "print('x' * (8 << 20))"], timeout=60)
    assert len(said.stdout) == (8 << 20) + 1


def test_a_full_standard_output_is_told(tmp_path: Path) -> None:
    with open("/dev/full", "wb") as full:
        ended = _gateshift(tmp_path, "rules", stdout=full)
    assert ended.returncode == 3
    assert ended.stderr == b"gateshift: the disk is full, so what was to be written is not whole\n"


def test_a_reader_that_has_gone_is_told(tmp_path: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    with open(write, "wb") as pipe:
        ended = _gateshift(tmp_path, "rules", stdout=pipe)
    assert ended.returncode == 3
    assert ended.stderr == b"gateshift: the reader of the answer has gone, so what was to be written is not whole\n"


def test_a_full_disk_under_a_file_is_told(tmp_path: Path) -> None:
    ended = _gateshift(tmp_path, "rules", "-o", "/dev/full", stdout=subprocess.PIPE)
    assert ended.returncode == 3
    assert ended.stderr.count(b"\n") == 1


def test_a_closed_standard_output_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n")
    shell = f"exec {sys.executable} -m gateshift rules GS101 -f json >&-"
    ended = subprocess.run(["sh", "-c", shell], cwd=tmp_path, capture_output=True, env=os.environ, check=False)
    assert b"Traceback" not in ended.stderr
    assert ended.returncode in (0, 3)


@pytest.mark.parametrize(
    "field", ["apiVersion: apps/v{}\nkind: Deployment", "apiVersion: {}/v1\nkind: A", "apiVersion: v1\nkind: A{}"]
)
def test_a_kind_with_a_long_name_costs_the_other_objects_no_verdict(tmp_path: Path, field: str) -> None:
    (tmp_path / "long.yaml").write_text(field.format("1" * 400) + "\nmetadata: {name: a}\n")
    (tmp_path / "wrong.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: 1\n")
    ended = _gateshift(tmp_path, "validate", ".", "-f", "concise")
    assert ended.returncode == 1, ended.stderr
    assert b"wrong.yaml:4" in ended.stdout


@pytest.mark.parametrize("form", ["text", "json", "sarif", "junit", "github", "gitlab", "markdown"])
def test_a_long_value_is_not_repeated_by_every_finding(tmp_path: Path, form: str) -> None:
    value = "y" * 200_000
    labels = ", ".join(f"l{number}: {value}" for number in range(4))
    (tmp_path / "a.yaml").write_text(
        f"{{apiVersion: v1, kind: ConfigMap, metadata: {{name: a, labels: {{{labels}}}}}}}\n"
    )
    ended = _gateshift(tmp_path, "validate", "a.yaml", "-f", form)
    assert ended.returncode == 1
    assert len(ended.stdout) < 50_000


def test_a_path_with_two_slashes_is_the_path(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n")
    ended = _gateshift(tmp_path, "validate", f"/{tmp_path}/a.yaml", "--without-cel")
    assert b"defect" not in ended.stderr
    assert ended.returncode in (0, 3)


def test_brackets_are_read_once_by_sarif() -> None:
    text = "[" * 200_000
    assert sarif._message(text) == {"text": text}
    assert sarif._message("see [here](https://x)") == {"text": "see \\[here\\](https://x)"}


def test_a_call_is_tried_against_the_matches_of_its_path_alone() -> None:
    index = CandidateIndex.of(candidates(read_route(_route(500))))
    call = Call(Request(ParentRef("Gateway", "d", "g"), Protocol.HTTP, path="/p7/x"))
    assert [str(index.listed[place]) for place in index.possible(call)] == ["HTTPRoute d/r rule 7 match 0"]
    assert index.holding(call) == (7,)


def test_the_index_finds_what_trying_every_match_finds() -> None:
    index = CandidateIndex.of(candidates(read_route(_route(60))))
    for path in ("/", "/p1", "/p1/", "/p1//x", "/p11", "/p59/a/b", "//p1"):
        call = Call(Request(ParentRef("Gateway", "d", "g"), Protocol.HTTP, path=path))
        every = tuple(place for place, candidate in enumerate(index.listed) if candidate.holds(call))
        assert index.holding(call) == every


def _route(rules: int) -> Resource:
    data = {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"name": "r", "namespace": "d"},
        "spec": {
            "rules": [{"matches": [{"path": {"type": "PathPrefix", "value": f"/p{rule}"}}]} for rule in range(rules)]
        },
    }
    return Resource.of(data, Origin(Path("r.yaml")))  # type: ignore[arg-type]  # plain JSON


def _gateshift(folder: Path, *arguments: str, stdout: object = subprocess.PIPE) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "gateshift", *arguments],
        cwd=folder,
        stdout=stdout,  # type: ignore[arg-type]  # a file or PIPE
        stderr=subprocess.PIPE,
        check=False,
    )


def test_the_time_limit_is_that_of_all_programs_together(tmp_path: Path) -> None:
    limit = process.Deadline.after(0.5)
    with pytest.raises(NoVerdict, match=r"did not finish within the 0\.5 s of the whole run"):
        process.run(["sleep", "600"], timeout=limit)
    mark = tmp_path / "ran"
    with pytest.raises(NoVerdict, match="was not run"):
        process.run(["touch", str(mark)], timeout=limit)
    assert not mark.exists()


def test_a_program_within_the_limit_of_the_run_comes_to_its_end(tmp_path: Path) -> None:
    limit = process.Deadline.after(60)
    for name in ("first", "second"):
        assert process.run(["touch", str(tmp_path / name)], timeout=limit).exit_code == 0
        assert (tmp_path / name).exists()


def test_many_roots_that_hang_cost_the_time_of_the_run_once(tmp_path: Path) -> None:
    program, log = tmp_path / "kustomize", tmp_path / "ran"
    program.write_text(f'#!/bin/sh\nif [ "$1" = version ]; then echo v5.8.1; exit; fi\necho x >> {log}\nsleep 600\n')
    program.chmod(0o755)
    for number in range(12):
        folder = tmp_path / "roots" / str(number)
        folder.mkdir(parents=True)
        (folder / "kustomization.yaml").write_text("resources: [a.yaml]\n")
        (folder / "a.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n")
    argv = [sys.executable, "-m", "gateshift", "validate", "roots", "--kustomize", str(program), "--timeout", "1"]
    done = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert "was not run: the 1 s of the whole run were over" in done.stdout
    assert log.read_text().count("x") < 12


def test_a_path_that_is_not_unicode_is_planned(tmp_path: Path) -> None:
    folder = os.path.join(os.fsencode(tmp_path), b"a\xff")
    os.mkdir(folder)
    for place in (folder, os.fsencode(tmp_path / "b")):
        os.makedirs(place, exist_ok=True)
        Path(os.fsdecode(place), "kustomization.yaml").write_text("resources: [a.yaml]\n")
        Path(os.fsdecode(place), "a.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n")
    ended = _gateshift(tmp_path, "plan", os.fsdecode(folder), "b")
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize("words", [("validate", "."), ("status",), ("plan", "a", "a"), ("explain", "a", "http://a/")])
def test_a_pipe_called_gateshift_yaml_is_not_waited_for(tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/kustomization.yaml").write_text("resources: []\n")
    os.mkfifo(tmp_path / "gateshift.yaml")
    argv = [sys.executable, "-m", "gateshift", *words]
    done = subprocess.run(argv, cwd=tmp_path, capture_output=True, timeout=60, check=False)
    assert done.returncode in range(5)
