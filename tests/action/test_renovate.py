"""The recipe for Renovate in docs/ci.md, its patterns applied as Renovate applies them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

TOP = Path(__file__).parents[2]
RECIPE: dict[str, Any] = json.loads(
    next(block for block in re.findall(r"```json\n(.*?)```", (TOP / "docs/ci.md").read_text(), re.DOTALL))
)
ENVIRONMENTS = """\
service: {name: shop, port: 80}
versions:
  v1: {image: "registry.example.com:5000/team/shop:1.0.0"}
  v2:
    image: ghcr.io/team/shop:2.0.0@sha256:DIGEST
environments:
  - name: dev
    image: {v1: 'ghcr.io/team/shop:1.0.1', v2: ghcr.io/team/shop:2.1.0-rc.1}
  - name: prod
    image:
      v1: ghcr.io/team/shop:0.9.0
    namespace: shop
gate: {prometheus: 'http://prometheus:9090'}
""".replace("DIGEST", "a" * 64)


def pattern(text: str) -> re.Pattern[str]:
    return re.compile(text.replace("(?<", "(?P<"))


def images(text: str) -> list[tuple[str, str]]:
    """What the managers find in a gateshift.yaml: the name and the tag of each image."""
    return sorted(
        (match["depName"], match["currentValue"])
        for manager in RECIPE["customManagers"]
        for match in found(manager, text)
    )


def found(manager: dict[str, Any], text: str) -> list[re.Match[str]]:
    """The matches of the last pattern; each of those before narrows down where it looks."""
    *outer, last = map(pattern, manager["matchStrings"])
    assert not outer or manager["matchStringsStrategy"] == "recursive"
    parts = [text]
    for narrowing in outer:
        parts = [match[0] for part in parts for match in narrowing.finditer(part)]
    return [match for part in parts for match in last.finditer(part)]


def test_the_images_of_the_shipped_rollout_are_found() -> None:
    name = "gcr.io/tetratelabs/customers"
    assert images((TOP / "gateshift.yaml").read_text()) == [(name, "1.0.0"), (name, "2.0.0")]


def test_images_with_ports_digests_quotes_and_in_environments_are_found_and_nothing_else() -> None:
    assert images(ENVIRONMENTS) == [
        ("ghcr.io/team/shop", "0.9.0"),
        ("ghcr.io/team/shop", "1.0.1"),
        ("ghcr.io/team/shop", "2.0.0"),
        ("ghcr.io/team/shop", "2.1.0-rc.1"),
        ("registry.example.com:5000/team/shop", "1.0.0"),
    ]


def test_only_gateshift_yaml_is_looked_at() -> None:
    for manager in RECIPE["customManagers"]:
        (files,) = (pattern(each.strip("/")) for each in manager["managerFilePatterns"])
        assert files.search("gateshift.yaml")
        assert files.search("services/checkout/gateshift.yaml")
        assert not files.search("base/v1/deployment.yaml")
        assert not files.search("my-gateshift.yaml")


def test_generated_files_are_left_to_generate() -> None:
    (rule,) = RECIPE["packageRules"]
    assert (rule["matchFileNames"], rule["enabled"]) == (["base/**", "overlays/**"], False)
