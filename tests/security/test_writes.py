"""Nothing is written outside the repository: no object's name is a path, and no directory may be a link out of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.promoting import customers, gateshift  # noqa: F401 -- customers is a fixture

APP = """\
apiVersion: v1
kind: Service
metadata: {name: NAME, namespace: default}
spec: {selector: {app: a}, ports: [{port: 80, name: http}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop, namespace: default, uid: exported}
spec:
  replicas: 1
  selector: {matchLabels: {app: a}}
  template:
    metadata: {labels: {app: a}}
    spec: {containers: [{name: c, image: "a:1"}]}
status: {replicas: 1}
---
apiVersion: OTHER/v1
kind: KIND
metadata: {name: OBJECT, namespace: default}
"""
PLAIN = {"NAME": "shop", "OTHER": "example.org", "KIND": "Other", "OBJECT": "other"}


@pytest.fixture
def outside(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, next to which temporary folders are made."""
    folder = tmp_path_factory.mktemp("outside")
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


def app(folder: Path, **words: str) -> None:
    text = APP
    for word, value in (PLAIN | words).items():
        text = text.replace(word, value)
    (folder / "app").mkdir()
    (folder / "app/a.yaml").write_text(text)


@pytest.mark.parametrize("field", PLAIN)
@pytest.mark.parametrize("value", ["../../../../pwned", "/pwned", "a/../../../../pwned", ".", "x" * 300])
def test_no_name_of_an_object_is_a_path(customers: Path, outside: Path, field: str, value: str) -> None:  # noqa: F811
    app(customers, **{field: value})
    done = gateshift(customers, "adopt", "app/a.yaml")
    assert done.returncode in (0, 1, 2), done.stderr
    assert [
        path for path in (*customers.parent.rglob("*pwned*"), *outside.parent.rglob("*pwned*")) if path.is_dir()
    ] == []
    assert list(outside.iterdir()) == []
    assert not Path("/pwned").exists()


def test_an_export_is_adopted(customers: Path, outside: Path) -> None:  # noqa: F811
    app(customers)
    done = gateshift(customers, "adopt", "app/a.yaml")
    assert done.returncode == 0, done.stderr
    assert (customers / "gateshift/shop/live/deployment-shop.yaml").exists()
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize("link", ["gateshift", "gateshift/shop", "gateshift/shop/live"])
def test_adopt_writes_through_no_link(customers: Path, outside: Path, link: str) -> None:  # noqa: F811
    app(customers)
    elsewhere = outside.parent / "elsewhere"
    elsewhere.mkdir(exist_ok=True)
    (customers / link).parent.mkdir(parents=True, exist_ok=True)
    (customers / link).symlink_to(elsewhere)
    done = gateshift(customers, "adopt", "app/a.yaml")
    assert done.returncode == 2
    assert list(elsewhere.iterdir()) == []


@pytest.mark.parametrize("words", [("generate",), ("generate", "--force"), ("promote", "subsets")], ids=" ".join)
@pytest.mark.parametrize("link", ["base", "overlays", "overlays/half", "sync/argocd", "sync"])
def test_no_command_writes_through_a_link(
    customers: Path,  # noqa: F811
    outside: Path,
    words: tuple[str, ...],
    link: str,
) -> None:
    shutil.copytree(customers / link, outside / "there")
    shutil.rmtree(customers / link)
    (customers / link).symlink_to(outside / "there")
    (customers / "gateshift.yaml").write_text(
        (customers / "gateshift.yaml").read_text().replace("port: 80", "port: 81")
    )
    before = {path: path.read_bytes() for path in outside.rglob("*") if path.is_file()}
    assert gateshift(customers, *words).returncode in (1, 2)
    assert {path: path.read_bytes() for path in outside.rglob("*") if path.is_file()} == before
