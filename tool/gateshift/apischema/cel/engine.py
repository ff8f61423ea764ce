"""The one importer of the CEL evaluator: a rule's text and data in, the verdict out.

The evaluator is compiled code without a wheel for every platform. Where it is missing, `available` says so, and nobody
may take that for a passed check.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

from msgspec import Struct

from gateshift.apischema.cel.data import CelData

if TYPE_CHECKING:
    from cel_expr_python import cel


NEXT_STEP = "Install it with `pip install 'gateshift[cel]'`, or run with `--without-cel` and leave these rules out."
"""What to do where `available` says no."""


class NotCompiled(Exception):  # noqa: N818 -- what became of the rule
    """A rule uses something that this evaluator does not have; the text says what."""


class Failed(Struct, frozen=True):
    """An evaluation that gave no value, such as of a field that is not there."""

    why: str


@cache
def available() -> bool:
    """Whether the evaluator is installed."""
    return find_spec("cel_expr_python") is not None


@cache
def _environment() -> cel.Env:
    from cel_expr_python import cel
    from cel_expr_python.ext import ext_bindings, ext_math, ext_optional, ext_strings

    from gateshift.apischema.cel.library import functions

    dyn = cel.Type.DYN
    return cel.NewEnv(
        variables={"self": dyn, "oldSelf": dyn, "previous": dyn, "existed": cel.Type.BOOL},
        extensions=[
            ext_strings.ExtStrings(),
            ext_optional.ExtOptional(),
            ext_bindings.ExtBindings(),
            ext_math.ExtMath(),
        ],
        functions=functions(),
    )


_COMPLAINT = r"(?m)ERROR: <input>:[0-9:]+ (.*?)(?: \(in container '.*'\))?$"


_GROWING = re.compile(r"\.\s*(?:replace|join|format)\s*\(")
_MOST_GROWTH = 2


@lru_cache(maxsize=4096)
def _compiled(expression: str) -> cel.Expression:
    if len(_GROWING.findall(expression)) > _MOST_GROWTH:
        raise NotCompiled(f"it calls replace, join or format more than {_MOST_GROWTH} times: a text may grow too long")
    try:
        return _environment().compile(expression)
    except RuntimeError as error:
        complaint = re.search(_COMPLAINT, str(error))
        raise NotCompiled(complaint[1] if complaint else str(error)) from error


_NO_KEY = r'Key not found in map : "(.*)"'


def _why(text: str) -> str:
    """The evaluator's complaint, a missing field said as the API server says it."""
    missing = re.match(_NO_KEY, text)
    return f"no such key: {missing[1]}" if missing else text


class CelScope:
    """The values a rule reads, converted once for all the rules of a field.

    `old` is what the field was before, where `existed`; a rule with an optional oldSelf also asks whether it existed.
    """

    __slots__ = ("_activation",)

    def __init__(self, value: CelData, *, old: CelData = None, existed: bool = False) -> None:
        known: dict[str, CelData] = {"self": value, "existed": existed, "previous": old}
        if existed:
            known["oldSelf"] = old
        self._activation = _environment().Activation(known)

    def evaluate(self, expression: str, *, optional_old: bool = False) -> CelData | Failed:
        """The expression's value. Raises NotCompiled where it is beyond this evaluator."""
        if optional_old:
            expression = f"cel.bind(oldSelf, existed ? optional.of(previous) : optional.none(), {expression})"
        try:
            result = _compiled(expression).eval(self._activation)
        except RuntimeError as error:  # the evaluator gave up, whatever the object holds
            raise NotCompiled(str(error).removeprefix("INTERNAL: ").removesuffix(" [INTERNAL]")) from error
        value: CelData = result.plain_value()
        if value is not True and result.type().name() == "ERROR":
            return Failed(_why(str(value).partition(": ")[2]))
        return value
