"""Fetches a file over HTTPS, kept only with the sum it must have; takes one program out of a release archive.

Imported where something is fetched: TLS and archives cost a third of the program's start.
"""

from __future__ import annotations

import hashlib
import http.client
import shutil
import ssl
import tarfile
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path, PurePosixPath
from typing import IO

from msgspec import Struct

from gateshift.errors import NoVerdict

Progress = Callable[[int, int | None], None]
"""Told how many bytes are there, of how many (None where the server does not say)."""

_CHUNK = 1 << 16
_TRIES = 3
_HTTPS_ONLY = ("https",)


class DownloadLimits(Struct, frozen=True):
    """`silence`: seconds without a byte after which a server counts as hung. `size`: the most bytes that are taken."""

    silence: float = 30.0
    size: int = 512 << 20


class _Broken(Exception):  # noqa: N818 -- what the transfer is
    """The transfer ended early; the next try begins anew."""


def no_progress(done: int, total: int | None) -> None:
    """Show nothing."""


def fetch_pinned(
    url: str, target: Path, sha256: str, *, progress: Progress = no_progress, limits: DownloadLimits | None = None
) -> None:
    """Fetch the file to `target`. Raises NoVerdict, and leaves nothing behind, where its SHA-256 is not the one given
    or it cannot be had."""
    fetch(url, target, progress=progress, limits=limits)
    with target.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != sha256:
        target.unlink()
        raise NoVerdict(
            f"{url} has the SHA-256 {digest}, not the pinned {sha256}",
            next_step="Something between here and the publisher changed the file, or the pin is wrong. Do not use it.",
        )


def fetch(
    url: str,
    target: Path,
    *,
    progress: Progress = no_progress,
    limits: DownloadLimits | None = None,
    schemes: tuple[str, ...] = _HTTPS_ONLY,
) -> None:
    """Fetch the whole file to `target`, in three tries. Raises NoVerdict, and leaves nothing behind, where none
    succeeds."""
    limits = limits or DownloadLimits()
    _check_scheme(url, schemes)
    problem = ""
    try:
        for _ in range(_TRIES):
            try:
                _once(url, target, progress, limits, schemes)
            except (_Broken, TimeoutError, ConnectionError, http.client.HTTPException, ssl.SSLError) as error:
                problem = str(error) or type(error).__name__
            except urllib.error.HTTPError as error:
                problem = f"the server answers {error.code} {error.reason}"
                if error.code < HTTPStatus.INTERNAL_SERVER_ERROR:
                    break
            except urllib.error.URLError as error:
                problem = str(error.reason)
            else:
                return
        raise NoVerdict(f"{url} cannot be fetched: {problem}", next_step="Try again.")
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _once(url: str, target: Path, progress: Progress, limits: DownloadLimits, schemes: tuple[str, ...]) -> None:
    request = urllib.request.Request(url, headers={"User-Agent": "gateshift", "Accept-Encoding": "identity"})
    with _opener(schemes).open(request, timeout=limits.silence) as response:
        length = response.headers.get("Content-Length", "")
        total = int(length) if length.isdigit() else None
        if total is not None and total > limits.size:
            raise NoVerdict(f"the file is {total:,} bytes, more than the {limits.size:,} that are taken")
        done = 0
        with target.open("wb") as file:
            while chunk := response.read(_CHUNK):
                file.write(chunk)
                done += len(chunk)
                if done > limits.size:
                    raise NoVerdict(f"the file is longer than the {limits.size:,} bytes that are taken")
                progress(done, total)
    if total is not None and done != total:
        raise _Broken(f"the transfer ended after {done:,} of {total:,} bytes")


class _SameSchemes(urllib.request.HTTPRedirectHandler):
    """Follows a redirect only to a scheme that is allowed, never from HTTPS to plain HTTP."""

    def __init__(self, schemes: tuple[str, ...]) -> None:
        self.schemes = schemes

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        """The request that follows, as urllib makes it; NoVerdict for a scheme that is not allowed."""
        _check_scheme(newurl, self.schemes)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _opener(schemes: tuple[str, ...]) -> urllib.request.OpenerDirector:
    # The default context reads SSL_CERT_FILE, so that a mirror behind a private authority works.
    secure = urllib.request.HTTPSHandler(context=ssl.create_default_context())
    return urllib.request.build_opener(secure, _SameSchemes(schemes))


def _check_scheme(url: str, schemes: tuple[str, ...]) -> None:
    scheme = urllib.parse.urlsplit(url).scheme
    if scheme not in schemes:
        raise NoVerdict(f"{url} is refused: {scheme or 'no scheme'} is not {' or '.join(schemes)}")


_LARGEST = 512 << 20


def extract_program(archive: Path, name: str, target: Path) -> None:
    """Write the regular file called `name` at the top of the gzipped tar archive to `target`, executable.

    Raises NoVerdict where there is not exactly one, where it is a link or a device, or where any member's path leads
    out of the archive: such an archive is not an honest release.
    """
    try:
        with tarfile.open(archive, "r:gz") as tar:
            members = [member for member in tar if _path(member, archive) == PurePosixPath(name)]
            if len(members) != 1 or not members[0].isreg():
                raise NoVerdict(f"{archive.name} does not hold a regular file {name} at its top")
            content = tar.extractfile(members[0])
            assert content is not None
            with content, target.open("wb") as file:
                shutil.copyfileobj(content, file)
    except (tarfile.TarError, EOFError, OSError) as error:
        raise NoVerdict(f"{archive.name} is not a readable archive: {error}") from error
    target.chmod(0o755)


def _path(member: tarfile.TarInfo, archive: Path) -> PurePosixPath:
    """The member's path. Raises NoVerdict where it leads out of the archive or the member is too large."""
    path = PurePosixPath(member.name)
    if path.is_absolute() or ".." in path.parts:
        raise NoVerdict(f"{archive.name} is refused: its member {member.name!r} leads out of the archive")
    if member.size > _LARGEST:
        raise NoVerdict(f"{archive.name} is refused: its member {member.name!r} is {member.size:,} bytes")
    return path
