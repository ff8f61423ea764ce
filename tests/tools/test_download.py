"""What is fetched over HTTPS arrives whole and unchanged, or not at all."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

import pytest

from gateshift.errors import NoVerdict
from gateshift.tools.download import DownloadLimits, fetch, fetch_pinned
from tests.tools.publishing import Publisher, publishing

CONTENT = bytes(range(256)) * 2000
SHA = hashlib.sha256(CONTENT).hexdigest()


def test_the_right_file_arrives(publisher: Publisher, tmp_path: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    url = publisher.put("/file", CONTENT)
    fetch_pinned(url, tmp_path / "part", SHA, progress=lambda done, total: seen.append((done, total)))
    assert (tmp_path / "part").read_bytes() == CONTENT
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_a_file_with_another_sum_is_refused_and_removed(publisher: Publisher, tmp_path: Path) -> None:
    url = publisher.put("/file", CONTENT + b"more")
    with pytest.raises(NoVerdict, match="not the pinned"):
        fetch_pinned(url, tmp_path / "part", SHA)
    assert not (tmp_path / "part").exists()


def test_a_broken_transfer_is_tried_again_from_its_beginning(publisher: Publisher, tmp_path: Path) -> None:
    url = publisher.put("/file", CONTENT)
    publisher.cut["/file"] = 100_000
    fetch_pinned(url, tmp_path / "part", SHA)
    assert (tmp_path / "part").read_bytes() == CONTENT
    assert publisher.asked == ["/file", "/file"]


def test_what_an_earlier_run_left_is_replaced(publisher: Publisher, tmp_path: Path) -> None:
    (tmp_path / "part").write_bytes(b"of another file" * 9 + CONTENT)
    fetch_pinned(publisher.put("/file", CONTENT), tmp_path / "part", SHA)
    assert (tmp_path / "part").read_bytes() == CONTENT


def test_a_transfer_that_always_breaks_off_is_no_file(publisher: Publisher, tmp_path: Path) -> None:
    url = publisher.put("/file", CONTENT)
    publisher.cut["/file"] = 10
    publisher.cut_always = True
    with pytest.raises(NoVerdict, match=r"ended after \d+ of 512,000 bytes"):
        fetch_pinned(url, tmp_path / "part", SHA)
    assert publisher.asked == ["/file"] * 3
    assert not (tmp_path / "part").exists()


def test_a_file_that_is_not_there_is_said_so_at_once(publisher: Publisher, tmp_path: Path) -> None:
    with pytest.raises(NoVerdict, match="404"):
        fetch(publisher.url + "/nothing", tmp_path / "part")
    assert publisher.asked == ["/nothing"]


def test_a_server_that_says_nothing_is_left(publisher: Publisher, tmp_path: Path) -> None:
    publisher.silent.add("/file")
    began = time.monotonic()
    with pytest.raises(NoVerdict, match="timed out"):
        fetch(publisher.url + "/file", tmp_path / "part", limits=DownloadLimits(silence=0.2))
    assert time.monotonic() - began < 5


def test_a_redirect_over_https_is_followed(publisher: Publisher, tmp_path: Path) -> None:
    publisher.put("/there", CONTENT)
    publisher.moved["/file"] = publisher.url + "/there"
    fetch_pinned(publisher.url + "/file", tmp_path / "part", SHA)
    assert (tmp_path / "part").read_bytes() == CONTENT


def test_a_redirect_to_plain_http_is_refused_unasked(publisher: Publisher, tmp_path: Path) -> None:
    with publishing(tmp_path, tls=False) as plain:
        publisher.moved["/file"] = plain.put("/file", CONTENT)
        with pytest.raises(NoVerdict, match="http is not https"):
            fetch_pinned(publisher.url + "/file", tmp_path / "part", SHA)
        assert plain.asked == []


@pytest.mark.parametrize("url", ["http://127.0.0.1/file", "file:///etc/passwd", "ftp://127.0.0.1/file", "file"])
def test_only_https_is_asked(url: str, tmp_path: Path) -> None:
    with pytest.raises(NoVerdict, match="is refused"):
        fetch(url, tmp_path / "part")


def test_a_server_that_is_not_trusted_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    with publishing(tmp_path) as stranger, pytest.raises(NoVerdict, match="certificate"):
        fetch(stranger.put("/file", CONTENT), tmp_path / "part")


def test_a_file_longer_than_allowed_is_refused(publisher: Publisher, tmp_path: Path) -> None:
    with pytest.raises(NoVerdict, match="more than the 1,000"):
        fetch(publisher.put("/file", CONTENT), tmp_path / "part", limits=DownloadLimits(size=1000))
