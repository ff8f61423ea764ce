"""A validation in parts: each run of several looks at its share of the roots, and one puts together what they found.

Nothing but the roots' own builds and findings is taken from the parts, each by a name made of all that it depends on.
What several roots do together is looked at by the run that merges, so that it comes to what one run would have come to.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from msgspec import Raw, Struct
from msgspec.structs import replace

from gateshift.app.shared.build_roots import ReadRoot
from gateshift.app.shared.kept_values import decoded, encoded
from gateshift.app.shared.locate_findings import Placer
from gateshift.app.shared.repository_settings import SettingsFiles
from gateshift.app.shared.tool_choices import Choices
from gateshift.app.validate.check_roots import RootChecks, check_roots
from gateshift.app.validate.scope import ValidationScope
from gateshift.app.validate.targets import read_targets
from gateshift.app.validate.validate import chosen_schemas, validate
from gateshift.errors import UserError
from gateshift.kustomize.tree.tree_reader import TreeReader
from gateshift.model.report import Gap, ValidationReport
from gateshift.model.shard import Shard
from gateshift.system.answer_part import AnswerPart, PartHead, read_parts
from gateshift.system.answer_store import AnswerStore

_OF_A_BUILD = 4096
"""What starting a build costs, in bytes of manifests that take as long to check."""


class ShardReport(Struct, frozen=True):
    """How many of all roots a shard has looked at, and what could not be checked."""

    roots: int
    every: int
    gaps: tuple[Gap, ...]


def validate_shard(scope: ValidationScope, choices: Choices, shard: Shard, file: Path) -> ShardReport:
    """Build and check one share of the scope's roots, and write what came of them. Raises what `validate` raises."""
    part = AnswerPart(AnswerStore.of_user() if choices.cached else None)
    targets = read_targets(scope, TreeReader(), SettingsFiles())
    own = share(targets.roots, shard)
    schemas = chosen_schemas(choices, targets)
    gaps = [schemas] if isinstance(schemas, Gap) else []
    if not isinstance(schemas, Gap):
        checks = RootChecks(schemas, scope.cel)
        placer = Placer(targets.reader.sources)
        checked = check_roots(replace(targets, roots=own), checks, replace(choices, answers=part), placer)
        gaps += [gap for root in checked for gap in root.tally.gaps]
    part.write(file, PartHead(shard.number, shard.count, Raw(encoded(scope))))
    return ShardReport(len(own), len(targets.roots), tuple(dict.fromkeys(gaps)))


def share(roots: Sequence[ReadRoot], shard: Shard) -> tuple[ReadRoot, ...]:
    """The shard's roots in their order: the dearest root first, each to the shard that has the least to do, so that
    every run comes to the same shares."""
    loads = [0] * shard.count
    owner: dict[int, int] = {}
    for index in sorted(range(len(roots)), key=lambda index: (-_cost(roots[index]), index)):
        least = loads.index(min(loads))
        loads[least] += _cost(roots[index])
        owner[index] = least
    return tuple(root for index, root in enumerate(roots) if owner[index] == shard.number - 1)


def _cost(root: ReadRoot) -> int:
    return _OF_A_BUILD + sum(len(file.text) for file in root.tree.sources.values())


def merge(files: Sequence[Path], choices: Choices, today: date) -> ValidationReport:
    """The report of the whole that the parts are of. Raises UserError where one is missing, twice there, or of
    something else, and what `validate` raises."""
    part, heads = read_parts(files)
    scope = decoded(heads[0].of, ValidationScope)
    if scope is None or any(head.of != heads[0].of or head.count != heads[0].count for head in heads):
        raise UserError("the parts are not of one validation", next_step="Run every shard with the same options.")
    _refuse_unfit(Counter(head.number for head in heads), heads[0].count)
    return validate(scope, replace(choices, answers=part), today)


def _refuse_unfit(numbers: Counter[int], count: int) -> None:
    """Refuse the parts with these numbers where they are not each of so many once. Raises UserError."""
    missing = [f"{number}/{count}" for number in range(1, count + 1) if not numbers[number]]
    if missing:
        raise UserError(
            f"parts are missing: {', '.join(missing)}", next_step="Run `gateshift validate --shard` for each."
        )
    twice = [f"{number}/{count}" for number, times in sorted(numbers.items()) if times > 1]
    if twice:
        raise UserError(
            f"parts are given more than once: {', '.join(twice)}", next_step="Name the file of each share once."
        )
