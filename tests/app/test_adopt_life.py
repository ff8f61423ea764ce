"""After an adoption: the next release starts from what the first one left, and nothing of before comes back."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest

from gateshift.yamldoc import load_all
from gateshift.yamldoc.data import JsonObject, list_at, object_at, text_at
from tests.app.adopting import adoption, gateshift, work_tree
from tests.app.repositories import commit_all
from tests.app.running_shapes import SHAPES, deployment, mesh, route, service
from tests.app.test_adopt import write_set

POINTER = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: shop, namespace: flux-system}
spec: {path: ./live, prune: true, interval: 1m, sourceRef: {kind: GitRepository, name: shop}}
"""
PLAIN = deployment("shop", "app=shop") + service("shop", "app=shop")
ROUTED = PLAIN + route("shop", mesh("shop"), "backendRefs: [{name: shop, port: 80}]")


def plan(folder: Path, *sides: str) -> JsonObject:
    done = gateshift(folder, "plan", *sides, "--format", "json")
    found: JsonObject = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(
    ("text", "options"),
    [
        (SHAPES["bookinfo with its first version routed"][0], ()),
        (PLAIN, ()),
        (ROUTED, ()),
        (PLAIN, ("--take-over",)),
        (PLAIN + route("web", "{name: public}", "backendRefs: [{name: shop, port: 80}]"), ("--take-over",)),
        (SHAPES["the Gateway API's traffic splitting"][0], ()),
        (SHAPES["a Service among its own backends"][0], ()),
    ],
    ids=[
        *("three that run", "beside", "with a route", "take over", "take over behind a Gateway"),
        *("versions that run", "a Service among its backends"),
    ],
)
def test_the_next_release_starts_from_what_runs_in_the_end(tmp_path: Path, text: str, options: tuple[str, ...]) -> None:
    top = work_tree(tmp_path)
    write_set(top, f"=== live/all.yaml\n{text}=== clusters/shop.yaml\n{POINTER}")
    said, _ = adoption(top, "live", *options)
    last = text_at(list_at(said, "stages")[-1], "stage")
    folder = (top / text_at(said, "file")).parent
    overlays = folder.relative_to(top) / "overlays"
    pointer = top / "clusters/shop.yaml"
    pointer.write_text(pointer.read_text().replace("./live", f"./{overlays}/{last}"))
    commit_all(top, "Where the first release ends")

    done = gateshift(folder, "next", "v4", "--image", "registry.example.com/shop:4.0")

    assert done.returncode == 0, done.stderr + done.stdout
    (data,) = load_all((folder / "gateshift.yaml").read_text())
    names = [text_at(stage, "name") for stage in list_at(data, "stages")]
    assert plan(folder, "HEAD:", names[0])["changes"] == []
    assert "shares" in object_at(list_at(data, "stages")[1])
    assert object_at(list_at(data, "stages")[1], "shares").get("v4") is None
    for before, after in pairwise(names):
        assert plan(folder, before, after)["safe"] is True, f"{before} -> {after}"
