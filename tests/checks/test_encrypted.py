"""Objects that SOPS encrypted: their values are not judged, and everything around them is."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateshift.model.finding import Level
from gateshift.schemas import Schemas
from tests.checks.example_roots import findings_of

VALUE = "ENC[AES256_GCM,data:AAECAw==,iv:AAAA,tag:AAAA,type:str]"
METADATA = f"""\
sops:
  age:
    - recipient: age1example
      enc: |
        -----BEGIN AGE ENCRYPTED FILE-----
        -----END AGE ENCRYPTED FILE-----
  lastmodified: "2026-01-01T00:00:00Z"
  mac: {VALUE}
  version: 3.9.0
"""
SECRET = f"""\
apiVersion: v1
kind: Secret
metadata: {{name: db}}
data:
  password: {VALUE}
"""
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: %s
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "example.org/web:1"}]}
"""
ROUTE = """\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web}
spec:
  parentRefs: [{name: gateway}]
  hostnames: ["%s"]
  rules: [{timeouts: {request: "%s", backendRequest: 20s}, backendRefs: [{name: web, port: 80}]}]
"""


def errors(folder: Path, schemas: Schemas, text: str) -> list[tuple[str, str]]:
    """The rules that refuse the text, with what they say."""
    file = folder / "object.yaml"
    file.write_text(text)
    return [(finding.rule, finding.message) for finding in findings_of(file, schemas) if finding.level is Level.ERROR]


@pytest.mark.parametrize("metadata", [METADATA, ""], ids=["with metadata", "without"])
def test_an_encrypted_value_fits_any_schema(tmp_path: Path, schemas: Schemas, metadata: str) -> None:
    assert errors(tmp_path, schemas, SECRET + metadata) == []
    assert errors(tmp_path, schemas, DEPLOYMENT % VALUE.replace("str", "int") + metadata) == []


def test_a_value_of_the_wrong_type_beside_it_does_not(tmp_path: Path, schemas: Schemas) -> None:
    ((rule, message),) = errors(tmp_path, schemas, DEPLOYMENT % "three" + METADATA)
    assert rule == "GS201"
    assert "spec.replicas" in message


def test_an_unknown_field_next_to_the_metadata_stays_an_error(tmp_path: Path, schemas: Schemas) -> None:
    ((rule, message),) = errors(tmp_path, schemas, SECRET.replace("data:\n", "dat:\n") + METADATA)
    assert (rule, "dat" in message) == ("GS206", True)


def test_a_field_of_that_name_without_what_sops_writes_is_unknown(tmp_path: Path, schemas: Schemas) -> None:
    ((rule, message),) = errors(tmp_path, schemas, SECRET + "sops: {enabled: true}\n")
    assert (rule, "sops" in message) == ("GS206", True)


def test_a_rule_in_cel_over_encrypted_values_is_not_judged(tmp_path: Path, schemas: Schemas) -> None:
    assert [rule for rule, _ in errors(tmp_path, schemas, ROUTE % ("example.org", "10s"))] == ["GS202"]
    assert errors(tmp_path, schemas, ROUTE % ("example.org", VALUE) + METADATA) == []
    assert errors(tmp_path, schemas, ROUTE % (VALUE, "10s") + METADATA) != []
