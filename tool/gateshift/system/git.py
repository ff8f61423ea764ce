"""Git, read without touching the work tree.

What a repository holds is not to run anything: every call that reads runs without hooks, file monitors, filters, diff
programs, pagers, prompts, submodules and the network, and takes no bare repository of the checkout for its own. Only
`git commit` runs the user's hooks, as any commit of theirs would.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path, PurePosixPath

from msgspec import Struct

from gateshift.errors import NoVerdict, UserError
from gateshift.system.process import Finished, run, run_to_its_end

TIMEOUT = 60.0
_LARGEST = 16 << 20
_MOST_BYTES = 512 << 20
_MOST_OUTPUT = _MOST_BYTES + (64 << 20)
"""A tree's contents come as one answer, each with a line of its own."""
_OLDEST = (2, 38)
"""The first Git that knows safe.bareRepository (its release notes, 2.38.0)."""

_ALWAYS = ("safe.bareRepository=explicit",)
"""A bare repository that lies in the checkout is somebody else's configuration."""

_READING = (
    "core.fsmonitor=false",
    f"core.hooksPath={os.devnull}",
    "core.quotePath=false",
    "core.pager=cat",
    "log.showSignature=false",
    "submodule.recurse=false",
)
_DROPPED = frozenset(
    {
        *("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_NAMESPACE"),
        *("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_SHALLOW_FILE", "GIT_GRAFT_FILE"),
        *("GIT_REPLACE_REF_BASE", "GIT_IMPLICIT_WORK_TREE", "GIT_INTERNAL_SUPER_PREFIX", "GIT_EXTERNAL_DIFF"),
        *("GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS", "GIT_ICASE_PATHSPECS", "GIT_LITERAL_PATHSPECS"),
    }
)
"""What a hook's Git leaves in the environment, and what would have Git look elsewhere."""

_PLAIN = {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
_OFFLINE = {"GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none"}
"""GIT_NO_LAZY_FETCH is Git 2.44's; before it, a fetch finds no protocol that it may speak."""

_LINK, _SUBMODULE = "120000", "160000"
_FIELDS = "%H%x00%an%x00%aI%x00%s"


class Commit(Struct, frozen=True):
    """One commit: its full id, the author's name, the author's date (ISO 8601 with zone) and its first line."""

    id: str
    author: str
    date: str
    subject: str


class GitAnswer(Struct, frozen=True):
    """One question to Git and the digest of what it said."""

    repository: str
    words: tuple[str, ...]
    settings: tuple[str, ...]
    said: str


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
    done = _git(_nearest(start), "rev-parse", "--show-toplevel")
    if done.exit_code == 0:
        return Path(os.fsdecode(done.stdout).removesuffix("\n")).resolve()
    if "dubious ownership" in done.stderr:
        raise UserError(
            "Git refuses this repository, because another user owns it",
            where=str(start),
            next_step=f"If you trust it: git config --global --add safe.directory {start.resolve()}",
        )
    return None


def _nearest(start: Path) -> Path:
    """The nearest folder with a `.git`, which no commit can hold: Git is not to meet a bare repository on the way."""
    real = start.resolve()
    return next((folder for folder in (real, *real.parents) if os.path.lexists(folder / ".git")), real)


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


def ignored(folder: Path) -> frozenset[str]:
    """What Git ignores below a folder, files and whole directories, as paths that begin as the folder's does; nothing
    where Git manages no such work tree or is not installed."""
    try:
        done = _git(folder, "ls-files", "--others", "--ignored", "--exclude-standard", "--directory", "-z")
    except NoVerdict:
        return frozenset()
    paths = os.fsdecode(done.stdout).split("\0") if done.exit_code == 0 else ()
    return frozenset(os.path.join(folder, path.rstrip("/")) for path in paths if path not in ("", "./"))


def remotes(repository: Path) -> tuple[str, ...]:
    """The URLs of the repository's remotes."""
    done = _git(repository, "config", "--get-regexp", r"^remote\..*\.url$")
    return tuple(line.partition(" ")[2] for line in done.stdout.decode(errors="replace").splitlines())


def references(repository: Path) -> tuple[str, ...]:
    """The short names of its branches, those of remotes, and its tags; empty where Git manages none."""
    said = attempt(repository, "for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/remotes", "refs/tags")
    return tuple(said.splitlines()) if said else ()


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
    chosen.sort(key=lambda entry: entry.mode == _LINK)  # links last: no file is written through one
    top = folder.resolve()
    try:
        for entry, content in zip(chosen, _contents(repository, [entry.blob for entry in chosen]), strict=True):
            target = folder / entry.path
            if not target.parent.resolve().is_relative_to(top):  # a tree made by hand names a link as a folder
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            if entry.mode == _LINK:
                target.symlink_to(os.fsdecode(content))
            else:
                target.write_bytes(content)
    except (OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) else "a link leads to no path"
        what = f"commit {commit[:12]} cannot be written out: {entry.path}: {said}"
        raise UserError(what, where=str(repository)) from error


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


def history(repository: Path, *paths: str, at: str = "HEAD") -> tuple[Commit, ...]:
    """The commits of a commit's history that changed one of the files, newest first; empty before the first commit."""
    words = ("--no-ext-diff", "--no-textconv", "--ignore-submodules=all", f"--format={_FIELDS}", "-z", "--no-color")
    done = _git(repository, "log", *words, at, "--", *paths)
    if done.exit_code != 0:
        return ()
    fields = done.stdout.decode(errors="replace").split("\0")
    return tuple(Commit(*fields[at : at + 4]) for at in range(0, len(fields) - 3, 4))


def changed_since(repository: Path, commit: str) -> tuple[str, ...]:
    """The paths that differ between a commit and the work tree, untracked files among them, sorted."""
    words = ("--name-only", "--no-renames", "--no-ext-diff", "--no-textconv", "--ignore-submodules=all", "-z")
    tracked = _must(repository, "diff", *words, commit, "--", settings=_without_filters(repository)).stdout
    untracked = _must(repository, "ls-files", "--others", "--exclude-standard", "-z").stdout
    return tuple(sorted({os.fsdecode(path) for path in (tracked + untracked).split(b"\0") if path}))


def last_commit_with(repository: Path, path: str) -> str:
    """The last commit of HEAD's history that has the file; "" where none has, or where Git manages none."""
    try:
        if _git(repository, "cat-file", "-e", f"HEAD:{path}").exit_code == 0:
            return "HEAD"
        log = (
            "log",
            "-1",
            "--no-ext-diff",
            "--no-textconv",
            "--diff-filter=D",
            "--no-renames",
            "--format=%H",
            "--no-color",
            "HEAD",
            "--",
            path,
        )
        done = _git(repository, *log)
    except NoVerdict:
        return ""
    commit = done.stdout.decode(errors="replace").strip()
    return f"{commit}^" if done.exit_code == 0 and commit else ""


def uncommitted(repository: Path, paths: Sequence[str]) -> tuple[str, ...]:
    """Those of the paths that differ from HEAD, in the index or in the work tree, untracked ones among them."""
    words = ("--porcelain=v1", "-z", "--untracked-files=all", "--no-renames", "--ignore-submodules=all")
    listing = _must(repository, "status", *words, "--", *paths, settings=_without_filters(repository))
    return tuple(os.fsdecode(line[3:]) for line in listing.stdout.split(b"\0") if line)


def write(repository: Path, *words: str, stdin: bytes | None = None) -> str:
    """What a call that writes to the repository's own files says, without hooks. Raises UserError where it fails."""
    return _must(repository, *words, stdin=stdin).stdout.decode(errors="replace").strip()


def attempt(repository: Path, *words: str) -> str | None:
    """What a call says; None where it fails."""
    done = _git(repository, *words)
    return done.stdout.decode(errors="replace").strip() if done.exit_code == 0 else None


def paths_in(repository: Path, *names: str) -> tuple[Path, ...]:
    """Where files of these names lie for Git, as the user's own settings have it (`git rev-parse --git-path`)."""
    words = [word for name in names for word in ("--git-path", name)]
    given = [word for setting in _ALWAYS for word in ("-c", setting)]
    done = run([_program(), *given, "rev-parse", *words], timeout=TIMEOUT, cwd=repository, env=_environment())
    return tuple(repository / os.fsdecode(line) for line in done.stdout.splitlines())


def commit_with_hooks(repository: Path, *words: str) -> Finished:
    """`git commit`, as the user would run it: with their hooks, filters and signing, for as long as these take."""
    given = [word for setting in _ALWAYS for word in ("-c", setting)]
    return run_to_its_end([_program(), *given, "commit", *words], cwd=repository, env=_environment())


def _without_filters(repository: Path) -> tuple[str, ...]:
    """Settings that switch every configured filter off: attributes of the checkout choose which of them would run."""
    listing = _git(repository, "config", "--name-only", "-z", "--get-regexp", r"^filter\.").stdout
    names = {os.fsdecode(name).rpartition(".")[0] for name in listing.split(b"\0") if name}
    off = ("clean=", "smudge=", "process=", "required=false")
    return tuple(f"{name}.{setting}" for name in sorted(names) if "=" not in name for setting in off)


def _must(repository: Path, *words: str, stdin: bytes | None = None, settings: Sequence[str] = ()) -> Finished:
    done = _git(repository, *words, stdin=stdin, settings=settings)
    if done.exit_code != 0:
        said = done.stderr.strip() or done.stdout.decode(errors="replace").strip()
        raise UserError(f"`git {words[0]}` failed with exit code {done.exit_code}: {said}", where=str(repository))
    return done


def _git(repository: Path, *words: str, stdin: bytes | None = None, settings: Sequence[str] = ()) -> Finished:
    """Git that reads, or writes nothing but its own files."""
    given = [word for setting in (*_ALWAYS, *_READING, *settings) for word in ("-c", setting)]
    done = run(
        [_program(), "--no-pager", "--literal-pathspecs", *given, *words],
        timeout=TIMEOUT,
        cwd=repository,
        env=_environment() | _PLAIN | _OFFLINE,
        stdin=stdin,
        most_output=_MOST_OUTPUT,
    )
    if _LISTENERS and stdin is None:  # what is asked by standard input are objects by their ids, which never change
        answer = GitAnswer(os.path.abspath(repository), words, tuple(settings), _digest(done))
        for listener in _LISTENERS:
            listener(answer)
    return done


_LISTENERS: list[Callable[[GitAnswer], None]] = []
"""Who wants to know what Git says, in whichever thread it is asked."""


@contextmanager
def overheard(listener: Callable[[GitAnswer], None]) -> Iterator[None]:
    """Tell the listener every answer within the block."""
    _LISTENERS.append(listener)
    try:
        yield
    finally:
        _LISTENERS.remove(listener)


def repeated(answer: GitAnswer) -> GitAnswer | None:
    """What Git says now to the same question; None where it cannot be asked, or where the question is none that only
    reads."""
    if not _only_reads(answer):
        return None
    try:
        done = _git(Path(answer.repository), *answer.words, settings=answer.settings)
    except (NoVerdict, OSError):
        return None
    return GitAnswer(answer.repository, answer.words, answer.settings, _digest(done))


def _only_reads(answer: GitAnswer) -> bool:
    verb, *words = answer.words
    if verb == "config" and "--get-regexp" not in words:
        return False
    plain = not any(word.startswith("--output") for word in words)
    return plain and verb in _ONLY_READ and all(setting.startswith("filter.") for setting in answer.settings)


_ONLY_READ = frozenset(
    {"rev-parse", "ls-files", "ls-tree", "cat-file", "config", "diff", "log", "merge-base", "status"}
)


def _digest(done: Finished) -> str:
    import hashlib  # most runs keep no answer, and need no OpenSSL

    said = f"{done.exit_code}\0{done.stderr}\0".encode(errors="surrogateescape") + done.stdout
    return hashlib.blake2b(said, digest_size=32).hexdigest()


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in _DROPPED}


def _program() -> str:
    """The Git on PATH. Raises NoVerdict where there is none, or none that can be kept from a checkout's own
    configuration."""
    program = shutil.which("git")
    if program is None:
        raise NoVerdict("git is not on PATH", next_step="Install Git, and see that it is on PATH.")
    version = _version(program)
    if version < _OLDEST:
        raise NoVerdict(
            f"{program} is Git {'.'.join(map(str, version)) or 'of an unknown version'}: before "
            f"{'.'.join(map(str, _OLDEST))}, Git takes a bare repository that lies in the checkout for its own and "
            "runs what that one's configuration names",
            next_step="Install a newer Git.",
        )
    return program


@cache
def _version(program: str) -> tuple[int, ...]:
    """The two numbers of a Git's version; none where it does not say."""
    said = run([program, "--version"], timeout=TIMEOUT, env=_environment()).stdout.decode(errors="replace")
    numbers = re.match(r"git version (\d+)\.(\d+)", said)
    return tuple(map(int, numbers.groups())) if numbers else ()
