"""What the Gateway API's own conformance suite applies to clusters passes its schemas here: no false errors."""

from __future__ import annotations

import zipfile
from pathlib import Path

from gateshift.model.schema_verdict import Outcome
from gateshift.schemas import Schemas
from gateshift.schemas.kubeconform import check
from gateshift.tools.go import download, find_go
from gateshift.tools.lock import pinned
from gateshift.tools.program import Program
from gateshift.yamldoc import load_all
from gateshift.yamldoc.data import JsonObject


def published(folder: Path) -> list[JsonObject]:
    """Every object of the suite's manifests and of the published examples."""
    go = find_go()
    assert go is not None, "the tests need Go, as the README says"
    module = download(go, "sigs.k8s.io/gateway-api", f"v{pinned().gateway_api}", folder)
    found: list[JsonObject] = []
    with zipfile.ZipFile(module.zip) as archive:
        for name in archive.namelist():
            inside = name.partition("/gateway-api@")[2].partition("/")[2]
            if inside.startswith(("conformance/", "examples/")) and inside.endswith(".yaml"):
                found += [
                    one for one in load_all(archive.read(name).decode()) if isinstance(one, dict) and "kind" in one
                ]
    return found


def test_every_published_object_is_valid(tmp_path: Path, experimental: Schemas, kubeconform: Program) -> None:
    objects = published(tmp_path)
    assert len(objects) > 100
    verdicts = check(objects, experimental, kubeconform, timeout=60)
    refused = {
        (str(data["kind"]), fault.pointer, fault.message)
        for data, verdict in zip(objects, verdicts, strict=True)
        for fault in verdict.faults
    }
    assert refused == set()
    assert [verdict.reason for verdict in verdicts if verdict.outcome is Outcome.SKIPPED] == []
