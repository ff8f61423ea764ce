"""A run in which nothing changed says what it said before, and any change is seen."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from gateshift.report.findings.formats import VALIDATION
from gateshift.system.cache import cache_root
from tests.cli.caching import counting_cache, imports, own_cache, run
from tests.cli.promoting import customers, git  # noqa: F401 -- customers is a fixture
from tests.repositories import write

FAULT = """apiVersion: v1
kind: Service
metadata: {name: lonely}
spec: {ports: [{port: 0}]}
"""


@pytest.fixture
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache without answers."""
    return own_cache(tmp_path_factory.mktemp("cache") / "gateshift")


def test_the_second_run_imports_no_check_and_parses_nothing(
    customers: Path,  # noqa: F811 -- the fixture
    cache: Path,
) -> None:
    assert "gateshift.checks" in imports(customers, cache, "validate")
    again = imports(customers, cache, "validate")
    assert "gateshift.app.shared.remember" in again
    assert not any(
        name in again for name in ("gateshift.checks", "gateshift.kustomize", "yaml.reader", "gateshift.schemas")
    )


@pytest.mark.parametrize("words", ["plan --all", "plan canary half", "plan --since HEAD~1", "plan --all -f json"])
def test_a_plan_is_given_again_and_judged_again_after_a_change(
    customers: Path,  # noqa: F811 -- the fixture
    cache: Path,
    words: str,
) -> None:
    edit(customers)
    git(customers, "commit", "-qam", "Edit")
    plain = run(customers, cache, *words.split(), "--no-cache")
    assert [run(customers, cache, *words.split()) for _ in range(2)] == [plain, plain]
    unused = ("gateshift.checks", "gateshift.kustomize", "gateshift.transition", "yaml.reader")
    assert [name for name in unused if name in imports(customers, cache, *words.split())] == []
    file = customers / "overlays/half/httproute.yaml"
    file.write_text(file.read_text().replace("weight: 50", "weight: 0"))
    changed = run(customers, cache, *words.split(), "--no-cache")
    assert changed != plain
    assert run(customers, cache, *words.split()) == changed


@pytest.mark.parametrize("form", VALIDATION)
def test_every_format_is_the_same_from_the_cache(
    customers: Path,  # noqa: F811 -- the fixture
    cache: Path,
    form: str,
) -> None:
    (customers / "base/fault.yaml").write_text(FAULT)
    plain = run(customers, cache, "validate", ".", "-f", form, "--no-cache")
    assert plain[0] == 1
    assert not (cache / "answers").exists()
    assert [run(customers, cache, "validate", ".", "-f", form) for _ in range(2)] == [plain, plain]
    assert "gateshift.checks" not in imports(customers, cache, "validate", ".", "-f", form)


def edit(top: Path) -> None:
    file = top / "overlays/half/httproute.yaml"
    file.write_text(file.read_text().replace("port: 80", "port: 81"))


def edit_back_in_time(top: Path) -> None:
    """Another content with the size and times of the one before."""
    file = top / "overlays/half/httproute.yaml"
    state = file.stat()
    file.write_text(file.read_text().replace("port: 80", "port: 81"))
    os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns))


def add(top: Path) -> None:
    (top / "overlays/half/fault.yaml").write_text(FAULT)


def add_a_root(top: Path) -> None:
    (top / "more").mkdir()
    (top / "more/kustomization.yaml").write_text("resources: [fault.yaml]\n")


def delete(top: Path) -> None:
    (top / "overlays/half/httproute.yaml").unlink()


def link(top: Path) -> None:
    file = top / "overlays/half/httproute.yaml"
    file.rename(top / "aside.yaml")
    file.symlink_to("../canary/httproute.yaml")


def lead_out(top: Path) -> None:
    file = top / "overlays/half/httproute.yaml"
    shutil.move(file, top.parent / "outside.yaml")
    file.symlink_to(top.parent / "outside.yaml")


def name_another_settings_file(top: Path) -> None:
    file = top / "gateshift.yaml"
    file.write_text(file.read_text() + "ignore: [{rule: GS301, reason: a drill, until: 2020-01-01}]\n")


def swap_a_second_kustomization_in(top: Path) -> None:
    shutil.copy(top / "overlays/half/kustomization.yaml", top / "overlays/half/kustomization.yml")


CHANGES = [
    *(edit, edit_back_in_time, add, add_a_root, delete, link, lead_out, name_another_settings_file),
    swap_a_second_kustomization_in,
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_seen_and_its_return_too(
    customers: Path,  # noqa: F811 -- the fixture
    cache: Path,
    change: Callable[[Path], None],
) -> None:
    before = run(customers, cache, "validate", ".", "-f", "json")
    change(customers)
    plain = run(customers, cache, "validate", ".", "-f", "json", "--no-cache")
    assert plain != before
    assert [run(customers, cache, "validate", ".", "-f", "json") for _ in range(2)] == [plain, plain]


ROOTS = """
=== base/kustomization.yaml
resources: [service.yaml]
=== base/service.yaml
apiVersion: v1
kind: Service
metadata: {name: shared}
spec: {ports: [{port: 80}]}
=== one/kustomization.yaml
resources: [../base]
=== two/kustomization.yaml
resources: [../base, object.yaml]
=== two/object.yaml
apiVersion: v1
kind: Service
metadata: {name: own}
spec: {ports: [{port: 81}]}
=== three/kustomization.yaml
resources: [widget.yaml]
=== three/widget.yaml
apiVersion: example.org/v1
kind: Widget
metadata: {name: widget}
spec: {size: large}
"""
CRD = """apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.org}
spec:
  group: example.org
  scope: Namespaced
  names: {kind: Widget, plural: widgets}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties: {spec: {type: object, properties: {size: {type: SIZE}}}}
"""


class Roots:
    """Three roots, and what is built of them by a kustomize that says what it builds."""

    def __init__(self, folder: Path) -> None:
        self.top, self.log = write(folder / "roots", ROOTS), folder / "log"
        self.cache = counting_cache(folder / "cache", self.log)

    def validate(self, *, as_plain: bool = True) -> tuple[int, str, int]:
        """What a run says, which is what one without a cache says, and how many builds it takes."""
        words = ("validate", ".", "-f", "json", "--notes")
        plain = run(self.top, self.cache, *words, "--no-cache")
        self.log.write_text("")
        said = run(self.top, self.cache, *words)
        assert not as_plain or said == plain
        return *said, len(self.log.read_text().splitlines())


@pytest.fixture
def roots(tmp_path: Path) -> Roots:
    """Three roots that were validated once."""
    found = Roots(tmp_path)
    assert found.validate()[2] == 3
    return found


@pytest.mark.parametrize(
    ("file", "builds"),
    [("two/object.yaml", 1), ("base/service.yaml", 2), ("three/widget.yaml", 1), ("README.md", 0)],
)
def test_only_the_roots_that_read_a_changed_file_are_built(roots: Roots, file: str, builds: int) -> None:
    path = roots.top / file
    path.write_text((path.read_text() if path.exists() else "") + "\n# more\n")
    assert roots.validate()[2] == builds
    assert roots.validate()[2] == 0


def test_a_file_that_was_missing_is_seen_by_its_root_alone(roots: Roots) -> None:
    file = roots.top / "two/object.yaml"
    text = file.read_text()
    file.unlink()
    assert roots.validate()[::2] == (1, 0)  # refused before it is built
    file.write_text(text.replace("81", "82"))
    assert roots.validate()[::2] == (0, 1)


def test_a_definition_in_one_root_is_heeded_in_the_others(roots: Roots) -> None:
    (roots.top / "one/kustomization.yaml").write_text("resources: [../base, crd.yaml]\n")
    for size, code in (("string", 0), ("integer", 1), ("string", 0)):
        (roots.top / "one/crd.yaml").write_text(CRD.replace("SIZE", size))
        assert roots.validate()[0] == code
    (roots.top / "one/kustomization.yaml").write_text("resources: [../base]\n")
    assert "no-schema-for-kind" in roots.validate()[1]


FOLLOWED = """
=== sync.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec:
  interval: 1m
  path: ./apps
  prune: true
  sourceRef: {kind: GitRepository, name: fleet}
=== apps/service.yaml
apiVersion: v1
kind: Service
metadata: {name: shared}
spec: {ports: [{port: 80}]}
=== apps/broken.yaml
metadata: {name: a}
"""


def test_a_file_that_flux_cannot_decode_is_seen(cache: Path, tmp_path: Path) -> None:
    top = write(tmp_path / "roots", FOLLOWED)
    words = ("validate", ".", "-f", "json")
    before = run(top, cache, *words)
    assert "apps/broken.yaml" in before[1]
    (top / "apps/broken.yaml").write_text("# more\n\nmetadata: [\n")
    plain = run(top, cache, *words, "--no-cache")
    assert plain != before
    assert run(top, cache, *words) == plain


def test_other_options_are_other_answers(roots: Roots) -> None:
    words = ("validate", ".", "-f", "json", "--kubernetes")
    assert run(roots.top, roots.cache, *words, "1.2")[0] == 3
    assert run(roots.top, roots.cache, *words, "1.37")[0] == 0


def test_what_git_ignores_is_seen(
    customers: Path,  # noqa: F811 -- the fixture
    cache: Path,
) -> None:
    add(customers)
    (customers / ".git/info/exclude").write_text("fault.yaml\n")
    assert run(customers, cache, "validate", ".") == run(customers, cache, "validate", ".", "--no-cache")
    (customers / ".git/info/exclude").write_text("")
    seen = run(customers, cache, "validate", ".")
    assert seen[0] == 1
    assert seen == run(customers, cache, "validate", ".", "--no-cache")


def test_another_program_is_another_run(
    customers: Path,  # noqa: F811 -- the fixture
    cache: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    assert run(customers, cache, "validate")[0] == 0
    broken = tmp_path_factory.mktemp("bin") / "kustomize"
    broken.write_text("#!/bin/sh\nexit 2\n")
    broken.chmod(0o755)
    assert run(customers, cache, "validate", "--kustomize", str(broken))[0] == 3
    (cache / "tools").unlink()
    assert run(customers, cache, "validate", PATH="/usr/bin:/bin")[0] == 3


@pytest.mark.parametrize("shim", ["a script", "a link to a script"])
def test_what_a_program_says_that_starts_another_is_not_kept(roots: Roots, tmp_path: Path, shim: str) -> None:
    """As the shims of version managers do: the program behind one changes, and the shim's file does not."""
    behind = tmp_path / "behind"
    behind.write_text('#!/bin/sh\nexec "$REAL" "$@"\n')
    named = tmp_path / "shims/kustomize"
    named.parent.mkdir()
    named.write_text(f'#!/bin/sh\nexec {behind} "$@"\n')
    named.chmod(0o755)
    behind.chmod(0o755)
    if shim == "a link to a script":
        named = named.rename(named.with_name("manager"))
        named = named.with_name("kustomize")
        named.symlink_to("manager")
    real = str(next((cache_root() / "tools").glob("kustomize/*/kustomize")))
    words = ("validate", ".", "--kustomize", str(named))
    assert [run(roots.top, roots.cache, *words, REAL=real)[0] for _ in range(2)] == [0, 0]
    behind.write_text('#!/bin/sh\n[ "$1" = build ] && exit 2\nexec "$REAL" "$@"\n')
    assert run(roots.top, roots.cache, *words, REAL=real)[0] == 3


def test_what_a_program_says_that_is_kustomize_itself_is_kept(cache: Path, tmp_path: Path) -> None:
    program = shutil.copy(next((cache / "tools").glob("kustomize/*/kustomize")), tmp_path / "kustomize")
    top = write(tmp_path / "roots", ROOTS)
    words = ("validate", ".", "--kustomize", str(program))
    first = run(top, cache, *words)
    assert "gateshift.checks" not in imports(top, cache, *words)
    assert run(top, cache, *words) == first


def test_a_run_without_a_verdict_is_not_kept(
    customers: Path,  # noqa: F811 -- the fixture
    cache: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """A program that fails the first time and works the second has its say."""
    real = next((cache / "tools").glob("kubeconform/*/kubeconform"))
    mark = tmp_path_factory.mktemp("bin") / "mark"
    flaky = mark.with_name("kubeconform")
    flaky.write_text(f'#!/bin/sh\n[ "$1" = -v ] || [ -e {mark} ] || {{ touch {mark}; exit 2; }}\nexec {real} "$@"\n')
    flaky.chmod(0o755)
    words = ("validate", "overlays/half", "--kubeconform", str(flaky))
    run(customers, cache, "validate", "overlays/canary", *words[2:])
    mark.unlink(missing_ok=True)
    assert [run(customers, cache, *words)[0] for _ in range(2)] == [3, 0]


def test_what_comes_from_the_environment_is_of_its_run_alone(cache: Path, tmp_path: Path) -> None:
    (tmp_path / "kustomization.yaml").write_text("configMapGenerator: [{name: settings, envs: [values.env]}]\n")
    (tmp_path / "values.env").write_text("NAME\n")
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    assert run(tmp_path, cache, "validate", ".", NAME="one")[0] == 0
    assert "gateshift.checks" in imports(tmp_path, cache, "validate", ".")
    (tmp_path / "values.env").write_text("NAME=two\n")
    run(tmp_path, cache, "validate", ".")
    assert "gateshift.checks" not in imports(tmp_path, cache, "validate", ".")


def test_a_day_on_which_an_ignore_ends_is_heeded(
    customers: Path,  # noqa: F811 -- the fixture
    cache: Path,
) -> None:
    name_another_settings_file(customers)
    run(customers, cache, "validate")
    (entry,) = [file for file in (cache / "answers").rglob("*") if file.is_file() and b"GS301" in file.read_bytes()]
    assert b"\xa3day\xaa2" in entry.read_bytes()


def test_a_damaged_store_costs_nothing_but_time(
    customers: Path,  # noqa: F811 -- the fixture
    cache: Path,
) -> None:
    edit(customers)
    plain = run(customers, cache, "validate", "-f", "json")
    assert plain[0] == 1
    for file in (cache / "answers").rglob("*"):
        if file.is_file():
            file.write_bytes(file.read_bytes().replace(b"error", b"notes"))
    assert run(customers, cache, "validate", "-f", "json") == plain


def test_a_forged_store_that_others_can_fill_is_not_believed(
    customers: Path,  # noqa: F811 -- the fixture
    cache: Path,
) -> None:
    passing = run(customers, cache, "validate", "-f", "json")
    assert passing[0] == 0
    (cache / "answers").chmod(0o777)
    assert "gateshift.checks" in imports(customers, cache, "validate", "-f", "json")


def test_the_cache_is_shown_and_pruned(
    customers: Path,  # noqa: F811 -- the fixture
    cache: Path,
) -> None:
    assert run(customers, cache, "cache", "show") == (0, f"{cache}/answers\n0 entries, 0.0 MiB, at most 256 MiB\n")
    run(customers, cache, "validate")
    assert "0 entries" not in run(customers, cache, "cache", "show")[1]
    assert run(customers, cache, "cache", "prune")[0] == 0
    assert "0 entries" in run(customers, cache, "cache", "show")[1]
    assert run(customers, cache, "validate")[0] == 0
