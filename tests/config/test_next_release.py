"""gateshift.yaml of a finished rollout becomes that of the next release, its comments kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gateshift.config import read_rollout
from gateshift.config.succession import NewVersion, next_release
from gateshift.errors import UserError
from gateshift.model.rollout import Share, Stage
from tests.strategies import Declared, declared, images, version_names

TEXT = """\
# Our shop.
service: {name: shop, port: 80, targetPort: 8080}  # calm
route: {parents: [{service: shop}]}
versions:
  # the old one
  v1: {image: "example.org/shop:1"}
  # the better one
  v2:
    image: example.org/shop:2   # pinned
    service: shop-blue
    env: {MODE: fast}  # since May
stages:
  - {name: plain, deploy: [v1], services: []}
  # here the route comes
  - name: routed
    deploy: [v1]   # alone
    services: [v1, v2]
    shares: {v1: 7}
  - name: canary
    description: "v2 gets some; v1.5 and v10 are no versions."
    shares:
      v1: 90   # most
      v2: 10
    rules:
      - {name: testers, match: {headers: {x-team: qa}}, to: v2}
    mirror: {to: v2, percent: 5}
  - name: done
    deploy: [v2]
    shares: {v2: 3}
environments:
  - {name: prod, replicas: {v1: 2, v2: 5}}
  - {name: test, replicas: {v1: 1}}
gate:
  prometheus: http://prometheus:9090
  p99: 500ms
  labels: {version: v2, baseline: v1, app: shop}
"""
DONE = Stage("done", "", ("v2",), ("v2",), (Share("v2", 3),))


def test_every_part_moves_on_by_one_version_and_comments_stay() -> None:
    assert (
        next_release(TEXT, DONE, NewVersion("v3", "example.org/shop:3")).text
        == """\
# Our shop.
service: {name: shop, port: 80, targetPort: 8080}  # calm
route: {parents: [{service: shop}]}
versions:
  # the old one
  # the better one
  v2:
    image: example.org/shop:2   # pinned
    service: shop-blue
    env: {MODE: fast}  # since May
  v3:
    image: example.org/shop:3
    env:
      MODE: fast
stages:
  # here the route comes
  - name: routed
    description: Where the last release ended, with v2 answering everything.
    deploy: [v2]   # alone
    shares: {v2: 3}
  - name: canary
    description: "v3 gets some; v1.5 and v10 are no versions."
    shares:
      v2: 90   # most
      v3: 10
    rules:
      - {name: testers, match: {headers: {x-team: qa}}, to: v3}
    mirror: {to: v3, percent: 5}
  - name: done
    deploy: [v3]
    shares: {v3: 3}
environments:
  - {name: prod, replicas: {v2: 5, v3: 5}}
  - {name: test}
gate:
  prometheus: http://prometheus:9090
  p99: 500ms
  labels: {version: v3, baseline: v2, app: shop}
"""
    )


def test_line_breaks_stay_what_they_are() -> None:
    crlf = TEXT.replace("\n", "\r\n")
    lf = next_release(TEXT, DONE, NewVersion("v3", "a:3")).text
    assert next_release(crlf, DONE, NewVersion("v3", "a:3")).text == lf.replace("\n", "\r\n")


def test_a_rollout_that_starts_with_both_versions_gets_a_stage_to_start_from() -> None:
    text = TEXT.replace("  - name: routed\n", "  - name: start\n    rules: [{name: r, match: {path: /x}, to: v2}]\n")
    text = text.replace("    deploy: [v1]   # alone\n", "")
    stages = read_rollout(next_release(text, DONE, NewVersion("v3", "a:3")).text, Path("r"), lambda _: None).stages
    assert [stage.name for stage in stages] == ["start-here", "start", "canary", "done"]
    assert stages[0].deployed == ("v2",)
    assert stages[0].shares == (Share("v2", 3),)


def test_several_old_versions_become_one_baseline() -> None:
    text = TEXT.replace('  v1: {image: "example.org/shop:1"}\n', "  v0: {image: 'a:0'}\n  v1: {image: 'a:1'}\n")
    text = text.replace("      v1: 90   # most\n", "      v0: 40\n      v1: 50\n")
    stages = read_rollout(next_release(text, DONE, NewVersion("v3", "a:3")).text, Path("r"), lambda _: None).stages
    assert stages[1].shares == (Share("v2", 90), Share("v3", 10))


def test_a_version_that_is_there_is_refused() -> None:
    with pytest.raises(UserError, match="already"):
        next_release(TEXT, DONE, NewVersion("v1", "a:3"))


def test_a_version_with_its_own_manifest_needs_another() -> None:
    text = TEXT.replace("    image: example.org/shop:2   # pinned\n", "    manifest: own/v2.yaml\n").replace(
        "    env: {MODE: fast}  # since May\n", ""
    )
    with pytest.raises(UserError, match="manifest of its own"):
        next_release(text, DONE, NewVersion("v3", "a:3"))
    assert (
        "  v3:\n    manifest: own/v3.yaml\n" in next_release(text, DONE, NewVersion("v3", manifest="own/v3.yaml")).text
    )


def test_an_anchor_is_refused_with_its_line() -> None:
    text = TEXT.replace("{MODE: fast}", "&e {MODE: fast}").replace("v1: {image: ", "v1: {env: *e, image: ")
    text = TEXT.replace("shares: {v1: 7}", "shares: &s {v1: 7}")
    with pytest.raises(UserError, match="anchor"):
        next_release(text, DONE, NewVersion("v3", "a:3"))


@settings(deadline=None)
@given(declared(), version_names(), images(), st.integers(1, 100))
def test_any_rollout_gives_a_release_that_starts_from_its_last_version(
    old: Declared, name: str, image: str, weight: int
) -> None:
    rollout = old.rollout()
    last = rollout.versions[-1].name
    assume(name not in [version.name for version in rollout.versions])
    in_force = Stage("last", "", (last,), (last,), (Share(last, weight),))
    try:
        text = next_release(old.text.removeprefix("\ufeff"), in_force, NewVersion(name, image)).text
        new = read_rollout(text, Path("gateshift.yaml"), old.files.get)
    except UserError:
        return
    assert [version.name for version in new.versions] == [last, name]
    first = new.stages[0]
    assert (first.deployed, first.services, first.shares) == ((last,), (last,), (Share(last, weight),))
    assert first.rules == ()
    assert first.mirror is None
    assert all(stage.shares for stage in new.stages)
    assert new.version(last) == rollout.version(last)
