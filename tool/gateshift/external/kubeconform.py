"""kubeconform: one process over all objects, and a verdict for each of them or none at all."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from gateshift.documents.data import Json, JsonObject, Pointer, list_at, object_at, pointer_text, text_at
from gateshift.errors import NoVerdict
from gateshift.external.process import Finished, run
from gateshift.external.schemas.layout import TEMPLATE
from gateshift.external.schemas.store import Schemas
from gateshift.external.toolchain.program import Program
from gateshift.model.verdict import VALID, Fault, FaultKind, Outcome, Verdict
from gateshift.shapes.faults import faults

# What JSON leaves as it is and YAML, as which kubeconform reads every file, folds or refuses (yaml.org/spec/1.2,
# 5.1 character set and 5.4 line breaks).
_NOT_IN_YAML = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")


def check(objects: Sequence[JsonObject], schemas: Schemas, program: Program, *, timeout: float) -> tuple[Verdict, ...]:
    """A verdict for each object, in their order. Equal objects are checked once.

    Raises NoVerdict where kubeconform fails, hangs, or does not speak of every object exactly once.
    """
    texts = [_text(data) for data in objects]
    distinct = list(dict.fromkeys(texts))
    first = {text: index for index, text in reversed(list(enumerate(texts)))}
    if not distinct:
        return ()
    with tempfile.TemporaryDirectory(prefix="gateshift-") as folder:
        results = _results(_run(program, schemas, distinct, Path(folder), timeout), len(distinct))
    made = [_verdict(result, objects[first[text]], schemas) for text, result in zip(distinct, results, strict=True)]
    verdicts = dict(zip(distinct, made, strict=True))
    return tuple(verdicts[text] for text in texts)


def _text(data: JsonObject) -> str:
    """The object as JSON that is YAML too, for kubeconform takes it for that."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return _NOT_IN_YAML.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    code = ord(found[0])
    return "\\ufffd" if 0xD800 <= code <= 0xDFFF else f"\\u{code:04x}"


def _run(program: Program, schemas: Schemas, texts: Sequence[str], folder: Path, timeout: float) -> Finished:
    objects = folder / "objects"
    objects.mkdir()
    for number, text in enumerate(texts):
        (objects / f"{number}.json").write_text(text, encoding="utf-8")
    options = ["-output", "json", "-verbose", "-ignore-missing-schemas", "-n", str(os.cpu_count() or 1)]
    for number, place in enumerate(schemas.sets):
        # By a name of our own: kubeconform misreads a path with a # or {{ in it.
        link = folder / str(number)
        link.symlink_to(place.absolute())
        options += ["-schema-location", f"{link}/{TEMPLATE}"]
    # One folder as the only argument: a list of thousands of files does not fit into a command line.
    return run([*program.argv, *options, str(objects)], timeout=timeout)


def _results(finished: Finished, count: int) -> list[JsonObject]:
    """What kubeconform said about each file, by its number."""
    if finished.exit_code not in (0, 1):
        raise _no_verdict(finished, f"ended with exit code {finished.exit_code}")
    try:
        answer: Json = json.loads(finished.stdout)
    except ValueError as error:
        raise _no_verdict(finished, "answered with something else than JSON") from error
    found: dict[int, JsonObject] = {}
    for result in list_at(answer, "resources"):
        name = Path(text_at(result, "filename")).stem
        if not name.isdigit() or int(name) in found or int(name) >= count:
            raise _no_verdict(finished, f"spoke twice of an object, or of one it was not given: {result}")
        found[int(name)] = object_at(result)
    if len(found) != count:
        raise _no_verdict(finished, f"left {count - len(found)} of {count} objects unreported")
    return [found[number] for number in range(count)]


def _no_verdict(finished: Finished, what: str) -> NoVerdict:
    said = finished.stderr.strip()
    return NoVerdict(f"kubeconform {what}" + (f"; it said: {said}" if said else ""), next_step=f"{finished.command}")


def _verdict(result: JsonObject, data: JsonObject, schemas: Schemas) -> Verdict:
    said = text_at(result, "msg")
    match text_at(result, "status"):
        case "statusValid":
            return VALID
        case "statusInvalid":
            return Verdict(Outcome.INVALID, _faults(result, said, data, schemas))
        case "statusSkipped":
            return _skipped(data, schemas)
        case _:
            raise NoVerdict(f"kubeconform could not check {_title(data)}: {said or 'it took it for empty'}")


def _skipped(data: JsonObject, schemas: Schemas) -> Verdict:
    if schemas.strict(*_names(data)) is not None:
        # kubeconform says the same of a schema that is not there and of one that it cannot compile.
        raise NoVerdict(
            f"kubeconform cannot read the schema of {_title(data)}",
            next_step="Look for a pattern in its CRD that Go's regular expressions do not know.",
        )
    return Verdict(Outcome.SKIPPED, reason=f"no schema of {text_at(data, 'apiVersion')} {text_at(data, 'kind')}")


def _faults(result: JsonObject, said: str, data: JsonObject, schemas: Schemas) -> tuple[Fault, ...]:
    """The fields at fault; where our own walk finds none, what kubeconform itself named."""
    schema = schemas.strict(*_names(data)) or {}

    def refuses(at: Pointer, pattern: str) -> bool:
        return _says_no_match(said, at, pattern)

    return faults(schema, data, refuses) or tuple(_first_level(result, said, data))


def _says_no_match(said: str, at: Pointer, pattern: str) -> bool:
    """Whether kubeconform's message, which lists every value that fails, names this value and pattern."""
    head = re.escape(f"- at {_quoted(pointer_text(at))}: '")
    tail = re.escape(f"' does not match pattern {_quoted(pattern)}")
    return re.search(f"{head}(?:(?!- at ').)*{tail}", said) is not None


def _quoted(text: str) -> str:
    """The text as Go's %q writes it, with single quotes (jsonschema v6, kind/kind.go)."""
    plain = (
        text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
    )
    return f"'{plain}'"


def _first_level(result: JsonObject, said: str, data: JsonObject) -> list[Fault]:
    named = [
        Fault(_steps(text_at(one, "path"), data), FaultKind.VALUE, text_at(one, "msg"))
        for one in list_at(result, "validationErrors")
    ]
    return named or [Fault((), FaultKind.VALUE, said)]


def _steps(path: str, data: Json) -> Pointer:
    """The pointer that kubeconform's path means. It does not escape slashes, so keys are matched against the object."""
    steps: list[str | int] = []
    rest = path.removeprefix("/")
    while rest:
        if isinstance(data, dict):
            key = max((key for key in data if f"{rest}/".startswith(f"{key}/")), key=len, default="")
            if not key:
                break
            steps.append(key)
            data, rest = data[key], rest[len(key) + 1 :]
        else:
            word, _, rest = rest.partition("/")
            if not isinstance(data, list) or not word.isdigit() or int(word) >= len(data):
                break
            steps.append(int(word))
            data = data[int(word)]
    return tuple(steps)


def _names(data: JsonObject) -> tuple[str, str, str]:
    group, _, version = text_at(data, "apiVersion").rpartition("/")
    return group, version, text_at(data, "kind")


def _title(data: JsonObject) -> str:
    return f"{text_at(data, 'kind')} {text_at(data, 'metadata', 'name')}"
