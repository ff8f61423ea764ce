"""Formats as the API server's Go code takes them: what its own tests and parsers accept and refuse."""

from __future__ import annotations

import re

import pytest

from gateshift.apischema.formats import BYTES, QUANTITY, TIME, string_limits
from gateshift.yamldoc.data import JsonObject


def fits(name: str, text: str) -> bool:
    limits = string_limits(name)
    pattern = limits.get("pattern", "")
    assert isinstance(pattern, str)
    longest = limits.get("maxLength", len(text))
    assert isinstance(longest, int)
    # Go's $ is the very end of the text, Python's also stands before a last line break.
    return bool(re.search(pattern.replace("$", r"\Z"), text)) and len(text) <= longest


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("byte", ["YQ==", "YWI=", "YWJj", "+/+/"], ["", "YQ", "YQ=", "Y", "Y Q==", "YQ==YQ==", "-_-_", "YWJj\n"]),
        ("date", ["2024-02-29"], ["2024-2-29", "2024-13-01", "2024-01-32", "24-01-01", "2024-01-01T00:00:00Z"]),
        (
            "date-time",
            ["2024-01-31T23:59:59Z", "2024-01-31t01:02:03.123456z", "2024-01-31T01:02:03+01:00"],
            [
                "2024-01-31",
                "2024-01-31 01:02:03Z",
                "2024-01-31T01:02:03",
                "2024-01-31T24:00:00Z",
                "now",
                "",
                "2024-01-31T1:02:03Z",
            ],
        ),
        (
            "duration",
            [
                "0",
                "10s",
                "1h30m",
                "1.5h",
                "-5ms",
                "300us",
                "1 day",
                "2 weeks",
                "3 hr",
                "1d",
                "5 Seconds",
                "30.ms",
                ".5h",
            ],
            ["", "10", "s", "1x", "5 sx", "ten seconds", "1mo", "30. ms", "5.day"],
        ),
        (
            "ipv4",
            ["10.0.0.1", "255.255.255.255", "010.0.0.1", "::ffff:10.0.0.1"],
            ["10.0.0", "10.0.0.256", "a.b.c.d", "::1"],
        ),
        (
            "ipv6",
            ["::", "::1", "2001:db8::", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "::ffff:1.2.3.4", "FE80::1"],
            [
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "1::2::3",
                "12345::",
                "1.2.3.4",
                "fe80::1%eth0",
                ":1",
                "::010.0.0.1",
            ],
        ),
        (
            "cidr",
            ["10.0.0.0/8", "::/0", "2001:db8::/128", "0.0.0.0/32"],
            ["10.0.0.0", "10.0.0.0/33", "::/129", "10.0.0.0/"],
        ),
        (
            "uuid",
            ["12345678-1234-1234-1234-1234567890AB", "1234567812341234123412345678 90ab".replace(" ", "")],
            ["1234"],
        ),
        ("uuid4", ["12345678-1234-4234-a234-1234567890ab"], ["12345678-1234-1234-a234-1234567890ab"]),
        ("hexcolor", ["#fff", "00FF7f"], ["#ffff", "red"]),
        ("k8s-short-name", ["a", "a-b9", "9a", "x" * 63], ["", "A", "-a", "a-", "a.b", "x" * 64]),
        ("k8s-long-name", ["a.b-c.d", "x" * 253], ["a..b", ".a", "A.b", "x" * 254]),
    ],
)
def test_a_format_is_what_the_server_makes_of_it(name: str, good: list[str], bad: list[str]) -> None:
    assert [text for text in good if not fits(name, text)] == []
    assert [text for text in bad if fits(name, text)] == []


@pytest.mark.parametrize("name", ["password", "hostname", "uri", "email", "int-or-string", "anything", ""])
def test_a_format_that_the_server_ignores_or_no_pattern_can_say_limits_nothing(name: str) -> None:
    assert string_limits(name) == {}


@pytest.mark.parametrize(
    "text",
    [
        "0",
        "1",
        "-1",
        "+1.5",
        "1.",
        ".5",
        "100m",
        "1k",
        "1Ki",
        "2E",
        "1e3",
        "1E-3",
        " 1Gi\n",
        "M",
        "-",
        "+k",
        "1.k",
        "00",
    ],
)
def test_a_quantity_is_taken(text: str) -> None:
    assert re.search(str(QUANTITY["pattern"]), text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1kb",
        "1 Gi",
        "1K",
        "0.1mi",
        "1.1.M",
        "1+1.0M",
        "aoeu",
        "1i",
        "-3.01i",
        "-3.01e-",
        "{{x}}Mi",
        " ",
        "--1",
        "1m1",
    ],
)
def test_what_the_server_s_parser_refuses_is_no_quantity(text: str) -> None:
    """The refused forms of k8s.io/apimachinery pkg/api/resource/quantity_test.go, and a few of our own."""
    assert not re.search(str(QUANTITY["pattern"]), text)


@pytest.mark.parametrize(
    ("limits", "good", "bad"),
    [
        (BYTES, ["", "YQ==", "YW\nJj\r\n", "\n"], ["YQ", "Y Q==", "YQ==YQ==", "-_-_"]),
        (
            TIME,
            ["2024-01-31T23:59:59Z", "2024-01-31T1:02:03,5+01:00"],
            ["2024-01-31t23:59:59Z", "2024-01-31T23:59:59z", "2024-01-31T24:00:00Z", "2024-01-31", ""],
        ),
    ],
)
def test_built_in_kinds_are_decoded_by_go_itself(limits: JsonObject, good: list[str], bad: list[str]) -> None:
    pattern = str(limits["pattern"]).replace("$", r"\Z")
    assert [text for text in good if not re.search(pattern, text)] == []
    assert [text for text in bad if re.search(pattern, text)] == []
