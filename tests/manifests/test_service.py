"""The service's own Service and those of its versions, as the real Kustomize builds them."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from gateshift.yamldoc.data import JsonObject, list_at, look_up, object_at
from tests.manifests.building import by_name, kustomize_build
from tests.manifests.customers import CUSTOMERS, written

PORTS: tuple[JsonObject, ...] = (
    {"name": "http", "port": 80, "targetPort": 3000},
    {"name": "metrics", "port": 9090, "protocol": "TCP"},
)
PUBLIC = replace(
    CUSTOMERS,
    service=replace(
        CUSTOMERS.service,
        ports=PORTS,
        spec={"type": "LoadBalancer", "externalTrafficPolicy": "Local"},
        labels=(("team", "shop"),),
        annotations=(("example.com/scheme", "internal"),),
    ),
    route=replace(CUSTOMERS.route, labels=(("team", "shop"),), annotations=(("example.com/owner", "me"),)),
)


def test_only_the_service_s_own_service_has_all_ports_type_and_annotations(tmp_path: Path) -> None:
    objects = by_name(kustomize_build(written(PUBLIC, tmp_path) / "overlays/half"))
    own, first = objects["Service customers"], objects["Service customers-v1"]

    assert list_at(own, "spec", "ports") == list(PORTS)
    assert look_up(own, ("spec", "type")) == "LoadBalancer"
    assert object_at(own, "metadata", "labels") == {"app": "customers", "team": "shop"}
    assert object_at(own, "metadata", "annotations")["example.com/scheme"] == "internal"
    assert object_at(own, "spec", "selector") == {"app": "customers"}
    assert list_at(first, "spec", "ports") == [{"name": "http", "port": 80, "targetPort": 3000}]
    assert set(object_at(first, "spec")) == {"ports", "selector"}


def test_the_route_has_its_labels_and_annotations(tmp_path: Path) -> None:
    route = by_name(kustomize_build(written(PUBLIC, tmp_path) / "overlays/half"))["HTTPRoute customers"]

    assert object_at(route, "metadata", "labels") == {"team": "shop"}
    assert object_at(route, "metadata", "annotations")["example.com/owner"] == "me"


def test_a_version_from_fields_listens_on_the_number_that_a_manifest_gives_the_named_port(tmp_path: Path) -> None:
    named = replace(CUSTOMERS, service=replace(CUSTOMERS.service, target_port="web", named_port=8080))
    container = look_up(
        by_name(kustomize_build(written(named, tmp_path) / "overlays/half"))["Deployment customers-v1"],
        ("spec", "template", "spec", "containers", 0, "ports", 0),
    )
    assert container == {"name": "web", "containerPort": 8080}
