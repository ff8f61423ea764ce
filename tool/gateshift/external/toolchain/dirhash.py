"""Go's h1 sum of a module's zip, the one that go.sum and the checksum database hold.

Source: golang.org/x/mod/sumdb/dirhash, Hash1 and HashZip: the SHA-256 of a text with one line for each file, sorted by
name, of the file's own SHA-256 in hexadecimal, two spaces and its name.
"""

from __future__ import annotations

import base64
import hashlib
import zipfile

from gateshift.errors import NoVerdict

_LARGEST = 512 << 20
"""Go itself refuses a module of more than 500 MiB."""


def h1(archive: zipfile.ZipFile) -> str:
    """The sum, as `h1:` and base64. Raises NoVerdict for an archive that no module proxy serves."""
    infos = sorted(archive.infolist(), key=lambda info: info.filename.encode())
    if sum(info.file_size for info in infos) > _LARGEST:
        raise NoVerdict("the module's zip unpacks to more than a module may have")
    lines = hashlib.sha256()
    for info in infos:
        if "\n" in info.filename:
            raise NoVerdict("the module's zip holds a file name with a line break")
        with archive.open(info) as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # it reads into, too
        lines.update(f"{digest}  {info.filename}\n".encode())
    return "h1:" + base64.b64encode(lines.digest()).decode()
