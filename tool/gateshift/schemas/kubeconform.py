"""kubeconform: one process over all objects, and a verdict for each of them or none at all."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from gateshift.apischema.schema_errors import faults
from gateshift.errors import NoVerdict
from gateshift.model.schema_verdict import VALID, FaultKind, Outcome, SchemaError, SchemaVerdict
from gateshift.schemas.layout import TEMPLATE, can_be_installed
from gateshift.schemas.own_crds import with_crds_among
from gateshift.schemas.store import Schemas
from gateshift.system.process import Finished, TimeLimit, run
from gateshift.tools.program import Program
from gateshift.yamldoc.data import FieldPath, Json, JsonObject, json_of, json_pointer, list_at, object_at, text_at

# What JSON leaves as it is and YAML, as which kubeconform reads every file, folds or refuses (yaml.org/spec/1.2,
# 5.1 character set and 5.4 line breaks).
_NOT_IN_YAML = "[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]"


_Identity = tuple[str, str, str]
_Pack = dict[_Identity, int]
_LARGEST_PACK = 64
_LONE: _Identity = ("", "", "")


def check(
    objects: Sequence[JsonObject], schemas: Schemas, program: Program, *, timeout: TimeLimit
) -> tuple[SchemaVerdict, ...]:
    """A verdict for each object, in their order. Equal objects are checked once; a custom resource of an unknown kind
    is checked by the CRD that is among the objects, if one is.

    Raises NoVerdict where kubeconform fails, hangs, or does not speak of every object exactly once.
    """
    texts = [_text(data) for data in objects]
    every = dict(zip(texts, objects, strict=True))
    distinct = {text: data for text, data in every.items() if can_be_installed(*_names(data))}
    verdicts = {text: _without_schema(data) for text, data in every.items() if text not in distinct}
    if distinct:
        verdicts |= _checked(distinct, with_crds_among(objects, schemas), program, timeout)
    return tuple(verdicts[text] for text in texts)


def _checked(
    distinct: Mapping[str, JsonObject], schemas: Schemas, program: Program, timeout: TimeLimit
) -> dict[str, SchemaVerdict]:
    """The verdict on each object, by its text."""
    for names in {_names(data) for data in distinct.values()}:
        schemas.check_strict(*names)
    packs = _packed(list(distinct.values()))
    with tempfile.TemporaryDirectory(prefix="gateshift-") as folder:
        finished = _run(program, schemas, _files(packs, list(distinct)), Path(folder), timeout)
    results = _results(finished, packs, len(distinct))
    return {
        text: _verdict(result, data, schemas) for (text, data), result in zip(distinct.items(), results, strict=True)
    }


def _packed(objects: Sequence[JsonObject]) -> list[_Pack]:
    """The objects' numbers by identity, in packs that become one file each: kubeconform names a result's file, version,
    kind and name, so no two in a pack may share these. A file for each object would cost more than its check."""
    packs: list[_Pack] = []
    open_packs: dict[int, _Pack] = {}
    met: Counter[_Identity] = Counter()
    for number, data in enumerate(objects):
        identity = _identity(data)
        if identity == _LONE:
            packs.append({_LONE: number})
            continue
        pack = open_packs.get(met[identity])
        if pack is None or len(pack) >= _LARGEST_PACK:
            pack = open_packs[met[identity]] = {}
            packs.append(pack)
        pack[identity] = number
        met[identity] += 1
    return packs


def _identity(data: JsonObject) -> _Identity:
    """What kubeconform will call the object; _LONE for one that it may call anything."""
    identity = (text_at(data, "apiVersion"), text_at(data, "kind"), text_at(data, "metadata", "name"))
    plain = all(word and word.isprintable() for word in identity)
    named_otherwise = "generateName" in object_at(data, "metadata") or identity[1].lower() == "list"
    return identity if plain and not named_otherwise else _LONE


def _files(packs: Sequence[_Pack], texts: Sequence[str]) -> list[str]:
    return ["\n---\n".join(texts[number] for number in pack.values()) for pack in packs]


def _text(data: JsonObject) -> str:
    """The object as JSON that is YAML too, for kubeconform takes it for that."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return re.sub(_NOT_IN_YAML, _escaped, text)


def _escaped(character: re.Match[str]) -> str:
    code = ord(character[0])
    return "\\ufffd" if 0xD800 <= code <= 0xDFFF else f"\\u{code:04x}"


def _run(program: Program, schemas: Schemas, files: Sequence[str], folder: Path, timeout: TimeLimit) -> Finished:
    objects = folder / "objects"
    objects.mkdir()
    for number, text in enumerate(files):
        (objects / f"{number}.yaml").write_text(text, encoding="utf-8")
    options = ["-output", "json", "-verbose", "-ignore-missing-schemas", "-n", str(os.cpu_count() or 1)]
    for number, place in enumerate(schemas.sets):
        # By a name of our own: kubeconform misreads a path with a # or {{ in it.
        link = folder / str(number)
        link.symlink_to(place.absolute())
        options += ["-schema-location", f"{link}/{TEMPLATE}"]
    # One folder as the only argument: a list of thousands of files does not fit into a command line.
    return run([*program.argv, *options, str(objects)], timeout=timeout)


def _results(finished: Finished, packs: Sequence[_Pack], count: int) -> list[JsonObject]:
    """What kubeconform said about each object, by its number."""
    if finished.exit_code not in (0, 1):
        raise _no_verdict(finished, f"ended with exit code {finished.exit_code}")
    try:
        answer = json_of(finished.stdout)
    except ValueError as error:
        raise _no_verdict(finished, "answered with something other than JSON") from error
    reports: dict[int, JsonObject] = {}
    for result in list_at(answer, "resources"):
        number = _number(result, packs)
        if number is None or number in reports:
            raise _no_verdict(finished, f"spoke twice of an object, or of one it was not given: {result}")
        reports[number] = object_at(result)
    if len(reports) != count:
        raise _no_verdict(finished, f"left {count - len(reports)} of {count} objects unreported")
    return [reports[number] for number in range(count)]


def _number(result: Json, packs: Sequence[_Pack]) -> int | None:
    """The number of the object that a result speaks of; None where it was not given."""
    name = Path(text_at(result, "filename")).stem
    if not name.isdigit() or int(name) >= len(packs):
        return None
    pack = packs[int(name)]
    said = (text_at(result, "version"), text_at(result, "kind"), text_at(result, "name"))
    return pack.get(said, pack.get(_LONE))


def _no_verdict(finished: Finished, what: str) -> NoVerdict:
    said = finished.stderr.strip()
    return NoVerdict(f"kubeconform {what}" + (f"; it said: {said}" if said else ""), next_step=f"{finished.command}")


def _verdict(result: JsonObject, data: JsonObject, schemas: Schemas) -> SchemaVerdict:
    said = text_at(result, "msg")
    match text_at(result, "status"):
        case "statusValid":
            return VALID
        case "statusInvalid":
            return SchemaVerdict(Outcome.INVALID, _faults(result, said, data, schemas))
        case "statusSkipped":
            return _skipped(data, schemas)
        case "statusError" if misnamed := tuple(_misnamed(data)):
            return SchemaVerdict(Outcome.INVALID, misnamed)
        case _:
            raise NoVerdict(f"kubeconform could not check {_title(data)}: {said or 'it took it for empty'}")


def _misnamed(data: JsonObject) -> Iterator[SchemaError]:
    """The fields for which kubeconform cannot even read an object: those that name it, where they are of another type
    (pkg/resource/resource.go, Signature)."""
    metadata = data.get("metadata")
    if metadata is not None and not isinstance(metadata, dict):
        yield SchemaError(("metadata",), FaultKind.VALUE, "expected a mapping")
    for holder, at, names in (
        (data, (), ("apiVersion", "kind")),
        (metadata, ("metadata",), ("name", "namespace", "generateName")),
    ):
        fields = [(name, holder[name]) for name in names if name in holder] if isinstance(holder, dict) else []
        for name, value in fields:
            if isinstance(value, dict | list):
                yield SchemaError((*at, name), FaultKind.VALUE, "expected a string")


def _skipped(data: JsonObject, schemas: Schemas) -> SchemaVerdict:
    group, version, kind = _names(data)
    if schemas.strict(group, version, kind) is not None:
        # kubeconform says the same of a schema that is not there and of one that it cannot compile.
        raise NoVerdict(
            f"kubeconform cannot read the schema of {_title(data)}",
            next_step="Look for a pattern in its CRD that Go's regular expressions do not know.",
        )
    if any(info.version == version for info in schemas.versions(group, kind)):
        raise NoVerdict(
            f"the schema of {_title(data)} is in the index of the installed ones, and missing",
            next_step="Delete the directory that `gateshift tools list` shows, and run `gateshift tools install`.",
        )
    return _without_schema(data)


def _without_schema(data: JsonObject) -> SchemaVerdict:
    return SchemaVerdict(Outcome.SKIPPED, reason=f"no schema of {text_at(data, 'apiVersion')} {text_at(data, 'kind')}")


def _faults(result: JsonObject, said: str, data: JsonObject, schemas: Schemas) -> tuple[SchemaError, ...]:
    """The fields at fault; where our own walk finds none, what kubeconform itself named."""
    schema = schemas.strict(*_names(data)) or {}

    def refuses(at: FieldPath, pattern: str) -> bool:
        return _says_no_match(said, at, pattern)

    return faults(schema, data, refuses) or tuple(_first_level(result, said, data))


def _says_no_match(said: str, at: FieldPath, pattern: str) -> bool:
    """Whether kubeconform's message, which lists every value that fails, names this value and pattern."""
    head = re.escape(f"- at {_quoted(json_pointer(at))}: '")
    tail = re.escape(f"' does not match pattern {_quoted(pattern)}")
    return re.search(f"{head}(?:(?!- at ').)*{tail}", said) is not None


def _quoted(text: str) -> str:
    """The text as Go's %q writes it, with single quotes (jsonschema v6, kind/kind.go)."""
    plain = (
        text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
    )
    return f"'{plain}'"


def _first_level(result: JsonObject, said: str, data: JsonObject) -> list[SchemaError]:
    named = [
        SchemaError(_steps(text_at(error, "path"), data), FaultKind.VALUE, text_at(error, "msg"))
        for error in list_at(result, "validationErrors")
    ]
    return named or [SchemaError((), FaultKind.VALUE, said)]


def _steps(path: str, data: Json) -> FieldPath:
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
