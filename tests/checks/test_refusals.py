"""What is refused before any build: each repository with the rule and the line that must be told, and nothing else."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from gateshift.checks.build.roots import refusals
from gateshift.kustomize.tree.roots import find_roots
from gateshift.kustomize.tree.tree_reader import TreeReader
from gateshift.model.finding import Finding, Level
from gateshift.model.place import Place
from tests.repositories import marked, tree_of, write

_SERVICE = "=== overlay/service.yaml\napiVersion: v1\nkind: Service\nmetadata: {name: web}\n"


@dataclass(frozen=True, slots=True)
class Case:
    id: str
    rule: str
    text: str


def _resource(text: str) -> str:
    return f"=== overlay/kustomization.yaml\nresources:\n  - {text} # <-- here\n"


CASES = (
    *(
        Case(f"remote: {text}", "GS111", _resource(text))
        for text in (
            "https://example.com/a.yaml",
            "http://example.com/a.yaml",
            "github.com/org/repo",
            "github.com/org/repo//base?ref=v1",
            "git@github.com:org/repo.git",
            "ssh://git@host.xz/org/repo",
            "git::https://host.xz/org/repo",
            "user@host.xz:org/repo",
            "file:///srv/repo",
        )
    ),
    Case(
        "a field name in other letters",
        "GS111",
        "=== overlay/kustomization.yaml\nRESOURCES: # x\n  - github.com/a/b # <-- here\n",
    ),
    Case(
        "the long s",
        "GS111",
        "=== overlay/kustomization.yaml\nre\u017fources:\n  - github.com/a/b # <-- here\n",
    ),
    Case("a remote base", "GS111", "=== overlay/kustomization.yaml\nbases:\n  - github.com/a/b # <-- here\n"),
    Case("a remote component", "GS111", "=== overlay/kustomization.yaml\ncomponents:\n  - github.com/a/b # <-- here\n"),
    Case(
        "a remote base in base64",
        "GS111",
        "=== overlay/kustomization.yaml\nresources:\n  - !!binary Z2l0aHViLmNvbS9hL2I= # <-- here\n",
    ),
    Case(
        "a field's name in base64",
        "GS111",
        "=== overlay/kustomization.yaml\n!!binary cmVzb3VyY2Vz :\n  - github.com/a/b # <-- here\n",
    ),
    Case(
        "a remote base merged in from an anchor",
        "GS111",
        "=== overlay/kustomization.yaml\nmetadata: &m\n  resources:\n    - github.com/a/b # <-- here\n<<: *m\n",
    ),
    Case(
        "a remote patch",
        "GS111",
        "=== overlay/kustomization.yaml\npatches:\n  - path: https://example.com/p.yaml # <-- here\n",
    ),
    Case(
        "a remote patch under a field in other letters",
        "GS111",
        "=== overlay/kustomization.yaml\npatches:\n  - PATH: https://example.com/p.yaml # <-- here\n",
    ),
    Case(
        "a remote strategic merge",
        "GS111",
        "=== overlay/kustomization.yaml\npatchesStrategicMerge:\n  - https://example.com/p.yaml # <-- here\n",
    ),
    Case(
        "a remote JSON patch",
        "GS111",
        "=== overlay/kustomization.yaml\npatchesJson6902:\n  - path: http://example.com/p.yaml # <-- here\n",
    ),
    Case(
        "a remote replacement",
        "GS111",
        "=== overlay/kustomization.yaml\nreplacements:\n  - path: http://example.com/p.yaml # <-- here\n",
    ),
    Case(
        "a remote schema",
        "GS111",
        "=== overlay/kustomization.yaml\nopenapi:\n  path: http://example.com/s # <-- here\n",
    ),
    Case("a remote CRD", "GS111", "=== overlay/kustomization.yaml\ncrds:\n  - http://example.com/s # <-- here\n"),
    Case(
        "a remote configuration",
        "GS111",
        "=== overlay/kustomization.yaml\nconfigurations:\n  - http://example.com/s # <-- here\n",
    ),
    Case(
        "remote data",
        "GS111",
        "=== overlay/kustomization.yaml\nconfigMapGenerator:\n  - files:\n      - k=https://example.com/s # <-- here\n",
    ),
    Case(
        "remote variables",
        "GS111",
        "=== overlay/kustomization.yaml\nsecretGenerator:\n  - envs:\n      - https://example.com/s # <-- here\n",
    ),
    Case(
        "a remote transformer",
        "GS111",
        "=== overlay/kustomization.yaml\ntransformers:\n  - https://example.com/t.yaml # <-- here\n",
    ),
    Case(
        "a transformer's own remote patch",
        "GS111",
        "=== overlay/kustomization.yaml\ntransformers: [t.yaml]\n=== overlay/t.yaml\napiVersion: builtin\n"
        "kind: PatchTransformer\nmetadata: {name: t}\npath: https://example.com/p.yaml # <-- here\n",
    ),
    Case(
        "an inline transformer's own remote patch",
        "GS111",
        "=== overlay/kustomization.yaml\ntransformers:\n  - |\n    apiVersion: builtin\n"
        "    kind: PatchTransformer\n    metadata: {name: t}\n    path: https://example.com/p.yaml # <-- here\n",
    ),
    Case(
        "a generator's own remote data",
        "GS111",
        "=== overlay/kustomization.yaml\ngenerators: [g.yaml]\n=== overlay/g.yaml\napiVersion: builtin\n"
        "kind: ConfigMapGenerator\nmetadata: {name: t}\nfiles:\n  - a=https://example.com/p.yaml # <-- here\n",
    ),
    Case(
        "a replacement transformer's own remote file",
        "GS111",
        "=== overlay/kustomization.yaml\ntransformers: [t.yaml]\n=== overlay/t.yaml\napiVersion: builtin\n"
        "kind: ReplacementTransformer\nmetadata: {name: t}\nReplacements:\n"
        "  - Path: https://example.com/p.yaml # <-- here\n",
    ),
    Case(
        "a remote base of a base",
        "GS111",
        "=== overlay/kustomization.yaml\nresources: [../base]\n=== base/kustomization.yaml\nresources:\n"
        "  - github.com/a/b # <-- here\n",
    ),
    Case(
        "a container function",
        "GS112",
        "=== overlay/kustomization.yaml\ntransformers: [t.yaml]\n=== overlay/t.yaml\napiVersion: a/v1\nkind: T\n"
        "metadata:\n  name: t\n  annotations:\n    config.kubernetes.io/function: 'container: {image: i}' # <-- here\n",
    ),
    Case(
        "an exec function inside the kustomization",
        "GS112",
        "=== overlay/kustomization.yaml\ngenerators:\n  - |\n    apiVersion: a/v1\n    kind: T\n    metadata:\n"
        "      name: t\n      annotations:\n        config.k8s.io/function: 'exec: {path: ./x}' # <-- here\n",
    ),
    Case(
        "a plugin",
        "GS112",
        "=== overlay/kustomization.yaml\nvalidators: [t.yaml]\n=== overlay/t.yaml\napiVersion: a/v1\n"
        "kind: T # <-- here\nmetadata: {name: t}\n",
    ),
    Case(
        "a plugin in a list",
        "GS112",
        "=== overlay/kustomization.yaml\nvalidators: [t.yaml]\n=== overlay/t.yaml\napiVersion: v1\nkind: List\n"
        "items:\n  - apiVersion: a/v1\n    kind: T # <-- here\n    metadata: {name: t}\n",
    ),
    Case("a chart", "GS113", "=== overlay/kustomization.yaml\nhelmCharts: # <-- here\n  - name: c\n"),
    Case(
        "a chart of old",
        "GS113",
        "=== overlay/kustomization.yaml\nhelmChartInflationGenerator: # <-- here\n  - chartName: c\n",
    ),
    Case(
        "a chart's own generator",
        "GS113",
        "=== overlay/kustomization.yaml\ngenerators: [g.yaml]\n=== overlay/g.yaml\napiVersion: builtin\n"
        "kind: HelmChartInflationGenerator # <-- here\nmetadata: {name: g}\nname: c\n",
    ),
    Case("a file outside", "GS114", _resource("../../../../../../../../../../etc/hostname")),
    Case("an absolute file outside", "GS114", _resource("/etc/hostname")),
    Case(
        "data from outside",
        "GS114",
        "=== overlay/kustomization.yaml\nconfigMapGenerator:\n  - files:\n      - k=/etc/hostname # <-- here\n",
    ),
    Case("a folder outside", "GS114", _resource("../../../../../../../../../../etc")),
    Case("a missing file", "GS105", _resource("servcie.yaml") + _SERVICE),
    Case("a missing folder", "GS105", _resource("../bases/web")),
    Case("an empty path", "GS105", _resource('""')),
    Case(
        "a missing patch",
        "GS105",
        "=== overlay/kustomization.yaml\npatches:\n  - path: p.yaml # <-- here\n",
    ),
    Case(
        "missing data",
        "GS105",
        "=== overlay/kustomization.yaml\nconfigMapGenerator:\n  - files:\n      - k=nothing # <-- here\n",
    ),
    Case("a file beside the folder", "GS106", _resource("../service.yaml") + _SERVICE.replace("overlay/", "")),
    Case("a folder without a kustomization", "GS107", _resource("../base") + _SERVICE.replace("overlay/", "base/")),
    Case(
        "a component as a resource",
        "GS107",
        _resource("../c") + "=== c/kustomization.yaml\napiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n",
    ),
    Case(
        "a kustomization as a component",
        "GS107",
        "=== overlay/kustomization.yaml\ncomponents:\n  - ../c # <-- here\n=== c/kustomization.yaml\nnamePrefix: x\n",
    ),
    Case(
        "two kustomizations in one folder",
        "GS107",
        _resource("../c") + "=== c/kustomization.yaml\nnamePrefix: x\n=== c/kustomization.yml\nnamePrefix: x\n",
    ),
    Case("itself", "GS108", _resource(".")),
    Case("the folder above", "GS108", _resource("..") + "=== kustomization.yaml\nresources: [service.yaml]\n"),
    Case(
        "a circle over a third",
        "GS108",
        "=== overlay/kustomization.yaml\nresources: [../b]\n=== b/kustomization.yaml\nresources: [../c]\n"
        "=== c/kustomization.yaml\nresources:\n  - ../overlay # <-- here\n",
    ),
    Case(
        "a base that holds the overlay",
        "GS108",
        "=== a/overlay/kustomization.yaml\nresources: [../../b]\n=== b/kustomization.yaml\nresources:\n"
        "  - ../a # <-- here\n=== a/kustomization.yaml\nnamePrefix: x\n",
    ),
    Case(
        "a key twice",
        "GS104",
        "=== overlay/kustomization.yaml\nresources: [service.yaml]\n=== overlay/service.yaml\napiVersion: v1\n"
        "kind: Service\nmetadata:\n  name: a\n  name: b # <-- here\n",
    ),
    Case(
        "a key twice in an inline patch",
        "GS104",
        "=== overlay/kustomization.yaml\nresources: [service.yaml]\npatches:\n  - patch: |\n      kind: Service\n"
        "      kind: Secret # <-- here\n" + _SERVICE,
    ),
    Case(
        "a field twice in other letters",
        "GS104",
        "=== overlay/kustomization.yaml\nresources: [service.yaml] # <-- here\nResources: [service.yaml]\n" + _SERVICE,
    ),
    Case(
        "a mistake in the YAML",
        "GS103",
        "=== overlay/kustomization.yaml\nresources: [service.yaml]\n=== overlay/service.yaml\napiVersion: v1\n"
        "kind: Service\nmetadata:\n   name: a\n  b: c # <-- here\n",
    ),
    Case(
        "a kustomization that is a list",
        "GS103",
        "=== overlay/kustomization.yaml\n- resources # <-- here\n",
    ),
    Case(
        "configurations that a kustomization changes",
        "GS116",
        "=== overlay/kustomization.yaml\ntransformers:\n  - t # <-- here\n=== overlay/t/kustomization.yaml\n"
        "resources: [t.yaml]\npatches: [{path: p.yaml}]\n=== overlay/t/t.yaml\napiVersion: builtin\n"
        "kind: PatchTransformer\nmetadata: {name: t}\npath: x\n=== overlay/t/p.yaml\nkind: x\n",
    ),
)


def found(tree_root: Path) -> list[Finding]:
    return list(refusals(tree_of(tree_root)))


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_it_is_refused_at_its_line(case: Case, tmp_path: Path) -> None:
    top = write(tmp_path, case.text)
    file, line = marked(top)
    root = top / "a/overlay" if (top / "a/overlay").exists() else top / "overlay"
    (finding,) = found(root)
    assert isinstance(finding.at, Place)
    level = Level.WARNING if case.rule in ("GS111", "GS113") else Level.ERROR
    assert (finding.rule, finding.level, finding.at.file, finding.at.line) == (case.rule, level, file, line)
    assert finding.message
    assert finding.help


@pytest.mark.parametrize(
    ("text", "level"),
    [
        (_resource("github.com/org/repo//base?ref=0123456789012345678901234567890123456789"), Level.NOTE),
        (_resource("https://github.com/org/repo/releases/download/v1.2.3/install.yaml"), Level.NOTE),
        (_resource("github.com/org/repo//base?ref=v1.2.3"), Level.NOTE),
        (_resource("github.com/org/repo//base?ref=main"), Level.WARNING),
        (_resource("https://raw.githubusercontent.com/org/repo/master/install.yaml"), Level.WARNING),
        ("=== overlay/kustomization.yaml\nhelmCharts: # <-- here\n  - {name: c, version: 1.2.3}\n", Level.NOTE),
        ("=== overlay/kustomization.yaml\nhelmCharts: # <-- here\n  - {name: c, version: ^1.2}\n", Level.WARNING),
    ],
)
def test_what_is_pinned_is_only_noted(text: str, level: Level, tmp_path: Path) -> None:
    (finding,) = found(write(tmp_path, text) / "overlay")
    assert finding.level is level


def overlay(top: Path, *names: str) -> Path:
    """A kustomization of these resources."""
    write(top, "=== overlay/kustomization.yaml\nresources: [" + ", ".join(names) + "]\n")
    return top / "overlay"


def rules(root: Path) -> list[str]:
    return [finding.rule for finding in found(root)]


def test_a_link_out_of_the_repository_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text("secret: x\n")
    root = overlay(tmp_path / "repo" if (tmp_path / "repo").mkdir() is None else tmp_path, "a.yaml", "b/c.yaml")
    (root / "a.yaml").symlink_to(tmp_path / "secret.yaml")
    (root / "b").symlink_to(tmp_path)
    (tmp_path / "c.yaml").write_text("x: y\n")
    assert rules(root) == ["GS115", "GS115"]
    assert all("secret" not in file.text for file in tree_of(root).files.values())


def test_a_linked_kustomization_file_out_of_the_repository_is_not_followed(tmp_path: Path) -> None:
    repo = tmp_path / "repo"
    repo.mkdir()
    write(repo, "=== overlay/nothing\n")
    (tmp_path / "k.yaml").write_text("namePrefix: x\n")
    (repo / "overlay/kustomization.yaml").symlink_to(tmp_path / "k.yaml")
    assert rules(repo / "overlay") == ["GS115"]


def test_links_inside_the_repository_are_followed(tmp_path: Path) -> None:
    root = overlay(tmp_path, "../linked")
    write(tmp_path, "=== real/kustomization.yaml\nresources: [a.yaml]\n=== real/a.yaml\napiVersion: v1\nkind: Secret\n")
    (tmp_path / "linked").symlink_to("real")
    assert rules(root) == []


def test_a_plain_folders_link_out_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text("secret: x\n")
    repo = write(tmp_path / "repo" if (tmp_path / "repo").mkdir() is None else tmp_path, "=== plain/nothing.txt\n")
    (repo / "plain/a.yaml").symlink_to(tmp_path / "secret.yaml")
    assert rules(repo / "plain") == ["GS115"]


def test_a_link_to_nowhere_is_missing(tmp_path: Path) -> None:
    root = overlay(tmp_path, "a.yaml")
    (root / "a.yaml").symlink_to("gone.yaml")
    (finding,) = found(root)
    assert finding.rule == "GS105"
    assert "gone.yaml" in finding.help


def test_a_loop_of_links_is_told(tmp_path: Path) -> None:
    root = overlay(tmp_path, "a.yaml")
    (root / "a.yaml").symlink_to("b.yaml")
    (root / "b.yaml").symlink_to("a.yaml")
    assert rules(root) == ["GS103"]


def test_a_pipe_is_not_opened(tmp_path: Path) -> None:
    root = overlay(tmp_path, "a.yaml")
    os.mkfifo(root / "a.yaml")
    assert rules(root) == ["GS103"]


def test_devices_are_not_read(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    root = tmp_path
    (root / "kustomization.yaml").write_text("configMapGenerator:\n  - files: [x=/dev/zero]\n")
    assert rules(root) == ["GS114"]


HOSTILE = {
    "a NUL byte": b"a: b\n\0: c\n",
    "another encoding": "name: caf\u00e9\n".encode("latin-1"),
    "a hundred megabytes": None,
    "nested a hundred thousand deep in brackets": b"a: " + b"[" * 100_000,
    "nested a hundred thousand deep in dashes": b"- " * 100_000 + b"x\n",
    "nested a hundred thousand deep in lines": b"".join(b" " * depth + b"a:\n" for depth in range(3_000)),
    "a bomb of aliases": b"a: &a [x,x,x,x,x,x,x,x,x]\n"
    + b"".join(
        b"%c: &%c [*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c]\n" % ((i + 1, i + 1) + (i,) * 9) for i in range(97, 110)
    ),
    "an alias of itself": b"a: &a [*a]\n",
    "a million keys of one name": b"a: 1\n" * 1_000_000,
    "one line of sixteen megabytes": b"a: " + b"x" * (15 << 20) + b": y",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_told_of_in_bounded_time(name: str, tmp_path: Path) -> None:
    root = overlay(tmp_path, "a.yaml")
    content = HOSTILE[name]
    with open(root / "a.yaml", "wb") as file:
        if content is None:
            file.truncate(100_000_000)
        else:
            file.write(content)
    started = time.monotonic()
    assert rules(root) == ["GS103"]
    assert time.monotonic() - started < 30


def test_a_hundred_megabytes_of_data_are_not_read(tmp_path: Path) -> None:
    root = write(tmp_path, "=== overlay/kustomization.yaml\nconfigMapGenerator:\n  - files: [data.bin]\n") / "overlay"
    with open(root / "data.bin", "wb") as file:
        file.truncate(100_000_000)
    assert rules(root) == ["GS103"]


def test_binary_data_is_fine(tmp_path: Path) -> None:
    root = write(tmp_path, "=== overlay/kustomization.yaml\nconfigMapGenerator:\n  - files: [data.bin]\n") / "overlay"
    (root / "data.bin").write_bytes(bytes(range(256)))
    assert rules(root) == []


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_byte_order_marks_and_windows_line_ends_are_fine(tmp_path: Path, encoding: str) -> None:
    root = overlay(tmp_path, "a.yaml")
    text = "apiVersion: v1\r\nkind: Secret\r\nmetadata:\r\n  name: a\r\n"
    (root / "a.yaml").write_bytes(text.encode(encoding))
    assert rules(root) == []


def test_bases_that_double_at_every_level_are_counted_not_walked(tmp_path: Path) -> None:
    for level in range(40):
        for side in "xy":
            folder = tmp_path / f"{side}{level}"
            folder.mkdir()
            below = f"[../x{level + 1}, ../y{level + 1}]" if level < 39 else "[]"
            (folder / "kustomization.yaml").write_text(f"resources: {below}\nnamePrefix: {side}\n")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/HEAD").write_text("")
    started = time.monotonic()
    assert rules(tmp_path / "x0") == ["GS117"]
    assert time.monotonic() - started < 10


def test_a_thousand_bases_in_a_row_are_refused(tmp_path: Path) -> None:
    for level in range(1_000):
        folder = tmp_path / f"b{level}"
        folder.mkdir()
        (folder / "kustomization.yaml").write_text(f"resources: [../b{level + 1}]\n")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/HEAD").write_text("")
    assert rules(tmp_path / "b0") == ["GS117"]


def test_a_document_that_is_no_object_is_only_noted_in_a_folder(tmp_path: Path) -> None:
    write(tmp_path, "=== plain/values.yaml\nreplicas: 3\n=== plain/half.yaml\nkind: Service\nmetadata: {name: a}\n")
    assert {(finding.rule, finding.level) for finding in found(tmp_path / "plain")} == {
        ("GS110", Level.NOTE),
        ("GS110", Level.ERROR),
    }
    (named,) = found(tmp_path / "plain/values.yaml")
    assert named.level is Level.ERROR


def test_a_base_that_many_share_is_read_once(tmp_path: Path) -> None:
    write(tmp_path, "=== base/kustomization.yaml\nresources: [a.yaml]\n=== base/a.yaml\nkind: Secret\n")
    for number in range(3):
        write(tmp_path, f"=== o{number}/kustomization.yaml\nresources: [../base]\n")
    reader = TreeReader()
    trees = [reader.read(root) for root in find_roots([tmp_path], reader.sources).roots]
    assert len({id(tree.kustomizations[-1]) for tree in trees}) == 1
    assert len(trees) == 3
