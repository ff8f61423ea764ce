"""`gateshift init`: a gateshift.yaml for any service, from which the other commands work at once."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateshift.config import open_rollout, parse_rollout
from gateshift.config.skeleton import InitRequest, ParentGateway, skeleton
from gateshift.manifests import generate
from gateshift.model.rollout import DeclaredValueMatch, GatewayParent, Match, RouteKind, ServiceParent
from tests.manifests.building import kustomize_build, rules_of, weights
from tests.strategies import images, labels, subdomains, version_names

IMAGES = ("--image", "v1=ghcr.io/team/shop:1.0", "--image", "v2=ghcr.io/team/shop:2.0")
STAGES = ["initial", "subsets", "routed", "dark", "debug", "canary", "half", "final", "retired"]


def gateshift(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "gateshift", *arguments]
    return subprocess.run(argv, cwd=folder, capture_output=True, text=True, check=False)


def test_generate_and_validate_work_at_once(tmp_path: Path) -> None:
    begun = gateshift(tmp_path, "init", "shop", *IMAGES)
    assert (begun.returncode, begun.stderr) == (0, "")
    assert begun.stdout == "gateshift.yaml: shop in nine stages. Next:\n  gateshift generate\n  gateshift validate\n"

    generated = gateshift(tmp_path, "generate")
    assert (generated.returncode, generated.stderr) == (0, "")
    validated = gateshift(tmp_path, "validate")
    assert validated.returncode == 0, validated.stdout + validated.stderr
    assert sorted(folder.name for folder in (tmp_path / "overlays").iterdir()) == sorted(STAGES)


def test_the_schema_may_be_a_file_next_to_it(tmp_path: Path) -> None:
    begun = gateshift(tmp_path, "init", "shop", *IMAGES, "--schema", "local", "-o", "services/shop")
    assert begun.returncode == 0, begun.stderr
    text = (tmp_path / "services/shop/gateshift.yaml").read_text()
    assert text.startswith("# yaml-language-server: $schema=gateshift.schema.json\n")
    published = Path(__file__).parents[2] / "docs/schemas/gateshift.schema.json"
    assert (tmp_path / "services/shop/gateshift.schema.json").read_text() == published.read_text()
    assert gateshift(tmp_path, "generate", "services/shop").returncode == 0
    validated = gateshift(tmp_path, "validate", "services/shop")
    assert validated.returncode == 0, validated.stdout + validated.stderr


def test_another_file_in_the_schemas_place_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "gateshift.schema.json").write_text("{}")
    begun = gateshift(tmp_path, "init", "shop", *IMAGES, "--schema", "local")
    assert begun.returncode == 2
    assert "gateshift schema gateshift -o gateshift.schema.json" in begun.stderr
    assert (tmp_path / "gateshift.schema.json").read_text() == "{}"
    assert not (tmp_path / "gateshift.yaml").exists()


@pytest.mark.parametrize(
    "flags",
    [
        ("--gateway", "infra/public/https", "--hostname", "shop.example.com", "--hostname", "*.shop.example.com"),
        ("--gateway", "infra/public", "--mesh", "--namespace", "shops", "--port", "8080", "--target-port", "3000"),
        ("--kind", "GRPCRoute", "--port", "9090"),
    ],
)
def test_each_kind_of_route_builds_and_validates(tmp_path: Path, flags: tuple[str, ...]) -> None:
    assert gateshift(tmp_path, "init", "shop", *IMAGES, *flags).returncode == 0
    assert gateshift(tmp_path, "generate").returncode == 0

    canary = kustomize_build(tmp_path / "overlays" / "canary")
    assert weights(rules_of(canary)[0]) == {"shop-v1": 90, "shop-v2": 10}
    validated = gateshift(tmp_path, "validate")
    assert validated.returncode == 0, validated.stdout + validated.stderr


def test_the_flags_are_what_is_read_back(tmp_path: Path) -> None:
    flags = ("--gateway", "infra/public/https", "--gateway", "edge/inner", "--mesh", "--hostname", "a.example.com")
    more = ("--namespace", "shops", "--port", "8080", "--target-port", "3000")
    assert gateshift(tmp_path, "init", "shop", *IMAGES, *flags, *more).returncode == 0

    rollout = open_rollout(tmp_path).rollout

    service = rollout.service
    assert (service.name, service.namespace, service.port, service.target_port) == ("shop", "shops", 8080, 3000)
    assert rollout.route.kind is RouteKind.HTTP
    assert rollout.route.hostnames == ("a.example.com",)
    assert rollout.route.parents == (
        ServiceParent(),
        GatewayParent("infra", "public", "https"),
        GatewayParent("edge", "inner"),
    )
    assert [version.name for version in rollout.versions] == ["v1", "v2"]
    assert [stage.name for stage in rollout.stages] == STAGES


def test_a_gateway_takes_the_place_of_the_mesh_unless_both_are_wanted(tmp_path: Path) -> None:
    assert gateshift(tmp_path, "init", "shop", *IMAGES, "--gateway", "infra/public").returncode == 0

    assert open_rollout(tmp_path).rollout.route.parents == (GatewayParent("infra", "public"),)


def test_testers_of_a_grpc_service_use_a_header_that_grpc_clients_can_set(tmp_path: Path) -> None:
    assert gateshift(tmp_path, "init", "shop", *IMAGES, "--kind", "GRPCRoute").returncode == 0

    rollout = open_rollout(tmp_path).rollout
    assert rollout.stage("debug").rules[0].matches == (Match(headers=(DeclaredValueMatch("x-debug", "debug"),)),)
    assert (rollout.service.port_name, rollout.service.app_protocol) == ("grpc", "kubernetes.io/h2c")


@pytest.mark.parametrize(
    ("output", "written"),
    [
        ("services/shop", "services/shop/gateshift.yaml"),
        ("here", "here/gateshift.yaml"),
        ("a.yaml", "a.yaml"),
        ("b/c.yml", "b/c.yml"),
    ],
)
def test_the_output_is_a_file_or_a_folder(tmp_path: Path, output: str, written: str) -> None:
    (tmp_path / "here").mkdir()

    begun = gateshift(tmp_path, "init", "shop", *IMAGES, "-o", output)

    assert begun.returncode == 0
    assert begun.stdout.startswith(f"{written}: ")
    assert open_rollout(tmp_path / written).rollout.service.name == "shop"


def test_it_writes_where_it_is_told_to_run(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()

    assert gateshift(tmp_path, "-C", "there", "init", "shop", *IMAGES).returncode == 0
    assert (tmp_path / "there" / "gateshift.yaml").is_file()


def test_it_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "gateshift.yaml").write_text("mine\n")

    refused = gateshift(tmp_path, "init", "shop", *IMAGES)

    assert refused.returncode == 2
    assert refused.stderr == (
        "gateshift: gateshift.yaml: the file is there already, and init overwrites nothing\n"
        "  edit it, or write another one with -o FILE\n"
    )
    assert (tmp_path / "gateshift.yaml").read_text() == "mine\n"


def test_a_link_that_leads_nowhere_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "gateshift.yaml").symlink_to(tmp_path / "elsewhere.yaml")

    assert gateshift(tmp_path, "init", "shop", *IMAGES).returncode == 2
    assert not (tmp_path / "elsewhere.yaml").exists()


@pytest.mark.parametrize(
    ("arguments", "says", "hint"),
    [
        (("Shop", *IMAGES), "expected a Service's name", "did you mean `shop`?"),
        (("9shop", *IMAGES), "begins with a letter", "did you mean `shop`?"),
        (("a" * 64, *IMAGES), "at most 63 characters", ""),
        (("a" * 62, *IMAGES), "which has 65 characters", "shorten the service's"),
        (("shop",), "Missing option '--image'", ""),
        (("shop", "--image", "v1=a:1"), "give --image twice", ""),
        (("shop", *IMAGES, "--image", "v3=a:1"), "found 3", ""),
        (("shop", "--image", "v1=a:1", "--image", "v1=a:2"), "both images are called v1", ""),
        (("shop", "--image", "a:1", "--image", "a:2"), "expected VERSION=IMAGE", "did you mean `v1=a:1`?"),
        (("shop", "--image", "V1=a:1", "--image", "v2=a:2"), "expected a name of lower-case", "did you mean `v1`?"),
        (("shop", "--image", "v1=A:1", "--image", "v2=a:2"), "expected an image", "did you mean `a:1`?"),
        (("shop", "--image", "v1=", "--image", "v2=a:2"), "expected an image", ""),
        (("shop", *IMAGES, "--port", "0"), "0 is not in the range 1<=x<=65535", ""),
        (("shop", *IMAGES, "--port", "http"), "not a valid integer", ""),
        (("shop", *IMAGES, "--target-port", "70000"), "not in the range", ""),
        (("shop", *IMAGES, "--namespace", "My_NS"), "expected a name of lower-case", "did you mean `my-ns`?"),
        (("shop", *IMAGES, "--gateway", "public"), "expected NAMESPACE/NAME[/SECTION]", "`default/public`"),
        (("shop", *IMAGES, "--gateway", "a/b/c/d"), "expected NAMESPACE/NAME[/SECTION]", ""),
        (("shop", *IMAGES, "--gateway", "a/B"), "expected a name of lower-case", "did you mean `b`?"),
        (("shop", *IMAGES, "--gateway", "a/b", "--gateway", "a/b"), "the same as route.parents[0]", "remove one"),
        (("shop", *IMAGES, "--no-mesh"), "the route needs a parent", "--gateway NAMESPACE/NAME"),
        (("shop", *IMAGES, "--hostname", "Shop.example.com"), "a host name in lower case", "`shop.example.com`"),
        (("shop", *IMAGES, "--hostname", "10.0.0.1"), "no IP address", "write a DNS name"),
        (("shop", *IMAGES, "--kind", "TCPRoute"), "'HTTPRoute', 'GRPCRoute'", ""),
        (("shop", *IMAGES, "--gatway", "a/b"), "No such option", "--gateway"),
    ],
)
def test_a_wrong_flag_is_a_usage_error_with_the_nearest_way_out(
    tmp_path: Path, arguments: tuple[str, ...], says: str, hint: str
) -> None:
    refused = gateshift(tmp_path, "init", *arguments)

    assert refused.returncode == 2
    told = " ".join(refused.stderr.split())
    assert says in told
    assert hint in told
    assert list(tmp_path.iterdir()) == []


def test_a_doubtful_image_is_warned_of_and_written(tmp_path: Path) -> None:
    begun = gateshift(tmp_path, "init", "shop", "--image", "v1=shop:1", "--image", "v2=shop")

    assert begun.returncode == 0
    assert begun.stderr == "warning: the image of v2, shop, has no version: add a tag or a digest\n"


def test_a_folder_that_cannot_be_made_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("")

    refused = gateshift(tmp_path, "init", "shop", *IMAGES, "-o", "a/b")

    assert refused.returncode == 2
    assert "cannot write a/b/gateshift.yaml" in refused.stderr


# --- What is written --------------------------------------------------------------------------------------------------

_COMMENTED = re.compile(r"^(\s*)# ?(?=( *[\w-]+:| *- ))", re.MULTILINE)


@pytest.mark.parametrize("kind", RouteKind)
def test_every_commented_part_becomes_valid_when_its_hash_is_removed(kind: RouteKind) -> None:
    text = skeleton(InitRequest("shop", (("v1", "shop:1"), ("v2", "shop:2")), kind=kind))
    body = text[text.index("service:") :]
    assert body.count("\n#") > 15

    parsed = parse_rollout(_COMMENTED.sub(r"\1", body), Path("gateshift.yaml"), lambda _: None)

    rollout = parsed.rollout
    assert rollout.gate is not None
    assert rollout.gate.p99_ms == 500
    assert rollout.pointers is not None
    assert rollout.pointers.path == ""
    assert rollout.pointers.argocd is not None
    assert rollout.pointers.flux is not None
    assert [environment.name for environment in rollout.environments] == ["staging", "prod"]
    assert rollout.policy.max_step == 50
    assert rollout.stage("canary").soak == "30m"
    assert rollout.stage("canary").approval
    assert rollout.versions[0].replicas == 2
    assert generate(rollout)


def test_the_file_fits_on_a_few_screens_and_in_the_width_of_one() -> None:
    text = skeleton(InitRequest("customers", (("v1", "customers:1"), ("v2", "customers:2"))))

    lines = text.splitlines()
    assert len(lines) < 120
    assert max(map(len, lines[1:])) <= 120  # the first is the schema's address
    assert text.endswith("\n")
    assert not re.search(r"[ \t]\n|\n\n\n", text)


GATEWAYS = st.lists(st.builds(ParentGateway, labels(), subdomains(), st.just("") | labels()), max_size=2, unique=True)


@given(
    labels(20),
    st.lists(st.tuples(version_names(), images()), min_size=2, max_size=2, unique_by=lambda pair: pair[0]),
    labels(),
    st.integers(1, 65535),
    st.none() | st.integers(1, 65535),
    st.sampled_from(RouteKind),
    GATEWAYS.filter(lambda found: len({(gateway.namespace, gateway.name) for gateway in found}) == len(found)),
    st.lists(subdomains(), max_size=2, unique=True),
)
def test_any_wish_is_read_back_as_it_was_made(
    service: str,
    versions: list[tuple[str, str]],
    namespace: str,
    port: int,
    target_port: int | None,
    kind: RouteKind,
    gateways: list[ParentGateway],
    hostnames: list[str],
) -> None:
    old, new = versions
    request = InitRequest(
        service, (old, new), namespace, port, target_port, kind, not gateways, tuple(gateways), tuple(hostnames)
    )

    rollout = parse_rollout(skeleton(request), Path("gateshift.yaml"), lambda _: None).rollout

    assert (rollout.service.name, rollout.service.namespace, rollout.route.kind) == (service, namespace, kind)
    assert (rollout.service.port, rollout.service.target_port) == (port, port if target_port is None else target_port)
    assert [version.name for version in rollout.versions] == [old[0], new[0]]
    assert [share.version for share in rollout.stage("canary").shares] == [old[0], new[0]]
    assert rollout.route.hostnames == tuple(hostnames)
    assert len(rollout.route.parents) == max(1, len(gateways))
    assert generate(rollout)
