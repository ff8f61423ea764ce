"""An owner's own Deployment is kept as written, and must be the version's."""

from __future__ import annotations

import pytest

from gateshift.config import ConfigError
from gateshift.model.rollout import ManifestWorkload
from tests.config.reading import edited, mistakes, only_mistake, parsed

OWN = """\
# mine
apiVersion: apps/v1
kind: Deployment
metadata: {name: old-customers}
spec:
  selector: {matchLabels: {app: customers, version: v1}}
  template:
    metadata: {labels: {app: customers, version: v1, team: a}}
    spec: {containers: [{name: app, image: a:1, ports: [{name: web, containerPort: 80}]}]}
"""
V1 = "v1: {image: 'a:1'}"
WITH_OWN = edited((V1, "v1: {manifest: own.yaml}"))


def test_the_text_is_kept_and_the_deployments_name_is_its_own() -> None:
    version = parsed(WITH_OWN, own=OWN).rollout.versions[0]

    assert version.workload == ManifestWorkload("own.yaml", OWN)
    assert version.deployment == "old-customers"
    assert version.service == "customers-v1"
    assert version.replicas is None


def test_replicas_may_be_set_from_outside() -> None:
    text = edited((V1, "v1: {manifest: own.yaml, replicas: 3}"))

    assert parsed(text, own=OWN).rollout.versions[0].replicas == 3


@pytest.mark.parametrize(
    ("before", "after", "line", "says"),
    [
        ("kind: Deployment", "kind: StatefulSet", 3, 'expected `Deployment`; found the string "StatefulSet"'),
        ("apps/v1", "extensions/v1beta1", 2, "apiVersion: expected `apps/v1`"),
        ("{name: old-customers}", "{}", 4, "the Deployment needs a name"),
        ("{name: old-customers}", "{name: a, namespace: b}", 4, 'the rollout is in `default`; found the string "b"'),
        ("version: v1, team: a", "team: a, version: v2", 8, "need the label `version: v1`"),
        ("app: customers, version: v1, team", "version: v1, team", 8, "the label is missing"),
        (
            "matchLabels: {app: customers, version: v1}",
            "matchLabels: {app: customers}",
            6,
            "other versions' pods",
        ),
        ("matchLabels: {app: customers,", "matchLabels: {app: customer,", 6, "which the pods' own labels do not say"),
        ("# mine\n", "# mine\nkind: Deployment\n", 4, "kind: the key stands twice"),
        ("spec:\n", "spec: [\n", 7, ""),
        (OWN, "", 1, "found an empty file"),
        (OWN, f"{OWN}---\nkind: Service\n", 11, "expected one Deployment and nothing else"),
        (OWN, "- a\n", 1, "kind: expected `Deployment`; found nothing"),
    ],
)
def test_a_manifest_that_does_not_fit_is_told_at_its_own_line(before: str, after: str, line: int, says: str) -> None:
    assert before in OWN
    found = mistakes(WITH_OWN, own=OWN.replace(before, after, 1))

    assert [(str(mistake.place.file), mistake.place.line) for mistake in found] in (
        [("own.yaml", line)],
        [("own.yaml", line), ("own.yaml", line)],
    )
    assert any(says in mistake.message for mistake in found)


def test_a_selector_by_expressions_is_the_owners_own_business() -> None:
    selector = "selector: {matchExpressions: [{key: version, operator: In, values: [v1]}]}"
    own = OWN.replace("selector: {matchLabels: {app: customers, version: v1}}", selector)

    assert parsed(WITH_OWN, own=own).rollout.versions[0].deployment == "old-customers"


def test_a_named_target_port_must_be_one_of_the_containers() -> None:
    named = WITH_OWN.replace("  name: customers\n", "  name: customers\n  targetPort: web\n", 1)
    assert parsed(named, own=OWN).rollout.service.target_port == "web"

    mistake = only_mistake(named, own=OWN.replace("name: web", "name: http"))

    assert "no container has a port called `web`, the targetPort; found `http`" in mistake.message


def test_a_version_from_fields_takes_the_number_of_the_manifest_s_named_port() -> None:
    named = WITH_OWN.replace("  name: customers\n", "  name: customers\n  targetPort: web\n", 1)
    service = parsed(named, own=OWN.replace("containerPort: 80", "containerPort: 8080")).rollout.service

    assert (service.port, service.target_port, service.named_port) == (80, "web", 8080)


def test_an_autoscaler_and_replicas_in_the_manifest_fight() -> None:
    text = edited((V1, "v1: {manifest: own.yaml, autoscaling: {max: 3}}"))
    assert parsed(text, own=OWN).rollout.versions[0].replicas is None

    assert "would set them back" in only_mistake(text, own=OWN.replace("spec:\n", "spec:\n  replicas: 2\n", 1)).message


def test_the_name_in_rollout_yaml_and_in_the_manifest_must_agree() -> None:
    text = edited((V1, "v1: {manifest: own.yaml, deployment: new}"))

    assert "gateshift.yaml calls this Deployment `new`; found `old-customers`" in only_mistake(text, own=OWN).message


def test_fields_beside_a_manifest_are_refused() -> None:
    with_image = edited((V1, "v1: {manifest: own.yaml, image: a}"))
    assert "`image` cannot stand next to" in only_mistake(with_image, own=OWN).message
    assert "`env` cannot stand" in only_mistake(edited((V1, "v1: {manifest: own.yaml, env: {A: b}}")), own=OWN).message


def test_two_versions_cannot_have_the_same_deployment() -> None:
    own = OWN.replace("old-customers", "customers-v2")

    assert "as that of version" in only_mistake(WITH_OWN, own=own).message


def test_mistakes_in_both_files_are_reported_in_one_run() -> None:
    with pytest.raises(ConfigError) as raised:
        parsed(WITH_OWN.replace("{v1: 1, v2: 1}", "{v1: 1, v3: 1}"), own=OWN.replace("Deployment", "Pod"))

    assert {str(mistake.place.file) for mistake in raised.value.mistakes} == {"own.yaml", "gateshift.yaml"}
