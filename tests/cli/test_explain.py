from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner, Result

from gateshift.cli.explain import command
from gateshift.errors import Exit, UserError
from gateshift.report.explain.json import json_schema
from tests.report.test_findings_schema import closed
from tests.repositories import write
from tests.traffic.building import gateway, route, service

CLOSED = jsonschema.Draft202012Validator(closed({**json_schema()}))

VERSIONS = f"""
apiVersion: v1
kind: Service
metadata: {{name: customers, namespace: default}}
spec:
  selector: {{app: customers}}
  ports: [{{port: 80, targetPort: 3000}}]
---
{service("customers-v1", app="customers", version="v1")}
---
{service("customers-v2", app="customers", version="v2")}
"""
SPLIT = """
- name: default
  backendRefs:
  - {name: customers-v1, port: 80, weight: 90}
  - {name: customers-v2, port: 80, weight: 10}
- name: debug
  matches: [{headers: [{name: user-agent, value: debug}]}]
  backendRefs: [{name: customers-v2, port: 80}]
"""
MESH = '[{group: "", kind: Service, name: customers}]'


def run(*args: str) -> Result:
    return CliRunner().invoke(command, list(args), catch_exceptions=False)


def answers(*args: str) -> list[dict[str, Any]]:
    result = run(*args, "-f", "json")
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert [error.message for error in CLOSED.iter_errors(document)] == []
    decisions: list[dict[str, Any]] = document["decisions"]
    return decisions


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of plain YAML: two files, several documents each, in a current folder of its own."""
    monkeypatch.chdir(tmp_path)
    manifests = tmp_path / "manifests"
    manifests.mkdir()
    (manifests / "services.yaml").write_text(VERSIONS)
    (manifests / "route.yaml").write_text(route(SPLIT, name="customers", parents=MESH))
    return manifests


def test_the_published_schema_is_this_one() -> None:
    file = Path(__file__).parents[2] / "docs/schemas/explain.schema.json"
    assert json.loads(file.read_text()) == json_schema()
    jsonschema.Draft202012Validator.check_schema(json_schema())


@pytest.mark.usefixtures("folder")
class TestOneRequest:
    @pytest.mark.parametrize(
        "host", ["customers", "customers.default", "customers.default.svc", "customers.default.svc.cluster.local"]
    )
    def test_every_name_of_a_service_is_known(self, host: str) -> None:
        (decision,) = answers("manifests", f"http://{host}/")
        assert decision["request"]["parent"] == "Service/default/customers"
        assert decision["status"] == 200
        assert {each["version"]: each["share"] for each in decision["backends"]} == {"v1": 0.9, "v2": 0.1}

    def test_the_rule_is_named_with_its_place(self) -> None:
        (decision,) = answers("manifests", "http://customers/", "-H", "User-Agent: debug")
        assert decision["route"] == {"kind": "HTTPRoute", "namespace": "default", "name": "customers"}
        assert (decision["rule"], decision["match"], decision["ruleName"]) == (1, 0, "debug")
        assert decision["file"] == "manifests/route.yaml"
        lines = Path("manifests/route.yaml").read_text().splitlines()
        assert "name: debug" in lines[decision["line"] - 1]

    def test_the_trace_is_there_unless_it_is_not_wanted(self) -> None:
        assert len(answers("manifests", "http://customers/")[0]["trace"]) == 2
        assert answers("manifests", "http://customers/", "--no-trace")[0]["trace"] == []

    def test_a_single_file_is_a_root_of_its_own(self) -> None:
        (decision,) = answers("manifests/services.yaml", "http://customers/")
        assert decision["route"] is None
        assert decision["status"] == 200

    def test_text_shows_the_shares_and_the_runner_up(self) -> None:
        shown = run("manifests", "http://customers/", "-H", "user-agent: debug", "--color", "never").stdout
        assert "HTTPRoute default/customers rule 1 (debug), match 0  manifests/route.yaml:" in shown
        assert "100 %  ####################  v2  Service default/customers-v2:80 -> Deployment customers-v2" in shown
        assert "matches, but less specific: number of headers" in shown

    def test_method_and_client_are_passed_on(self) -> None:
        (decision,) = answers("manifests", "http://customers/x?a=b", "-X", "POST", "--from", "shop")
        assert decision["request"]["method"] == "POST"
        assert decision["request"]["path"] == "/x"
        assert decision["request"]["query"] == [["a", "b"]]
        assert decision["request"]["from_namespace"] == "shop"

    def test_grpc_has_a_status_of_its_own(self) -> None:
        (decision,) = answers("manifests", "grpc://customers/pkg.Service/Method")
        assert (decision["status"], decision["grpc_status"]) == (200, 0)
        assert decision["request"]["method"] == "POST"


@pytest.mark.usefixtures("folder")
class TestManyRequests:
    def test_each_is_answered_in_order_without_traces(self) -> None:
        asked = [
            {"parent": "Service/default/customers", "headers": {"user-agent": "debug"}},
            {"parent": "Service/default/customers"},
            {"parent": "Service/default/nobody"},
        ]
        Path("requests.json").write_text(json.dumps(asked))
        decisions = answers("manifests", "--requests", "requests.json")
        assert [each["status"] for each in decisions] == [200, 200, 503]
        assert [each["rule"] for each in decisions] == [1, 0, None]
        assert all(each["trace"] == [] for each in decisions)

    def test_text_has_a_line_for_each(self) -> None:
        Path("requests.json").write_text('[{"parent": "Service/default/customers"}]')
        shown = run("manifests", "--requests", "requests.json", "--color", "never").stdout
        assert (
            shown
            == "200  GET http://customers/  v1 90 %, v2 10 %  HTTPRoute default/customers rule 0 (default), match 0\n"
        )

    def test_standard_input_will_do(self) -> None:
        result = CliRunner().invoke(
            command,
            ["manifests", "--requests", "-", "-f", "json"],
            input='[{"parent": "Service/default/customers"}]',
            catch_exceptions=False,
        )
        assert json.loads(result.stdout)["decisions"][0]["status"] == 200

    def test_what_is_said_of_one_request_does_not_go_with_many(self) -> None:
        Path("requests.json").write_text("[]")
        for extra in (["http://customers/"], ["-X", "POST"], ["--parent", "Service/a/b"]):
            assert run("manifests", "--requests", "requests.json", *extra).exit_code == Exit.USAGE


class TestParents:
    """The URL's host tells where a request goes; what cannot be told is a usage error that lists what there is."""

    def write(self, tmp_path: Path, *texts: str) -> str:
        file = tmp_path / "all.yaml"
        file.write_text("\n---\n".join(texts))
        return str(file)

    def test_a_gateway_is_found_by_the_hostname_of_its_routes(self, tmp_path: Path) -> None:
        file = self.write(
            tmp_path,
            VERSIONS,
            gateway(name="one"),
            gateway(name="two"),
            route(SPLIT, parents="[{name: two}]", hostnames="[shop.example.org]"),
        )
        (decision,) = answers(file, "http://shop.example.org/")
        assert decision["request"]["parent"] == "Gateway/default/two"

    def test_a_host_of_two_gateways_is_refused_with_both(self, tmp_path: Path) -> None:
        file = self.write(tmp_path, VERSIONS, gateway(name="one"), gateway(name="two"))
        with pytest.raises(UserError, match="Gateway/default/one, Gateway/default/two") as caught:
            run(file, "http://shop.example.org/")
        assert caught.value.exit_code == Exit.USAGE

    def test_a_bare_name_of_two_services_is_refused_unless_the_clients_namespace_tells(self, tmp_path: Path) -> None:
        file = self.write(tmp_path, service("a", "one"), service("a", "two"))
        with pytest.raises(UserError, match="Service/one/a, Service/two/a"):
            run(file, "http://a/")
        assert answers(file, "http://a/", "--from", "two")[0]["request"]["parent"] == "Service/two/a"
        assert answers(file, "http://a.one/")[0]["request"]["parent"] == "Service/one/a"

    def test_a_host_of_nothing_is_refused_with_what_there_is(self, tmp_path: Path) -> None:
        with pytest.raises(UserError, match="no Service and no Gateway") as caught:
            run(self.write(tmp_path, service("a")), "http://b/")
        assert "Service/default/a" in caught.value.next_step

    def test_a_gateway_outside_is_assumed_where_a_route_names_it(self, tmp_path: Path) -> None:
        file = self.write(tmp_path, VERSIONS, route(SPLIT, parents="[{name: shared, namespace: infra}]"))
        (decision,) = answers(file, "http://x.org/", "--parent", "Gateway/infra/shared")
        assert decision["status"] == 200
        assert any("assumed" in note for note in decision["notes"])

    def test_a_listener_sets_gateway_outside_is_assumed(self, tmp_path: Path) -> None:
        listener_set = """
apiVersion: gateway.networking.k8s.io/v1
kind: ListenerSet
metadata: {name: ls, namespace: default}
spec: {parentRef: {name: shared, namespace: infra}, listeners: [{name: l, port: 80, protocol: HTTP, hostname: ls.org}]}
"""
        file = self.write(tmp_path, VERSIONS, listener_set, route(SPLIT, parents="[{kind: ListenerSet, name: ls}]"))
        for parent in ("ListenerSet/default/ls", "Gateway/infra/shared"):
            (decision,) = answers(file, "http://ls.org/", "--parent", parent)
            assert (decision["status"], decision["listener"]) == (200, "l")

    def test_a_parent_that_nothing_names_is_refused(self, tmp_path: Path) -> None:
        file = self.write(tmp_path, VERSIONS, route(SPLIT, parents="[{name: shared, namespace: infra}]"))
        with pytest.raises(UserError, match="no route names it"):
            run(file, "http://x.org/", "--parent", "Gateway/infra/sharde")

    def test_the_host_header_may_differ_from_the_urls_host(self, tmp_path: Path) -> None:
        file = self.write(tmp_path, VERSIONS, gateway(), route(SPLIT, hostnames="[shop.example.org]"))
        url = "http://10.0.0.1/"
        parent = ("--parent", "Gateway/default/gw")
        assert answers(file, url, *parent)[0]["status"] == 404
        assert answers(file, url, *parent, "-H", "Host: shop.example.org")[0]["status"] == 200

    def test_the_port_of_the_url_is_dialled(self, tmp_path: Path) -> None:
        file = self.write(tmp_path, VERSIONS, gateway(), route(SPLIT))
        assert answers(file, "http://x.org:81/")[0]["status"] == 404


class TestTargets:
    def test_an_unknown_target_is_4(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        with pytest.raises(UserError) as caught:
            run("nowhere", "http://a/")
        assert caught.value.exit_code == Exit.NOTHING_FOUND

    def test_a_broken_file_of_a_folder_is_told_with_its_place(self, folder: Path) -> None:
        (folder / "broken.yaml").write_text("a: [1\nb: 2\n")
        with pytest.raises(UserError, match=r"broken\.yaml:2:") as caught:
            run("manifests", "http://customers/")
        assert caught.value.exit_code == Exit.FINDINGS

    def test_documents_that_are_no_objects_are_left_out(self, folder: Path) -> None:
        (folder / "values.yaml").write_text("replicas: 3\n---\n---\n- a\n")
        assert answers("manifests", "http://customers/")[0]["status"] == 200

    @pytest.mark.parametrize("url", ["", "ftp://customers/", "http://", "http://a:b/", "http://[::1/"])
    def test_what_is_no_url_is_refused(self, folder: Path, url: str) -> None:
        if not url:
            assert run("manifests").exit_code == Exit.USAGE
            return
        with pytest.raises(UserError) as caught:
            run(str(folder), url)
        assert caught.value.exit_code == Exit.USAGE

    @pytest.mark.parametrize("option", [("-H", "novalue"), ("--parent", "Gateway/x"), ("--parent", "Pod/a/b")])
    def test_options_are_checked(self, folder: Path, option: tuple[str, str]) -> None:
        assert run(str(folder), "http://customers/", *option).exit_code == Exit.USAGE


class TestStages:
    """The shipped rollout, built by the real Kustomize."""

    @pytest.fixture(autouse=True)
    def here(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(Path(__file__).parents[2])

    def test_a_stage_is_found_by_its_name(self) -> None:
        (decision,) = answers("canary", "http://customers.default/")
        assert {each["version"]: each["share"] for each in decision["backends"]} == {"v1": 0.9, "v2": 0.1}
        assert decision["file"] == "overlays/canary/httproute.yaml"

    def test_the_same_stage_is_found_by_its_folder(self) -> None:
        assert answers("canary", "http://customers/") == answers("overlays/canary", "http://customers/")

    def test_before_there_is_a_route_the_service_answers(self) -> None:
        (decision,) = answers("initial", "http://customers/")
        assert decision["route"] is None
        assert [each["version"] for each in decision["backends"]] == ["v1"]

    def test_a_folder_of_several_roots_is_refused_with_their_names(self) -> None:
        with pytest.raises(UserError, match="overlays/canary"):
            run("overlays", "http://customers/")

    def test_an_unknown_stage_is_answered_with_the_known_ones(self) -> None:
        with pytest.raises(UserError) as caught:
            run("cannary", "http://customers/")
        assert "canary" in caught.value.next_step


ROUTED = f"""
=== apps/kustomization.yaml
resources: [all.yaml]
=== apps/all.yaml
{service("shop", app="shop")}
---
{route("- backendRefs: [{name: shop, port: 80}]", name="shop", parents=MESH.replace("customers", "shop"))}
=== clusters/SUFFIX.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: shop, namespace: flux-system}}
spec:
  path: ./apps
  nameSuffix: -SUFFIX
  sourceRef: {{kind: GitRepository, name: flux-system}}
"""


@pytest.mark.parametrize(("suffixes", "name"), [(["green"], "shop-green"), (["green", "blue"], "shop")])
def test_a_folder_is_explained_as_the_one_pointer_that_follows_it_builds_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffixes: list[str], name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for suffix in suffixes:
        write(tmp_path, ROUTED.replace("SUFFIX", suffix))
    (answer,) = answers("apps", f"http://{name}.default/")
    assert [backend["name"] for backend in answer["backends"]] == [name], answer
