"""What a real API server refuses is an error, and what it admits is none: each case has an ordinary object as its twin.

One refused object is left to a warning: two variables of one name are refused by server-side apply alone.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gateshift.checks.registry import run_checks
from gateshift.checks.schema.admission import schema_findings
from gateshift.checks.subject import Subject
from gateshift.model.finding import Finding, Level
from gateshift.model.resource import Build, Origin, Resource
from gateshift.schemas import Schemas, kubeconform
from gateshift.tools.find import find
from tests.checks.admission_cases import objects


def errors(outcome: str, schemas: Schemas) -> list[list[Finding]]:
    """The errors of the rules of refusal about each object by itself."""
    resources = [Resource.of(data, Origin(Path("test.yaml"))) for data in objects(outcome)]
    program = find("kubeconform", None)
    verdicts = kubeconform.check([resource.data for resource in resources], schemas, program, timeout=60)
    found = []
    for resource, verdict in zip(resources, verdicts, strict=True):
        subject = Subject.of(Build(Path("test.yaml"), (resource,)), catalog=schemas)
        both = [*run_checks(subject), *schema_findings(subject, resource, verdict)]
        found.append([one for one in both if one.rule.startswith("GS2") and one.level is Level.ERROR])
    return found


def test_what_the_server_refuses_is_an_error(schemas: Schemas) -> None:
    missed = [
        json.dumps(data)
        for data, found in zip(objects("refused"), errors("refused", schemas), strict=True)
        if not found
    ]
    assert len(missed) == 1
    assert '"env": [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]' in missed[0]


def test_what_the_server_admits_is_no_error(schemas: Schemas) -> None:
    assert [found for found in errors("admitted", schemas) if found] == []


@pytest.mark.parametrize("outcome", ["refused", "admitted"])
def test_one_finding_names_one_field(outcome: str, schemas: Schemas) -> None:
    for found in errors(outcome, schemas):
        places = [str(one.at) for one in found]
        assert len(places) == len(set(places))
