"""What ran before the rollout: where it is named, and who refers to it."""

from __future__ import annotations

from gateshift.config.describe import dotted
from gateshift.config.draft import Draft
from gateshift.config.spec_errors import SpecErrors
from gateshift.yamldoc.data import FieldPath, object_at


def check_live(draft: Draft, faults: SpecErrors) -> None:
    """Report live versions of which nothing is known, and environments in which nothing says what ran."""
    for version in draft.versions:
        if draft.live_objects(version) and not draft.live:
            at: FieldPath = ("versions", version, "live")
            faults.add(
                at, f"{dotted(at)}: nothing says where this runs from", "name its manifests with `live:`", key=True
            )
    without = [index for index, item in draft.environments() if "live" not in item]
    if draft.live and "live" not in object_at(draft.data) and without:
        here: FieldPath = ("environments", without[0])
        faults.add(here, f"{dotted(here)}: nothing says what ran there before", "give it a `live:`")
