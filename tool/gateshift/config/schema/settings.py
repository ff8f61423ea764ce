"""The form of a gateshift.yaml without a `service`: settings of a repository, or of a part of it."""

from __future__ import annotations

from msgspec.structs import replace

from gateshift.config.schema import vocabulary
from gateshift.config.schema.delivery import IGNORE, SCHEMAS
from gateshift.config.schema.schema_types import Fields, ListOf, Text

_PATTERNS = ListOf(
    expects="a list of paths such as [vendor, 'examples/*.yaml']",
    item=vocabulary.PATH_PATTERN,
    most=1000,
    distinct=True,
)

SETTINGS = Fields(
    expects="a mapping with `exclude`, `levels`, `ignore`, `unsynced` or `schemas`",
    means="Settings of a repository, or of a directory and all below it, in a gateshift.yaml without a `service`.",
    keys={
        "exclude": replace(
            _PATTERNS, means="What `validate` leaves out, and counts: files, and directories as a whole."
        ),
        "levels": ListOf(
            means="Other levels of findings; the first entry that fits counts, that of the nearest file before others.",
            expects="a list such as [{rule: GS310, level: note, path: apps/legacy}]",
            most=1000,
            item=Fields(
                expects="a level such as {rule: GS310, level: note}",
                required=("rule", "level"),
                keys={
                    "rule": Text(
                        means="The rule's id; what a step does to traffic (GS5xx) has no other level.",
                        expects="the id of a rule that `validate` has, such as `GS310`",
                        pattern="^GS[1-467][0-9]{2}$",
                        most=5,
                    ),
                    "level": Text(
                        means="The level that its findings get.",
                        expects="`error`, `warning` or `note`",
                        choices=("error", "warning", "note"),
                    ),
                    "reason": replace(vocabulary.SENTENCE, means="Why they get it."),
                    "until": replace(vocabulary.DAY, means="The last day they get it; for good unless given."),
                    **vocabulary.FINDING_FILTER,
                },
            ),
        ),
        "ignore": IGNORE,
        "unsynced": replace(_PATTERNS, means="Directories that no engine syncs: what changes there decides no plan."),
        "schemas": SCHEMAS,
    },
)
