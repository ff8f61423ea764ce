"""String and number formats as the API server enforces them, in keywords that every JSON schema reader agrees on.

kubeconform enforces `format` with the rules of JSON schema, the API server with those of Go's parsers. A format is
therefore never passed on: it becomes a pattern or a range where one says exactly what the server says, and is left out
where none does, because a manifest that the server takes must not be refused.

Sources: k8s.io/apiextensions-apiserver pkg/apiserver/validation/formats.go (which formats count at all),
k8s.io/kube-openapi pkg/validation/strfmt (how each is tested), k8s.io/apimachinery pkg/api/resource/quantity.go,
pkg/util/intstr and pkg/apis/meta/v1/time.go (how the built-in types decode).
"""

from __future__ import annotations

from gateshift.yamldoc.data import JsonObject

_HEX4 = "[0-9a-fA-F]{4}"
_DATE = r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_OFFSET = "[+-][0-9]{2}:[0-9]{2}"
_SEXTET = "[A-Za-z0-9+/]"


_V4_PART = "(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])"
_V4 = rf"{_V4_PART}(\.{_V4_PART}){{3}}"
# The server tolerates leading zeros in IPv4 addresses, as Go once did (k8s.io/utils/net, ParseIPSloppy).
_SLOPPY_V4 = rf"0*{_V4_PART}(\.0*{_V4_PART}){{3}}"
_H16 = "[0-9a-fA-F]{1,4}"


def _v6(last: str) -> str:
    """IPv6 addresses whose last 32 bits are written as `last` (RFC 3986, section 3.2.2)."""
    forms = [f"({_H16}:){{6}}{last}", f"::({_H16}:){{5}}{last}"]
    forms += [f"(({_H16}:){{0,{left}}}{_H16})?::({_H16}:){{{4 - left}}}{last}" for left in range(5)]
    return "|".join(forms)


_DOTTED_V6 = _v6(_SLOPPY_V4)
_ANY_V6 = "|".join(
    (_v6(f"({_H16}:{_H16}|{_V4})"), f"(({_H16}:){{0,5}}{_H16})?::{_H16}", f"(({_H16}:){{0,6}}{_H16})?::")
)


def _uuid(version: str, variant: str) -> str:
    return f"^[0-9a-fA-F]{{8}}-?{_HEX4}-?{version}-?{variant}-?[0-9a-fA-F]{{12}}$"


_RFC_VARIANT = "[89abAB][0-9a-fA-F]{3}"
_PATTERNS = {
    "byte": f"^({_SEXTET}{{4}})*({_SEXTET}{{4}}|{_SEXTET}{{3}}=|{_SEXTET}{{2}}==)$",
    "cidr": f"^({_SLOPPY_V4}/0*(3[0-2]|[12]?[0-9])|({_ANY_V6})/0*(12[0-8]|1[01][0-9]|[1-9]?[0-9]))$",
    "date": f"^{_DATE}$",
    "datetime": rf"^{_DATE}[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](.[0-9]+)?([Zz]|{_OFFSET})$",
    # strfmt takes Go's own syntax, and any text with a number before a unit's name or short form.
    "duration": r"(?i)^[-+]?0$|[0-9]\s*(ns|us|µs|μs|ms|s|m|h|hr|d|w|wk|(nano|micro|milli|sec|min|hour|day|week)[a-zµ]*)"
    r"($|[^a-zµμ])|^[-+]?(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+$",
    "hexcolor": "^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$",
    # Any IP with a dot in it, as strfmt has it.
    "ipv4": f"^({_SLOPPY_V4}|{_DOTTED_V6})$",
    "ipv6": f"^({_ANY_V6})$",
    "k8slongname": r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
    "k8sshortname": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
    "ssn": "^[0-9]{3}[- ][0-9]{2}[- ][0-9]{4}$",
    "uuid": _uuid(_HEX4, _HEX4),
    "uuid3": _uuid("3[0-9a-fA-F]{3}", _HEX4),
    "uuid4": _uuid("4[0-9a-fA-F]{3}", _RFC_VARIANT),
    "uuid5": _uuid("5[0-9a-fA-F]{3}", _RFC_VARIANT),
}
_LONGEST = {"k8slongname": 253, "k8sshortname": 63}
_TITLES = {
    "byte": "base64",
    "cidr": "a range of addresses such as 10.0.0.0/8",
    "date": "a date such as 2025-12-31",
    "datetime": "a time such as 2025-12-31T23:59:59Z",
    "duration": "a duration such as 90s or 1h30m",
    "hexcolor": "a colour such as #00ff7f",
    "ipv4": "an IPv4 address",
    "ipv6": "an IPv6 address",
    "k8slongname": "a name of lower-case letters, digits, - and .",
    "k8sshortname": "a name of lower-case letters, digits and -",
    "ssn": "a social security number",
}

_SUFFIX = "(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]|[eE][+-]?[0-9]+)"
# A sign or a suffix alone counts as nothing of it.
_AMOUNT = rf"[+-]|[+-]?{_SUFFIX}|[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]*){_SUFFIX}?"
QUANTITY: JsonObject = {"pattern": rf"^\s*({_AMOUNT})\s*$", "title": "a quantity such as 500m or 1Gi"}

# Go's own decoder of bytes skips line breaks, which a block scalar in YAML leaves in the value.
_LINES = r"[\r\n]*"
_SPACED = f"{_SEXTET}{_LINES}"
_PAD = f"={_LINES}"
# Go's own parser of RFC 3339 wants capitals, and takes one digit of an hour and a comma before the fraction.
TIME: JsonObject = {
    "pattern": rf"^{_DATE}T([01]?[0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.,][0-9]+)?(Z|{_OFFSET})$",
    "title": _TITLES["datetime"],
}
BYTES: JsonObject = {
    "pattern": f"^{_LINES}(({_SPACED}){{4}})*(({_SPACED}){{2}}({_PAD}){{2}}|({_SPACED}){{3}}{_PAD})?$",
    "title": "base64",
}

_INT32: JsonObject = {"minimum": -(2**31), "maximum": 2**31 - 1}
# One more than the largest: kubeconform reads numbers as 64-bit floats, which round the largest up.
_INT64: JsonObject = {"minimum": -(2**63), "maximum": 2**63}


def integer_range(name: str) -> JsonObject:
    """The bounds of an integer of this format; without a known one the server stores 64 bits."""
    return _INT32 if name == "int32" else _INT64


def string_limits(name: str) -> JsonObject:
    """What a string of this format must satisfy; nothing for one that the server ignores or that no pattern can say."""
    plain = name.replace("-", "")
    limits: JsonObject = {}
    if plain in _PATTERNS:
        limits |= {"pattern": _PATTERNS[plain], "title": _TITLES.get(plain, f"a {name}")}
    if plain in _LONGEST:
        limits["maxLength"] = _LONGEST[plain]
    return limits
