"""What may be said and is probably not meant is a warning with a rule of its own."""

from __future__ import annotations

import pytest

from gateshift.config.semantics import warnings
from gateshift.model.finding import Level
from gateshift.model.place import Place
from gateshift.model.rule import rules_in
from tests.config.reading import BASE, edited, parsed

V1, V2 = "{image: 'a:1'}", "{image: 'a:2'}"


def warned(text: str) -> list[tuple[str, str]]:
    """The rule and the place of each warning."""
    found = parsed(text).warnings
    assert all(finding.level is Level.WARNING and finding.help for finding in found)
    assert all(finding.rule in {rule.id for rule in rules_in(warnings)} for finding in found)
    return [(finding.rule, str(finding.at)) for finding in found if isinstance(finding.at, Place)]


def test_a_sound_rollout_has_no_warning() -> None:
    assert warned(BASE) == []


@pytest.mark.parametrize("image", ["a", "a:latest", "registry:5000/a", "ghcr.io/team/a:latest"])
def test_an_image_without_a_version_is_warned_of(image: str) -> None:
    assert warned(edited((V1, f"{{image: '{image}'}}"))) == [("GS195", "gateshift.yaml:6:15")]


@pytest.mark.parametrize("image", ["a:1", "registry:5000/a:1", f"a@sha256:{'0' * 64}", f"a:latest@sha256:{'0' * 64}"])
def test_a_tag_or_a_digest_is_a_version(image: str) -> None:
    assert warned(edited((V1, f"{{image: '{image}'}}"))) == []


def test_two_versions_of_one_image_are_warned_of() -> None:
    assert warned(edited((V2, V1))) == [("GS196", "gateshift.yaml:7:15")]
    assert warned(edited((V2, "{image: 'a:1', env: {NEW: 'true'}}"))) == []


def test_host_names_that_only_a_mesh_would_hear_are_warned_of() -> None:
    mesh = "[{service: customers}]"
    assert warned(edited((mesh, f"{mesh}\n  hostnames: [a.com]"))) == [("GS197", "gateshift.yaml:5:14")]
    assert warned(edited((mesh, "[{service: customers}, {gateway: a/b}]\n  hostnames: [a.com]"))) == []


def test_scaling_by_a_cpu_use_that_is_not_requested_is_warned_of() -> None:
    scaled = "{image: 'a:1', autoscaling: {max: 3}%s}"
    assert warned(edited((V1, scaled % ""))) == [("GS198", "gateshift.yaml:6:35")]
    assert warned(edited((V1, scaled % ", resources: {requests: {cpu: 1}}"))) == []
    assert warned(edited((V1, scaled % ", resources: {limits: {cpu: 1}}"))) == []
    shared = "workload: {resources: {requests: {cpu: 1}}}\nversions:\n"
    assert warned(edited((V1, scaled % ""), ("versions:\n", shared))) == []
