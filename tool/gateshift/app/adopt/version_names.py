"""What the versions of a service that runs are called, and names for objects to come that nothing of today's has."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import takewhile

from gateshift.app.adopt.family import TELLING_LABELS
from gateshift.config.schema import vocabulary
from gateshift.config.slips import fits
from gateshift.traffic.services import Service

LONGEST = 63
OURS = "-rollout"
"""What is added to a name or a label's value that today's objects have already."""
_NUMBERED = re.compile("v([0-9]{1,9})")
_TO_COME = frozenset({"canary", "candidate", "next", "new", "preview", "experimental"})
"""Names of versions that come after those of any other name."""


def common_name(services: Sequence[Service]) -> str:
    """What the Services' names begin with; the first one's name where that is nothing."""
    words = zip(*(service.name.split("-") for service in services), strict=False)
    return "-".join(same[0] for same in takewhile(lambda same: len(set(same)) == 1, words)) or services[0].name


def version_names(services: Sequence[Service], name: str) -> dict[Service, str]:
    """A name for the version behind each Service of the service with that name, each its own."""
    called: dict[Service, str] = {}
    for service in services:
        wanted = _told_by_label(service, services) or _word(service.name.removeprefix(f"{name}-"))
        plain = wanted if wanted != name and len(services) > 1 else ""
        called[service] = plain if plain and plain not in called.values() else next_name(called.values())
    return called


def _told_by_label(service: Service, services: Iterable[Service]) -> str:
    """The value of a label that the Services select by and that tells this one's pods from the others'."""
    for key in TELLING_LABELS:
        values = [dict(other.selector or ()).get(key) for other in services]
        own = dict(service.selector or ()).get(key)
        if own and values.count(own) == 1:
            return _word(own)
    return ""


def _word(text: str) -> str:
    """The text as a version's name; "" where it is not one."""
    word = text.lower().replace(".", "-").replace("_", "-")
    named = f"v{word}" if word[:1].isdigit() else word
    return named if fits(named, vocabulary.LABEL) else ""


def of_pods(labels: Mapping[str, str]) -> str:
    """The name of the only version that runs, as its pods' labels have it where that is a number; else v1."""
    told = next((labels[key] for key in TELLING_LABELS if key in labels), "")
    return told if _NUMBERED.fullmatch(told) else "v1"


def order_of(name: str) -> tuple[bool, str, int, str]:
    """Sorts versions from the oldest: v2 before v10, a canary after what it is to replace."""
    letters = name.rstrip("0123456789")
    return name in _TO_COME, letters, int(name[len(letters) :] or 0), name


def next_name(taken: Collection[str]) -> str:
    """The name of the version after these."""
    numbers = [int(number[1]) for number in map(_NUMBERED.fullmatch, taken) if number]
    return f"v{max(numbers, default=len(taken)) + 1}"


def free_name(wanted: str, taken: Collection[str]) -> str:
    """The name, short enough, or one like it that is not taken."""
    names = (f"{wanted[: LONGEST - len(end)]}{end}" for end in ("", OURS, *(f"{OURS}-{at}" for at in range(2, 1000))))
    return next(name for name in names if name not in taken)
