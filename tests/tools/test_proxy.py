"""Without Go, a module's zip comes from a module proxy, and only with its pinned h1 sum."""

from __future__ import annotations

import subprocess
import zipfile
from pathlib import Path

import pytest

from gateshift.errors import NoVerdict
from gateshift.tools.go import find_go
from gateshift.tools.go_modules import fetch_zip, h1
from gateshift.tools.lock import pinned
from tests.tools.publishing import Publisher, publishing, zip_of

MODULE = "example.org/Mod"
ZIP = zip_of({f"{MODULE}@v1.2.3/go.mod": b"module example.org/Mod\n", f"{MODULE}@v1.2.3/a.txt": b"text\n"})
# sha256sum of each file, two spaces, its name, sorted by name; then openssl dgst -sha256 -binary | base64.
SUM = "h1:iW8kh+vvi5X5sNG5zHi3qjj2J4uFzBbDYKosJbeXfjI="
PATH = "/example.org/!mod/@v/v1.2.3.zip"


def test_a_zip_with_its_sum_arrives(publisher: Publisher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publisher.put(PATH, ZIP)
    monkeypatch.setenv("GOPROXY", publisher.url)
    fetch_zip(MODULE, "v1.2.3", SUM, tmp_path / "zip")
    assert (tmp_path / "zip").read_bytes() == ZIP


def test_the_first_proxy_that_has_it_serves_it(
    publisher: Publisher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with publishing(tmp_path, tls=False) as empty:
        publisher.put("/mirror" + PATH, ZIP)
        monkeypatch.setenv("GOPROXY", f"{empty.url},direct|{publisher.url}/mirror/,off,{empty.url}/never")
        fetch_zip(MODULE, "v1.2.3", SUM, tmp_path / "zip")
        assert empty.asked == [PATH]
    assert (tmp_path / "zip").read_bytes() == ZIP


def test_a_proxy_may_be_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a proxy" / PATH[1:]
    file.parent.mkdir(parents=True)
    file.write_bytes(ZIP)
    monkeypatch.setenv("GOPROXY", (tmp_path / "a proxy").as_uri())
    fetch_zip(MODULE, "v1.2.3", SUM, tmp_path / "zip")
    assert (tmp_path / "zip").read_bytes() == ZIP


@pytest.mark.parametrize("content", [zip_of({f"{MODULE}@v1.2.3/a.txt": b"changed"}), ZIP[:-30], b"", b"no zip"])
def test_a_zip_with_another_sum_is_refused_and_removed(
    publisher: Publisher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    publisher.put(PATH, content)
    monkeypatch.setenv("GOPROXY", publisher.url)
    with pytest.raises(NoVerdict, match=r"not the pinned|unreadable"):
        fetch_zip(MODULE, "v1.2.3", SUM, tmp_path / "zip")
    assert not (tmp_path / "zip").exists()


@pytest.mark.parametrize("proxies", ["off", "direct", "direct,off"])
def test_without_a_proxy_there_is_nothing_to_ask(proxies: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOPROXY", proxies)
    with pytest.raises(NoVerdict, match=f"GOPROXY={proxies}"):
        fetch_zip(MODULE, "v1.2.3", SUM, tmp_path / "zip")


def test_our_sum_is_the_one_that_go_computes(tmp_path: Path) -> None:
    """The pin of a real module, computed by us from the zip that Go fetched and verified."""
    go = find_go()
    assert go is not None, "the tests need Go, as the README says"
    version = f"v{pinned().gateway_api}"
    asked = [str(go.path), "mod", "download", "-json", f"sigs.k8s.io/gateway-api@{version}"]
    answer = subprocess.run(asked, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    where = answer.partition('"Zip": "')[2].partition('"')[0]
    with zipfile.ZipFile(where) as archive:
        assert h1(archive) == dict(pinned().modules)[f"sigs.k8s.io/gateway-api@{version}"]
