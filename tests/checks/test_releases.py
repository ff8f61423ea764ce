"""What only another channel or release knows: an error where ours refuses it, with the channel or release named."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateshift.model.finding import Level
from gateshift.schemas import Schemas
from gateshift.tools.lock import pinned
from tests.checks.example_roots import findings_of

ROUTE = """\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web, namespace: shop}
spec:
  parentRefs: [{name: public, namespace: infra}]
  rules: [{filters: [{type: %s}], backendRefs: [{name: web, port: 80}]}]
"""
KUSTOMIZATION = """\
apiVersion: kustomize.toolkit.fluxcd.io/%s
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec: {interval: 10m, path: ./apps, prune: true, sourceRef: {kind: GitRepository, name: flux-system}%s}
"""
CHANNEL = f"the experimental channel of the Gateway API v{pinned().gateway_api}"
FLUX = pinned().crds_of("flux").release


def told(folder: Path, schemas: Schemas, text: str) -> list[tuple[str, Level, str]]:
    """The rule, level and message of all but notes."""
    file = folder / "object.yaml"
    file.write_text(text)
    found = findings_of(file, schemas)
    return [(each.rule, each.level, each.message) for each in found if each.level is not Level.NOTE]


def test_a_value_of_the_experimental_channel_is_an_error_that_names_it(tmp_path: Path, schemas: Schemas) -> None:
    rule, level, message = told(tmp_path, schemas, ROUTE % "ExternalAuth")[0]
    assert (rule, level) == ("GS207", Level.ERROR)
    assert message.endswith(f"spec.rules[0].filters[0].type: the value ExternalAuth exists only in {CHANNEL}")


def test_a_value_of_no_channel_is_an_error_that_names_none(tmp_path: Path, schemas: Schemas) -> None:
    rule, level, message = told(tmp_path, schemas, ROUTE % "Nothing")[0]
    assert (rule, level, CHANNEL in message) == ("GS201", Level.ERROR, False)


def test_with_the_experimental_channel_the_value_is_one_of_its_own(tmp_path: Path, experimental: Schemas) -> None:
    auth = "ExternalAuth, externalAuth: {protocol: HTTP, http: {path: /}, backendRef: {name: auth, port: 80}}"
    assert told(tmp_path, experimental, ROUTE % auth) == []


def test_a_version_that_the_engine_s_release_no_longer_serves_is_doubtful(tmp_path: Path, schemas: Schemas) -> None:
    ((rule, level, message),) = told(tmp_path, schemas, KUSTOMIZATION % ("v1beta2", ""))
    assert (rule, level) == ("GS205", Level.WARNING)
    assert message.endswith(f"which is not served by {FLUX}")
    assert told(tmp_path, schemas, KUSTOMIZATION % ("v1", "")) == []


@pytest.mark.parametrize(("more", "rule"), [(", wait: 'yes'", "GS201"), (", pach: ./a", "GS206"), (", wait: true", "")])
def test_a_slip_in_an_engine_s_object_is_found(tmp_path: Path, schemas: Schemas, more: str, rule: str) -> None:
    found = told(tmp_path, schemas, KUSTOMIZATION % ("v1", more))
    assert [each[0] for each in found] == ([rule] if rule else [])
    assert all(FLUX in message for rule, _, message in found if rule == "GS206")
