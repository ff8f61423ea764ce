"""Over the examples of all rules together: from the cache, in shards, or worked out, the answer is the same."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

import gateshift.checks
from tests.cli.caching import own_cache, run

EXAMPLES = Path(gateshift.checks.__file__).parent / "examples"


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with every example in a folder of its own."""
    top = tmp_path_factory.mktemp("examples")
    for example in sorted(EXAMPLES.iterdir()):
        if example.is_dir():
            shutil.copytree(example, top / example.name, symlinks=True)
        else:
            (top / example.stem).mkdir(exist_ok=True)
            shutil.copy(example, top / example.stem)
    subprocess.run(["git", "init", "-q", top], check=True)
    return top


def test_the_answer_is_the_same_wherever_it_comes_from(
    examples: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    cache = own_cache(tmp_path_factory.mktemp("cache") / "gateshift")
    words = (".", "-f", "json")
    plain = run(examples, cache, "validate", *words, "--no-cache")
    assert plain[0] in (0, 1)
    assert plain[1].count('"rule"') > 200
    assert [run(examples, cache, "validate", *words) for _ in range(2)] == [plain, plain]
    parts = [cache.parent / f"part-{number}" for number in (1, 2, 3)]
    for number, part in enumerate(parts, 1):
        assert (
            run(examples, cache, "validate", ".", "--shard", f"{number}/3", "--part", str(part), "--no-cache")[0] == 0
        )
    assert run(examples, cache, "merge", *map(str, parts), "-f", "json") == plain
    (examples / "GS201.bad" / "more.yaml").write_text("apiVersion: v1\nkind: Service\nmetadata: {name: more}\n")
    changed = run(examples, cache, "validate", *words, "--no-cache")
    assert changed != plain
    assert run(examples, cache, "validate", *words) == changed
