"""Git, read without touching the work tree, and one commit of named files.

Every call runs without hooks of file monitors, pagers, prompts or filters of its own; only `commit` runs the user's
hooks, as any commit of theirs would.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from msgspec import Struct

from gateshift.errors import NoVerdict, UserError
from gateshift.system.process import Finished, run

TIMEOUT = 60.0
_LARGEST = 16 << 20
_MOST_BYTES = 512 << 20
_SETTINGS = (
    "core.fsmonitor=false",
    "core.quotePath=false",
    "log.showSignature=false",
    "core.pager=cat",
    "safe.bareRepository=explicit",  # a bare repository that lies in the checkout is somebody else's configuration
)
_OF_A_HOOK = frozenset({"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY"})
_QUIET = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
_LINK, _SUBMODULE = "120000", "160000"
_FIELDS = "%H%x00%an%x00%aI%x00%s"


class Commit(Struct, frozen=True):
    """One commit: its full id, the author's name, the author's date (ISO 8601 with zone) and its first line."""

    id: str
    author: str
    date: str
    subject: str


class TreeEntry(Struct, frozen=True):
    """One file of a tree: its mode as Git writes it, the id of its content, its size in bytes and its path."""

    mode: str
    blob: str
    size: int
    path: str


def work_tree(path: Path) -> Path | None:
    """The top of the work tree that holds the path, links resolved; None where Git manages none there.

    Raises UserError where Git refuses to look, as it does at a repository of another owner.
    """
    start = path if path.is_dir() else path.parent
    done = _git(start, "rev-parse", "--show-toplevel")
    if done.exit_code == 0:
        return Path(os.fsdecode(done.stdout).removesuffix("\n")).resolve()
    if "dubious ownership" in done.stderr:
        raise UserError(
            "Git refuses this repository, because another user owns it",
            where=str(start),
            next_step=f"If you trust it: git config --global --add safe.directory {start.resolve()}",
        )
    return None


def private_path(top: Path, name: str) -> Path | None:
    """Where a file of this name lies in the Git directory of the work tree whose top this is; None where Git manages no
    such work tree, refuses it or is not installed, and where a commit could hold the file."""
    try:
        done = _git(top, "rev-parse", "--show-toplevel", "--git-path", name)
    except NoVerdict:
        return None
    lines = os.fsdecode(done.stdout).removesuffix("\n").rsplit("\n", 1)
    if done.exit_code != 0 or len(lines) != 2 or Path(lines[0]).resolve() != top.resolve():
        return None
    folder = (top / lines[1]).parent.resolve()
    tracked = folder.is_relative_to(top.resolve()) and ".git" not in folder.relative_to(top.resolve()).parts
    return None if tracked else folder / name


def remotes(repository: Path) -> tuple[str, ...]:
    """The URLs of the repository's remotes."""
    done = _git(repository, "config", "--get-regexp", r"^remote\..*\.url$")
    return tuple(line.partition(" ")[2] for line in done.stdout.decode(errors="replace").splitlines())


def commit_id(repository: Path, ref: str) -> str:
    """The full id of the commit that a revision names. Raises UserError where it names none."""
    done = _git(repository, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    if done.exit_code == 0:
        return done.stdout.decode().strip()
    shallow = _git(repository, "rev-parse", "--is-shallow-repository").stdout.decode().strip() == "true"
    raise UserError(
        f"Git knows no commit {ref!r} here",
        where=str(repository),
        next_step="This clone is shallow: `git fetch --unshallow` brings the rest."
        if shallow
        else "`git fetch` brings what the remote has; `git log --oneline --all` lists what is here.",
    )


def merge_base(repository: Path, ref: str) -> str:
    """The commit at which HEAD left the history of `ref`. Raises UserError where they share none."""
    theirs, ours = commit_id(repository, ref), commit_id(repository, "HEAD")
    done = _git(repository, "merge-base", theirs, ours)
    if done.exit_code != 0:
        raise UserError(
            f"HEAD and {ref} have no commit in common here",
            where=str(repository),
            next_step="A shallow clone lacks it: `git fetch --unshallow` brings the rest.",
        )
    return done.stdout.decode().split()[0]


def entries(repository: Path, commit: str) -> tuple[TreeEntry, ...]:
    """Every file of a commit, submodules left out, in Git's order."""
    listing = _must(repository, "ls-tree", "-r", "-l", "-z", "--full-tree", commit).stdout
    return tuple(entry for entry in map(_entry, listing.split(b"\0")[:-1]) if entry.mode != _SUBMODULE)


def _entry(line: bytes) -> TreeEntry:
    facts, _, path = line.partition(b"\t")
    mode, _, blob, size = facts.decode().split()
    return TreeEntry(mode, blob, int(size) if size.isdigit() else 0, os.fsdecode(path))


def export(repository: Path, commit: str, folder: Path) -> None:
    """Write a commit's files into an empty folder, byte for byte as Git keeps them: no filter runs, nothing is fetched.

    Files of more than 16 MiB are left out. Raises UserError for a tree of more than 512 MiB.
    """
    chosen = [entry for entry in entries(repository, commit) if entry.size <= _LARGEST and is_inside(entry.path)]
    if sum(entry.size for entry in chosen) > _MOST_BYTES:
        raise UserError(f"commit {commit[:12]} holds more than {_MOST_BYTES >> 20} MiB", where=str(repository))
    for entry, content in zip(chosen, _contents(repository, [entry.blob for entry in chosen]), strict=True):
        target = folder / entry.path
        target.parent.mkdir(parents=True, exist_ok=True)
        if entry.mode == _LINK:
            target.symlink_to(os.fsdecode(content))
        else:
            target.write_bytes(content)


def is_inside(path: str) -> bool:
    """Whether a path of a tree stays in it and out of `.git`; a tree made by hand can name `..` or `.git`."""
    parts = PurePosixPath(path).parts
    return not path.startswith("/") and not any(part in ("..", ".") or part.lower() == ".git" for part in parts)


def _contents(repository: Path, blobs: Sequence[str]) -> Iterator[bytes]:
    """The contents of these blobs, in order, by one process."""
    asked = "".join(f"{blob}\n" for blob in blobs).encode()
    answer = _must(repository, "cat-file", "--batch", stdin=asked).stdout
    at = 0
    for blob in blobs:
        end = answer.index(b"\n", at)
        words = answer[at:end].split()
        if len(words) != 3:
            raise UserError(f"Git lacks the object {blob}", where=str(repository), next_step="`git fetch` brings it.")
        size = int(words[2])
        yield answer[end + 1 : end + 1 + size]
        at = end + 1 + size + 1


def read_file(repository: Path, commit: str, path: str) -> bytes | None:
    """A file of a commit; None where the commit has none of that path."""
    done = _git(repository, "cat-file", "blob", f"{commit}:{path}")
    return done.stdout if done.exit_code == 0 else None


def history(repository: Path, path: str) -> tuple[Commit, ...]:
    """The commits of HEAD's history that changed the file, newest first; empty before the first commit."""
    done = _git(repository, "log", f"--format={_FIELDS}", "-z", "--no-color", "HEAD", "--", path)
    if done.exit_code != 0:
        return ()
    fields = done.stdout.decode(errors="replace").split("\0")
    return tuple(Commit(*fields[at : at + 4]) for at in range(0, len(fields) - 3, 4))


def changed_since(repository: Path, commit: str) -> tuple[str, ...]:
    """The paths that differ between a commit and the work tree, untracked files among them, sorted."""
    tracked = _must(repository, "diff", "--name-only", "--no-renames", "--no-ext-diff", "-z", commit, "--").stdout
    untracked = _must(repository, "ls-files", "--others", "--exclude-standard", "-z").stdout
    return tuple(sorted({os.fsdecode(path) for path in (tracked + untracked).split(b"\0") if path}))


def uncommitted(repository: Path, paths: Sequence[str]) -> tuple[str, ...]:
    """Those of the paths that differ from HEAD, in the index or in the work tree, untracked ones among them."""
    listing = _must(repository, "status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames", "--", *paths)
    return tuple(os.fsdecode(line[3:]) for line in listing.stdout.split(b"\0") if line)


def start_branch(repository: Path, name: str) -> None:
    """Make a branch at HEAD and switch to it, the work tree as it is. Raises UserError where Git refuses."""
    valid = _git(repository, "check-ref-format", "--branch", name)
    if valid.exit_code != 0 or name.startswith("-"):
        raise UserError(f"{name!r} is not a name for a branch")
    _must(repository, "switch", "--quiet", "--create", name)


@contextlib.contextmanager
def on_new_branch(repository: Path, name: str) -> Iterator[None]:
    """On a new branch while this runs, and after; where it fails, back on the branch from before, and the new one gone.

    Raises UserError where Git refuses the name.
    """
    before = _git(repository, "symbolic-ref", "--quiet", "HEAD")
    start_branch(repository, name)
    try:
        yield
    except BaseException:
        if before.exit_code == 0:
            _must(repository, "symbolic-ref", "HEAD", before.stdout.decode().strip())
        else:
            _must(repository, "switch", "--quiet", "--detach", "HEAD")
        _git(repository, "branch", "--quiet", "--delete", "--force", "--", name)
        raise


def commit_files(repository: Path, paths: Sequence[str], message: str) -> str:
    """Commit these files as they are in the work tree, and nothing else; the id of the commit.

    What is staged of other files stays staged. The user's hooks run. Raises UserError where Git refuses.
    """
    _must(repository, "add", "--", *paths)
    _must(repository, "commit", "--quiet", "--only", "-m", message, "--", *paths)
    return commit_id(repository, "HEAD")


def unstage(repository: Path, paths: Sequence[str]) -> None:
    """Make the index say of these files what the last commit says, the work tree as it is."""
    _must(repository, "reset", "--quiet", "--", *paths)


def _must(repository: Path, *words: str, stdin: bytes | None = None) -> Finished:
    done = _git(repository, *words, stdin=stdin)
    if done.exit_code != 0:
        said = done.stderr.strip() or done.stdout.decode(errors="replace").strip()
        raise UserError(f"`git {words[0]}` failed with exit code {done.exit_code}: {said}", where=str(repository))
    return done


def _git(repository: Path, *words: str, stdin: bytes | None = None) -> Finished:
    settings = [word for setting in _SETTINGS for word in ("-c", setting)]
    environment = {name: value for name, value in os.environ.items() if name not in _OF_A_HOOK} | _QUIET
    return run(
        ["git", "--no-pager", "--literal-pathspecs", *settings, *words],
        timeout=TIMEOUT,
        cwd=repository,
        env=environment,
        stdin=stdin,
        next_step="Install Git, and see that it is on PATH.",
    )
