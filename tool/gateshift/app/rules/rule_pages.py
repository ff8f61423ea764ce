"""The documentation of rules: what each says of itself, and its examples from the files that the tests run; and the
id that a new rule takes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import gateshift.checks
from gateshift.checks.registry import defined_rules, every_rule
from gateshift.errors import UserError
from gateshift.model.nearest import nearest
from gateshift.model.rule import Family, Rule, free_id
from gateshift.report.docs.rules import ExampleFile, RulePage

_EXAMPLES = Path(gateshift.checks.__file__).parent / "examples"


def rule_pages(named: tuple[str, ...] = ()) -> tuple[RulePage, ...]:
    """The pages of the named rules (an id, a name, or the first letters of ids such as GS3), or of all.

    Raises UserError for a name that means none.
    """
    rules = every_rule()
    chosen = [rule for text in named for rule in _meant(text, rules)] if named else list(rules.values())
    return tuple(_page(rule) for rule in dict.fromkeys(chosen))


def next_id(text: str) -> str:
    """The free id for a new rule of a family, which is named by its word (`references`) or its ids (`GS3`, `GS3xx`).

    Raises UserError for a name that means none, and where the family's 99 ids are taken.
    """
    family = _FAMILIES.get(text.strip().lower().removesuffix("xx"))
    if family is None:
        names = ", ".join(f"{family.name.lower()} ({family.value})" for family in Family)
        raise UserError(f"there is no family of rules {text}", next_step=f"The families are {names}.")
    rule_id = free_id(family, defined_rules())
    if rule_id is None:
        raise UserError(f"every id of the family {family.name.lower()} is taken", next_step="Choose another family.")
    return rule_id


def _meant(text: str, rules: dict[str, Rule]) -> list[Rule]:
    wanted = text.strip().upper().removesuffix("XX")
    matching = [
        rule
        for rule in rules.values()
        if rule.id == wanted or rule.name == text.lower() or (len(wanted) == 3 and rule.id.startswith(wanted))
    ]
    if matching:
        return matching
    near = nearest(wanted, rules) or nearest(text.lower(), [rule.name for rule in rules.values()], most=4)
    raise UserError(
        f"there is no rule {text}",
        next_step=f"Did you mean {near}?" if near else "`gateshift rules` lists them.",
    )


def _page(rule: Rule) -> RulePage:
    return RulePage(rule, tuple(_files(rule.id, "bad")), tuple(_files(rule.id, "good")))


def _files(rule: str, kind: str) -> Iterator[ExampleFile]:
    """The files of an example: one, or those of its folder, gateshift.yaml and kustomizations first."""
    single = _EXAMPLES / f"{rule}.{kind}.yaml"
    folder = _EXAMPLES / f"{rule}.{kind}"
    if single.is_file():
        yield ExampleFile(single.name, single.read_text(encoding="utf-8"))
    elif folder.is_dir():
        paths = [path for path in folder.rglob("*") if path.is_file()]
        for path in sorted(paths, key=lambda path: (path.name not in _FIRST, path.relative_to(folder).as_posix())):
            yield ExampleFile(path.relative_to(folder).as_posix(), path.read_text(encoding="utf-8"))


_FAMILIES = {name.lower(): family for family in Family for name in (family.name, family.value)}
_FIRST = ("gateshift.yaml", "kustomization.yaml")
