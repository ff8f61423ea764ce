"""The maintainer's command fills the pins from the publishers' own sums, and guesses none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gateshift.errors import NoVerdict
from gateshift.tools.go import find_go
from gateshift.tools.lock import pinned, read_lock
from gateshift.tools.relock import relock
from tests.tools.publishing import Publisher

NAMES = [f"kubeconform-{system}-{machine}.tar.gz" for system in ("linux", "darwin") for machine in ("amd64", "arm64")]


def lock_at(publisher: Publisher) -> str:
    """A lock of one program whose release page is the publisher."""
    program = pinned().program("kubeconform")
    return json.dumps(
        {
            "note": "kept",
            "programs": {
                "kubeconform": {
                    "version": program.version,
                    "module": program.module,
                    "package": program.package,
                    "sum": "h1:old",
                    "asset": publisher.url + "/{version}/kubeconform-{os}-{arch}.tar.gz",
                    "checksums": publisher.url + "/{version}/CHECKSUMS",
                    "assets": {"kubeconform-linux-amd64.tar.gz": "old"},
                }
            },
            "schemas": {"kubernetes": pinned().kubernetes, "gateway-api": pinned().gateway_api},
            "crds": {
                "sealed-secrets": {
                    "title": "Sealed Secrets",
                    "version": "0.40.0",
                    "module": "github.com/bitnami-labs/sealed-secrets",
                    "tag": "v0.40.0",
                    "folder": "helm/sealed-secrets/crds/",
                    "kinds": ["old/Kind"],
                }
            },
            "modules": {},
        }
    )


def test_every_sum_comes_from_its_publisher(publisher: Publisher) -> None:
    lines = [f"{number}{'ab' * 31}c  {name}" for number, name in enumerate([*NAMES, "kubeconform-windows-386.zip"])]
    publisher.put(f"/{pinned().program('kubeconform').version}/CHECKSUMS", "\n".join(lines).encode())
    go = find_go()
    assert go is not None
    text = relock(lock_at(publisher), go)
    filled = read_lock(text)
    assert dict(filled.program("kubeconform").assets) == {
        name: f"{number}{'ab' * 31}c" for number, name in enumerate(NAMES)
    }
    assert filled.program("kubeconform").sum == pinned().program("kubeconform").sum
    assert set(filled.modules) < set(pinned().modules)
    assert filled.crds == (pinned().crds_of("sealed-secrets"),)
    assert json.loads(text)["note"] == "kept"


@pytest.mark.parametrize("content", [b"", f"{'ab' * 32}  {NAMES[0]}\n".encode(), b"<html>Not what you think</html>"])
def test_a_checksum_file_that_lacks_an_asset_fills_nothing(publisher: Publisher, content: bytes) -> None:
    publisher.put(f"/{pinned().program('kubeconform').version}/CHECKSUMS", content)
    go = find_go()
    assert go is not None
    with pytest.raises(NoVerdict, match="names no kubeconform-"):
        relock(lock_at(publisher), go)


def test_the_committed_lock_is_in_the_form_the_command_writes() -> None:
    import gateshift.tools as package

    file = Path(package.__path__[0]) / "lock.json"
    text = file.read_text(encoding="utf-8")
    assert json.dumps(json.loads(text), indent=2, ensure_ascii=False) + "\n" == text


def test_every_pinned_asset_is_named_for_its_program_and_has_a_sha_256() -> None:
    for program in pinned().programs:
        for name, digest in program.assets:
            assert name.startswith(program.name)
            assert len(bytes.fromhex(digest)) == 32
