"""The installed schemas answer what later checks ask."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from gateshift.apischema.object_meta import OBJECT_META
from gateshift.apischema.structural import at
from gateshift.errors import NoVerdict, UserError
from gateshift.model.rollout import SchemaChoice
from gateshift.schemas import Schemas, open_schemas
from gateshift.schemas.kubeconform import check
from gateshift.schemas.layout import kubernetes_set, root
from gateshift.tools.lock import pinned
from gateshift.tools.program import Program
from gateshift.yamldoc.data import JsonObject

GATEWAY = "gateway.networking.k8s.io"


def test_a_route_s_structural_schema_has_its_rules_lists_and_defaults(schemas: Schemas) -> None:
    route: Any = schemas.structural(GATEWAY, "v1", "HTTPRoute")
    spec = route["properties"]["spec"]["properties"]
    assert any("sectionName" in rule["message"] for rule in spec["parentRefs"]["x-kubernetes-validations"])
    assert spec["rules"]["default"] == [{"matches": [{"path": {"type": "PathPrefix", "value": "/"}}]}]
    headers: Any = at(route, ("spec", "rules", 0, "matches", 0, "headers"))
    assert (headers["x-kubernetes-list-type"], headers["x-kubernetes-list-map-keys"]) == ("map", ["name"])
    assert "$ref" not in str(route)


def test_a_built_in_kind_s_structural_schema_has_its_lists(schemas: Schemas) -> None:
    ports: Any = at(schemas.structural("", "v1", "Service") or {}, ("spec", "ports"))
    assert ports["x-kubernetes-list-map-keys"] == ["port", "protocol"]
    assert ports["items"]["properties"]["protocol"]["default"] == "TCP"


def test_a_kind_or_version_that_is_not_there_is_none(schemas: Schemas) -> None:
    assert schemas.structural(GATEWAY, "v1alpha2", "HTTPRoute") is None
    assert schemas.structural("example.org", "v1", "Thing") is None
    assert schemas.strict("example.org", "v1", "Thing") is None
    assert schemas.served("example.org", "Thing") == ()
    assert schemas.namespaced("example.org", "Thing") is None


def test_served_versions_come_most_mature_first(schemas: Schemas, experimental: Schemas) -> None:
    assert schemas.served(GATEWAY, "HTTPRoute") == ("v1", "v1beta1")
    assert experimental.served(GATEWAY, "TCPRoute") == ("v1", "v1alpha2")
    assert schemas.served("autoscaling", "HorizontalPodAutoscaler") == ("v2", "v1")
    assert schemas.served("policy", "PodDisruptionBudget") == ("v1",)


def test_storage_version_and_scope_are_known(schemas: Schemas) -> None:
    stored = [info.version for info in schemas.versions(GATEWAY, "HTTPRoute") if info.storage]
    assert stored == ["v1"]
    assert schemas.namespaced(GATEWAY, "HTTPRoute") is True
    assert schemas.namespaced(GATEWAY, "GatewayClass") is False
    assert schemas.namespaced("", "Namespace") is False
    assert schemas.namespaced("", "Service") is True
    assert schemas.namespaced("apiextensions.k8s.io", "CustomResourceDefinition") is False


@pytest.mark.parametrize(
    ("kind", "pointer", "only"),
    [
        ("HTTPRoute", ("spec", "rules", 0, "retry"), True),
        ("HTTPRoute", ("spec", "rules", 0, "sessionPersistence", "type"), True),
        ("HTTPRoute", ("spec", "rules", 0, "backendRefs", 0, "weight"), False),
        ("HTTPRoute", ("spec", "rules", 0, "no-such-field"), False),
        ("HTTPRoute", (), False),
    ],
)
def test_a_field_of_the_experimental_channel_alone_is_known(
    schemas: Schemas, experimental: Schemas, kind: str, pointer: tuple[str | int, ...], *, only: bool
) -> None:
    assert schemas.experimental_only(GATEWAY, "v1", kind, pointer) is only
    assert not experimental.experimental_only(GATEWAY, "v1", kind, pointer)


@pytest.mark.parametrize(("value", "only"), [("ExternalAuth", True), ("URLRewrite", False), ("Nothing", False)])
def test_a_value_of_the_experimental_channel_alone_is_known(
    schemas: Schemas, experimental: Schemas, value: str, *, only: bool
) -> None:
    pointer = ("spec", "rules", 0, "filters", 0, "type")
    assert schemas.experimental_value(GATEWAY, "v1", "HTTPRoute", pointer, value) is only
    assert not experimental.experimental_value(GATEWAY, "v1", "HTTPRoute", pointer, value)
    assert not schemas.experimental_value(GATEWAY, "v1", "HTTPRoute", ("spec", "rules", 0, "name"), value)


def test_a_kind_of_the_experimental_channel_alone_is_known(schemas: Schemas) -> None:
    assert schemas.experimental_only("gateway.networking.x-k8s.io", "v1alpha1", "XMesh")
    assert not schemas.experimental_only("example.org", "v1", "Thing")


def test_the_metadata_we_write_for_custom_resources_is_the_built_in_one(schemas: Schemas) -> None:
    built_in: Any = schemas.strict("", "v1", "ConfigMap")

    def plain(schema: Any) -> Any:
        if isinstance(schema, dict):
            while "$ref" in schema:
                schema = built_in["definitions"][schema["$ref"].rpartition("/")[2]]
            return {key: plain(value) for key, value in schema.items()}
        return sorted(schema, key=str) if isinstance(schema, list) else schema

    assert plain(built_in["properties"]["metadata"]) == plain(OBJECT_META)


def test_one_kind_is_read_quickly_and_alone(schemas: Schemas) -> None:
    opened = Schemas(schemas.sets)
    began = time.perf_counter()
    assert opened.structural("apps", "v1", "Deployment")
    assert time.perf_counter() - began < 0.25
    assert [path.name for path in opened._read if path.name != "index.json"] == ["deployment_v1.json"]


def test_equal_parts_of_a_schema_are_one_value(schemas: Schemas) -> None:
    pod: Any = at(schemas.structural("apps", "v1", "Deployment") or {}, ("spec", "template", "spec"))
    containers, init = (at(pod, (name, 0)) for name in ("containers", "initContainers"))
    assert at(containers or {}, ("env",)) is at(init or {}, ("env",))


@pytest.mark.parametrize(
    "asked", ["", pinned().kubernetes, f"v{pinned().kubernetes}", pinned().kubernetes.rpartition(".")[0]]
)
def test_a_version_may_be_written_short(asked: str) -> None:
    assert kubernetes_set(pinned().kubernetes) in open_schemas(SchemaChoice(kubernetes=asked)).sets


def test_a_version_that_is_not_installed_is_no_verdict_with_the_command() -> None:
    with pytest.raises(NoVerdict) as caught:
        open_schemas(SchemaChoice(kubernetes="1.2"))
    assert caught.value.next_step == "Run `gateshift tools install --kubernetes 1.2`."
    assert pinned().kubernetes in caught.value.what
    with pytest.raises(NoVerdict) as caught:
        open_schemas(SchemaChoice(gateway_api="v0.1.0"))
    assert caught.value.next_step == "Run `gateshift tools install --gateway-api 0.1.0`."


def test_nothing_installed_is_no_verdict_with_the_command(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATESHIFT_CACHE", str(tmp_path))
    with pytest.raises(NoVerdict) as caught:
        open_schemas(SchemaChoice())
    assert caught.value.next_step == "Run `gateshift tools install`."


@pytest.mark.parametrize(
    "choice", [SchemaChoice(kubernetes="newest"), SchemaChoice(channel="beta"), SchemaChoice(gateway_api="1..")]
)
def test_a_choice_that_means_nothing_is_a_mistake_of_the_user(choice: SchemaChoice) -> None:
    with pytest.raises(UserError) as caught:
        open_schemas(choice)
    assert caught.value.exit_code == 2


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the installed schemas that a test may damage."""
    shutil.copytree(root(), tmp_path / "schemas" / root().name)
    monkeypatch.setenv("GATESHIFT_CACHE", str(tmp_path))
    return root()


def test_a_version_without_its_index_is_not_installed(copied: Path) -> None:
    (copied / "gateway-api" / pinned().gateway_api / "experimental" / "index.json").unlink()
    with pytest.raises(NoVerdict, match="not installed"):
        open_schemas(SchemaChoice())


def test_a_damaged_schema_is_no_verdict(copied: Path) -> None:
    file = copied / "kubernetes" / pinned().kubernetes / "structural" / "apps" / "deployment_v1.json"
    file.write_text('{"torn')
    with pytest.raises(NoVerdict, match="not as it was installed"):
        open_schemas(SchemaChoice()).structural("apps", "v1", "Deployment")


CONFIG: JsonObject = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}}


@pytest.mark.parametrize("edit", ["remove", "loosen", "forget"])
def test_a_schema_that_kubeconform_would_read_is_as_it_was_installed(
    copied: Path, kubeconform: Program, edit: str
) -> None:
    folder = copied / "kubernetes" / pinned().kubernetes
    file = folder / "strict" / "v1" / "configmap_v1.json"
    assert check([CONFIG], open_schemas(SchemaChoice()), kubeconform, timeout=60)
    match edit:
        case "remove":
            file.unlink()
        case "loosen":
            file.write_text("{}")
        case _:
            (folder / "sums.json").write_text("{}")
    with pytest.raises(NoVerdict, match="not as it was installed"):
        check([CONFIG], open_schemas(SchemaChoice()), kubeconform, timeout=60)


def test_a_schema_that_nobody_installed_is_not_read(copied: Path, kubeconform: Program) -> None:
    thing: JsonObject = {"apiVersion": "example.org/v1", "kind": "Thing", "metadata": {"name": "x"}}
    folder = copied / "kubernetes" / pinned().kubernetes / "strict" / "example.org"
    assert check([thing], open_schemas(SchemaChoice()), kubeconform, timeout=60)
    folder.mkdir()
    (folder / "thing_v1.json").write_text("{}")
    with pytest.raises(NoVerdict, match="not as it was installed"):
        check([thing], open_schemas(SchemaChoice()), kubeconform, timeout=60)


@pytest.mark.parametrize("kind", ["../../index", "a\0b", "/etc/passwd", "k" * 5000])
def test_a_kind_that_is_no_file_s_name_has_no_schema(schemas: Schemas, kind: str) -> None:
    assert schemas.strict("apps", "v1", kind) is None
    schemas.check_strict("apps", "v1", kind)
