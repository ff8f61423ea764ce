"""A validation in shards comes to what one run comes to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.cli.caching import counting_cache, own_cache, run
from tests.cli.promoting import customers, git  # noqa: F401 -- customers is a fixture
from tests.cli.test_kept_answers import CRD, FAULT, ROOTS
from tests.repositories import write


@pytest.fixture
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache without answers."""
    return own_cache(tmp_path_factory.mktemp("cache") / "gateshift")


def parts(top: Path, cache: Path, count: int, *words: str) -> Sequence[Path]:
    """The parts that as many runs write."""
    files = [cache.parent / f"part-{number}" for number in range(1, count + 1)]
    for number, file in enumerate(files, 1):
        code, said = run(
            top, cache, "validate", *words, "--shard", f"{number}/{count}", "--part", str(file), "--no-cache"
        )
        assert code == 0, said
    return files


def merged(top: Path, cache: Path, files: Sequence[Path], *words: str) -> tuple[int, str]:
    """What merging says."""
    return run(top, cache, "merge", *map(str, files), "-f", "json", *words)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_shards_together_say_what_one_run_says(
    customers: Path,  # noqa: F811 -- the fixture
    cache: Path,
    count: int,
) -> None:
    (customers / "overlays/half/httproute.yaml").write_text(FAULT)
    (customers / "more").mkdir()
    (customers / "more/fault.yaml").write_text(FAULT + "# gateshift: ignore[GS301] never needed\n")
    (customers / "sync/flux/customers.yaml").write_text(
        (customers / "sync/flux/customers.yaml").read_text().replace("overlays/initial", "overlays/nowhere")
    )
    for words in ((), (".",)):
        whole = run(customers, cache, "validate", *words, "-f", "json", "--no-cache")
        assert whole[0] == 1
        assert merged(customers, cache, parts(customers, cache, count, *words)) == whole


def test_merging_builds_nothing_that_a_part_knows(tmp_path: Path) -> None:
    top, log = write(tmp_path / "roots", ROOTS), tmp_path / "log"
    cache = counting_cache(tmp_path / "cache", log)
    files = parts(top, cache, 2, ".")
    assert len(log.read_text().splitlines()) == 3
    log.write_text("")
    assert merged(top, cache, files)[0] == 0
    assert log.read_text() == ""
    (top / "two/object.yaml").write_text(FAULT)
    assert merged(top, cache, files)[0] == 1
    assert len(log.read_text().splitlines()) == 1


def test_a_definition_of_another_shard_is_heeded(tmp_path: Path, cache: Path) -> None:
    top = write(tmp_path / "roots", ROOTS)
    (top / "one/kustomization.yaml").write_text("resources: [../base, crd.yaml]\n")
    (top / "one/crd.yaml").write_text(CRD.replace("SIZE", "integer"))
    whole = run(top, cache, "validate", ".", "-f", "json", "--no-cache")
    assert whole[0] == 1
    assert merged(top, cache, parts(top, cache, 3, ".")) == whole


def test_a_missing_a_damaged_and_a_foreign_part_are_refused(tmp_path: Path, cache: Path) -> None:
    top = write(tmp_path / "roots", ROOTS)
    first, second = parts(top, cache, 2, ".")
    code, said = merged(top, cache, [first])
    assert (code, "parts are missing: 2/2" in said) == (2, True)
    whole = second.read_bytes()
    of_all = first.rename(first.with_name("of-all"))
    code, said = merged(top, cache, [of_all, *parts(top, cache, 2, "one")[1:]])
    assert (code, "not of one validation" in said) == (2, True)
    second.write_bytes(whole)
    assert merged(top, cache, [of_all, second])[0] == 0
    first = of_all
    second.write_bytes(second.read_bytes()[:-1] + b"\0")
    code, said = merged(top, cache, [first, second])
    assert (code, f"{second}: it is not a part" in said) == (2, True)


def test_a_part_that_is_given_twice_is_refused(tmp_path: Path, cache: Path) -> None:
    top = write(tmp_path / "roots", ROOTS)
    first, second = parts(top, cache, 2, ".")
    code, said = merged(top, cache, [first, second, first])
    assert (code, "parts are given more than once: 1/2" in said) == (2, True)
    assert merged(top, cache, [second, first])[0] == 0


@pytest.mark.parametrize("share", ["0/2", "3/2", "a/b", "1", "1/1001"])
def test_a_share_that_is_none_is_a_usage_error(tmp_path: Path, cache: Path, share: str) -> None:
    code, said = run(tmp_path, cache, "validate", "--shard", share, "--part", "part")
    assert (code, "is not a share such as 2/4" in said) == (2, True)


def test_a_shard_without_a_verdict_says_so_and_the_merge_has_its_own(tmp_path: Path, cache: Path) -> None:
    top, part = write(tmp_path / "roots", ROOTS), cache.parent / "part"
    broken = cache.parent / "kustomize"
    broken.write_text("#!/bin/sh\nexit 2\n")
    broken.chmod(0o755)
    words = ("validate", ".", "--shard", "1/1", "--part", str(part), "--kustomize", str(broken))
    code, said = run(top, cache, *words)
    assert (code, "no verdict" in said) == (3, True)
    assert merged(top, cache, [part])[0] == 0
