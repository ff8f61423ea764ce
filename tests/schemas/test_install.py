"""Schemas are installed from the publisher's module: by Go, or without it from a proxy by a pinned sum."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from msgspec.structs import replace

from gateshift.errors import NoVerdict, UserError
from gateshift.schemas.install import install_schemas
from gateshift.schemas.layout import installed_versions, root
from gateshift.tools.go_modules import h1
from gateshift.tools.install_options import InstallOptions
from gateshift.tools.lock import Lock, pinned
from tests.schemas.test_own import CRD
from tests.tools.publishing import publishing, zip_of

MODULE = "sigs.k8s.io/gateway-api"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache."""
    monkeypatch.setenv("GATESHIFT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def module(**files: str) -> bytes:
    names = {name.replace("__", "/"): text for name, text in files.items()}
    return zip_of({f"{MODULE}@v9.1.2/{name}": text.encode() for name, text in names.items()})


def both_channels() -> bytes:
    crd = CRD % ("gateway.networking.k8s.io", "HTTPRoute")
    return module(
        **{
            "config__crd__standard__routes.yaml": crd,
            "config__crd__standard__policy.yaml": "kind: ValidatingAdmissionPolicy\n",
            "config__crd__experimental__routes.yaml": f"{crd}---\n{CRD % ('gateway.networking.x-k8s.io', 'XMesh')}",
            "config__crd__experimental__deeper__not.yaml": "kind: [",
            "go.mod": "module sigs.k8s.io/gateway-api\n",
        }
    )


def lock_of(content: bytes, folder: Path) -> Lock:
    (folder / "sum.zip").write_bytes(content)
    with zipfile.ZipFile(folder / "sum.zip") as archive:
        return replace(pinned(), modules=((f"{MODULE}@v9.1.2", h1(archive)),))


def proxy_folder(content: bytes, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A module proxy that serves the zip, on a machine without Go."""
    file = folder / "proxy" / MODULE / "@v" / "v9.1.2.zip"
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    monkeypatch.setenv("GOPROXY", (folder / "proxy").as_uri())
    monkeypatch.setenv("GATESHIFT_GO", "none")


@pytest.mark.usefixtures("cache")
@pytest.mark.parametrize("asked", ["9.1.2", "v9.1.2", "9.1", "9"])
def test_without_go_a_pinned_module_is_installed(asked: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy_folder(both_channels(), tmp_path, monkeypatch)
    options = InstallOptions(lock=lock_of(both_channels(), tmp_path))
    assert install_schemas("gateway-api", asked, options) == "9.1.2"
    assert installed_versions("gateway-api") == ["9.1.2"]
    kinds = [
        [
            kind["kind"]
            for kind in json.loads((root() / "gateway-api" / "9.1.2" / channel / "index.json").read_text())["kinds"]
        ]
        for channel in ("standard", "experimental")
    ]
    assert kinds == [["HTTPRoute"], ["HTTPRoute", "XMesh"]]


@pytest.mark.usefixtures("cache")
def test_without_go_a_module_with_another_sum_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy_folder(module(**{"go.mod": "changed\n"}), tmp_path, monkeypatch)
    with pytest.raises(NoVerdict, match="not the pinned"):
        install_schemas("gateway-api", "9.1.2", InstallOptions(lock=lock_of(both_channels(), tmp_path)))
    assert installed_versions("gateway-api") == []


@pytest.mark.usefixtures("cache")
def test_without_go_a_version_without_a_pin_is_not_even_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATESHIFT_GO", "none")
    with publishing(tmp_path, tls=False) as proxy:
        monkeypatch.setenv("GOPROXY", proxy.url)
        with pytest.raises(NoVerdict, match="no sum of it is pinned") as caught:
            install_schemas("kubernetes", "1.35.0", InstallOptions())
        assert proxy.asked == []
    assert "pip install 'gateshift[go]'" in caught.value.next_step


@pytest.mark.usefixtures("cache")
def test_a_module_without_schemas_is_too_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = module(**{"go.mod": "module sigs.k8s.io/gateway-api\n"})
    proxy_folder(old, tmp_path, monkeypatch)
    with pytest.raises(NoVerdict, match="too old"):
        install_schemas("gateway-api", "9.1.2", InstallOptions(lock=lock_of(old, tmp_path)))
    assert installed_versions("gateway-api") == []


@pytest.mark.usefixtures("cache")
def test_go_installs_the_pinned_gateway_api_and_a_second_run_fetches_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    assert install_schemas("gateway-api", pinned().gateway_api, InstallOptions(say=said.append)) == pinned().gateway_api
    assert said == [f"fetching the schemas of the Gateway API {pinned().gateway_api}"]
    monkeypatch.setenv("GATESHIFT_GO", "/nowhere/go")
    assert install_schemas("gateway-api", pinned().gateway_api, InstallOptions(offline=True)) == pinned().gateway_api


@pytest.mark.usefixtures("cache")
def test_offline_says_what_is_missing_and_how_to_get_it() -> None:
    with pytest.raises(NoVerdict, match="--offline") as caught:
        install_schemas("kubernetes", "1.37", InstallOptions(offline=True))
    assert "gateshift tools install --kubernetes 1.37" in caught.value.next_step


@pytest.mark.parametrize("text", ["", "latest", "1.x", "1.37.2; rm", "../1.37", "1.37.2@v"])
def test_a_version_that_is_none_is_a_mistake(text: str) -> None:
    with pytest.raises(UserError, match="is not a version"):
        install_schemas("kubernetes", text, InstallOptions(offline=True))


def test_installs_at_the_same_time_do_not_disturb_each_other(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four processes install the same schemas into an empty cache."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2] / "tool"))
    words = [sys.executable, "-m", "gateshift", "tools", "install", "--quiet", "--gateway-api", pinned().gateway_api]
    running = [subprocess.Popen(words, cwd=tmp_path, stderr=subprocess.PIPE) for _ in range(4)]
    assert [(process.wait(120), process.communicate()[1]) for process in running] == [(0, b"")] * 4
    folder = cache / "schemas"
    assert [path for path in folder.rglob(".*") if path.name != ".lock"] == []
    assert installed_versions("gateway-api") == [pinned().gateway_api]
