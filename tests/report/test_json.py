import json

from gateshift.report.findings.json import render
from tests.report.values import REPORT


def test_the_fields_of_the_contract_are_there() -> None:
    document = json.loads(render(REPORT))
    assert document["schema"] == 1
    assert document["roots"] == [
        {"path": "overlays/canary", "resources": 7},
        {"path": "overlays/half", "resources": 7},
    ]
    assert document["summary"] == {"error": 1, "warning": 0, "note": 0, "suppressed": 0}
    (finding,) = document["findings"]
    assert {key: finding[key] for key in ("rule", "level", "file", "line", "column", "root", "roots", "pointer")} == {
        "rule": "GS301",
        "level": "error",
        "file": "overlays/canary/patch.yaml",
        "line": 4,
        "column": 12,
        "root": "overlays/canary",
        "roots": ["overlays/canary", "overlays/half"],
        "pointer": "/spec/rules/0/backendRefs/0/name",
    }
    assert finding["resource"] == {"kind": "HTTPRoute", "namespace": "default", "name": "customers"}
