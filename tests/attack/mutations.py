"""Broken inputs, the same ones every time: a good text with a few changes of its bytes, lines, words or values."""

from __future__ import annotations

import copy
import json
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from random import Random
from types import FrameType

import yaml

from gateshift.errors import UserError
from gateshift.yamldoc.data import Json

WORDS = (
    *(
        "{",
        "}",
        "[",
        "]",
        "- ",
        ": ",
        "? ",
        "&a ",
        "*a ",
        "<<: *a",
        "!!python/object:os.system ",
        "!!binary ",
        "%YAML 1.1",
    ),
    *(
        "---\n",
        "...\n",
        "\t",
        "\r",
        "\n",
        "\0",
        "\x85",
        "\u2028",
        "\ufeff",
        "\ud800",
        "\U0001f600",
        "'",
        '"',
        "|\n",
        ">\n",
    ),
    *(
        "~",
        "null",
        "yes",
        "0x1f",
        "1e999",
        ".nan",
        "-.inf",
        "0o17",
        "9" * 40,
        "-1",
        "2026-01-01",
        "1:30",
        "=",
        "../..",
        "//",
    ),
    *(
        "/etc/passwd",
        "${x}",
        "{{ .x }}",
        "%00",
        "::error::",
        "\x1b[2J",
        "\u202e",
        "(a*)*b",
        "[a-",
        "\\",
        "a" * 300,
        "$(x)",
    ),
)
"""What parsers stumble over."""

VALUES: tuple[Json, ...] = (
    *(None, True, False, 0, -1, 1, 65536, 2**31, 2**63, 2**64, 10**40, 0.5, float("inf"), float("nan")),
    *(
        "",
        " ",
        ".",
        "..",
        "/",
        "//",
        "\0",
        "\n",
        "a" * 300,
        "\ud800",
        "\u202e",
        "-x",
        "--x=y",
        "*",
        "~",
        "(",
        "[a-",
        "${x:-y}",
    ),
    *([], {}, [[]], [None], [{}], {"": ""}, {"a": None}, {"apiVersion": "v1", "kind": "List", "items": [None]}),
)
"""What programs stumble over."""

MOST_SECONDS = 60.0
"""The most processor time that one input, or a hundred at once, may take."""


def broken_text(random: Random, text: str) -> str:
    """The text with one to four changes that know nothing of its meaning."""
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        at, end = sorted((random.randint(0, len(text)), random.randint(0, len(text))))
        end = min(end, at + random.choice((1, 3, 40)))
        match random.randrange(6):
            case 0:
                text = text[:at] + text[end:]
            case 1:
                text = text[:at] + text[at:end] * random.choice((2, 3, 50)) + text[end:]
            case 2:
                text = text[:at] + random.choice(WORDS) + text[end:]
            case 3:
                text = text[:at] + random.choice(WORDS) + text[at:]
            case 4:
                lines = text.splitlines(keepends=True)
                random.shuffle(lines) if random.random() < 0.1 else lines.insert(0, lines.pop())
                text = "".join(lines)
            case _:
                text = text[:end]
        text = text or "a"
    return text


def broken_value(random: Random, data: Json) -> Json:
    """The value with one to four of its parts replaced, removed, renamed or nested."""
    changed = copy.deepcopy(data)
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        places = list(_places(changed))
        if not places:
            return random.choice(VALUES)
        holder, key = random.choice(places)
        match random.randrange(6):
            case 0 if isinstance(holder, dict):
                holder[random.choice([value for value in VALUES if isinstance(value, str)])] = holder.pop(key)  # type: ignore[arg-type]  # a key of this holder
            case 1:
                del holder[key]  # type: ignore[arg-type]  # as above
            case 2:
                holder[key] = [holder[key]] * random.choice((1, 2, 30))  # type: ignore[index]  # as above
            case 3:
                other, name = random.choice(places)
                holder[key] = copy.deepcopy(other[name])  # type: ignore[index]  # as above
            case _:
                holder[key] = copy.deepcopy(random.choice(VALUES))  # type: ignore[index]  # as above
    return changed


def _places(data: Json) -> Iterator[tuple[dict[str, Json] | list[Json], str | int]]:
    """Every part of the value: what holds it, and under which key or number."""
    waiting: list[Json] = [data]
    while waiting:
        match waiting.pop():
            case dict() as fields:
                yield from ((fields, key) for key in fields)
                waiting += fields.values()
            case list() as items:
                yield from ((items, number) for number in range(len(items)))
                waiting += items


def broken_yaml(random: Random, texts: Sequence[str]) -> str:
    """A text of YAML, broken as a text or as what it says."""
    text = random.choice(texts)
    if random.random() < 0.4:
        return broken_text(random, text)
    try:
        values = list(yaml.load_all(text, Loader=yaml.CSafeLoader))
    except yaml.YAMLError:  # an example of what cannot be read
        return broken_text(random, text)
    return "\n---\n".join(json.dumps(broken_value(random, value), default=str) for value in values)


def broken_json(random: Random, texts: Sequence[str]) -> str:
    """A text of JSON, broken as a text or as what it says."""
    text = random.choice(texts)
    return broken_text(random, text) if random.random() < 0.4 else json.dumps(broken_value(random, json.loads(text)))


class Trial:
    """Inputs tried one after the other: what came of them, and the most processor time that one took."""

    def __init__(self) -> None:
        self.outcomes: Counter[str] = Counter()
        self.slowest = 0.0

    def run(self, number: int, attack: Callable[[], object], inputs: int = 1) -> None:
        """Try one, or several at once: read, or refused with a message. All else ends the test, with the number."""
        start = time.process_time()
        with _limited(number):
            try:
                attack()
                self.outcomes["read"] += inputs
            except UserError as error:
                self.outcomes["refused" if str(error).strip() else "refused without a word"] += inputs
            except Exception as error:
                error.add_note(f"input {number}")
                raise
        self.slowest = max(self.slowest, time.process_time() - start)

    @property
    def figures(self) -> str:
        """What came of them, in words."""
        parts = ", ".join(f"{count} {what}" for what, count in sorted(self.outcomes.items()))
        return f"{self.outcomes.total()} inputs: {parts}; at most {self.slowest:.2f} s at once"


@contextmanager
def _limited(number: int) -> Iterator[None]:
    def ended(_: int, frame: FrameType | None) -> None:
        raise AssertionError(f"input {number} took more than {MOST_SECONDS:g} s, at {frame}")

    before = signal.signal(signal.SIGVTALRM, ended)
    signal.setitimer(signal.ITIMER_VIRTUAL, MOST_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
