"""One commit of named files, as its user would make it: their hooks run; what fails leaves index and branch as before.

Only `git commit` itself takes its time; an interrupt is Git's first.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from gateshift.errors import Exit, UserError
from gateshift.system import git
from gateshift.system.process import Finished

_UNDER_WAY = {
    "rebase-merge": "a rebase",
    "rebase-apply": "a rebase",
    "MERGE_HEAD": "a merge",
    "CHERRY_PICK_HEAD": "a cherry-pick",
    "REVERT_HEAD": "a revert",
}
"""What Git keeps in its directory while it waits for conflicts to be resolved (gitrepository-layout, git-status)."""

_KEPT_INDEX = "gateshift-index"
"""The index as it was before a commit, in the Git directory."""

_HOOKS = ("pre-commit", "prepare-commit-msg", "commit-msg")
"""The hooks that can refuse a commit (githooks)."""


class MadeCommit(Struct, frozen=True):
    """A commit: its id, and how Git or the run was cut short after it was made."""

    id: str
    cut_short: UserError | KeyboardInterrupt | None = None


def refuse_unfinished(repository: Path) -> None:
    """Raises UserError while a rebase, merge or the like waits for its end: a commit would become a part of it."""
    for path, what in zip(git.paths_in(repository, *_UNDER_WAY), _UNDER_WAY.values(), strict=True):
        if os.path.lexists(path):
            raise UserError(
                f"{what} is under way, and a commit now would become part of it",
                where=str(repository),
                next_step="Finish it or give it up, as `git status` says; then run this again.",
            )


def commit_files(
    repository: Path, contents: Mapping[str, bytes], message: str, branch: str = "", deleted: Sequence[str] = ()
) -> MadeCommit:
    """Commit these files, which have these contents in the work tree, those that were `deleted` from it, and nothing
    else.

    With a branch, on that one: a new one, or one that a run before this one made at this very commit. What is staged
    of other files stays staged. Raises UserError where Git or a hook refuses, with index and branch as they were.
    """
    refuse_unfinished(repository)
    with _on(repository, branch) if branch else contextlib.nullcontext(), _tracked(repository, list(contents)):
        pathspecs = [f":(literal){name}" for name in (*contents, *_known(repository, deleted))]
        before = _head(repository)
        try:
            done = git.commit_with_hooks(repository, "--quiet", "--only", "-m", message, "--", *pathspecs)
        except KeyboardInterrupt as interrupt:
            if _head(repository) == before:
                raise
            return MadeCommit(_head(repository), interrupt)
        if done.exit_code == 0:
            return MadeCommit(_head(repository))
        refusal = UserError(_refusal(repository, done), where=str(repository), next_step=_locked(repository))
        if _head(repository) == before:
            raise refusal
        return MadeCommit(_head(repository), refusal)


def _head(repository: Path) -> str:
    """The id of HEAD's commit; "" before the first one."""
    return git.attempt(repository, "rev-parse", "--verify", "--quiet", "HEAD") or ""


def changed_by_hooks(repository: Path, commit: str, contents: Mapping[str, bytes]) -> tuple[str, ...]:
    """The files that a commit holds, or the work tree has, otherwise than they were to be committed."""
    return tuple(
        name
        for name, content in contents.items()
        if git.attempt(repository, "rev-parse", f"{commit}:{name}")
        != git.write(repository, "hash-object", f"--path={name}", "--stdin", stdin=content)
        or (repository / name).read_bytes() != content
    )


def refuse_flawed(repository: Path, commit: MadeCommit, contents: Mapping[str, bytes]) -> None:
    """Raises UserError (exit code 1) where a hook changed what was committed, and what cut the commit short."""
    short = commit.id[:12]
    names = changed_by_hooks(repository, commit.id, contents)
    if names:
        raise UserError(
            f"a hook changed {', '.join(names)}: commit {short} was made, and is not what was promoted",
            where=str(repository),
            next_step=f"See `git show {short}` and `git status`. `git reset --soft HEAD~1` takes it back.",
            exit_code=Exit.FINDINGS,
        )
    if isinstance(commit.cut_short, UserError):
        raise UserError(
            f"commit {short} was made, and then {commit.cut_short.what}",
            where=str(repository),
            next_step=commit.cut_short.next_step or f"See `git show {short}` and `git status`.",
            exit_code=Exit.FINDINGS,
        )
    if commit.cut_short is not None:
        raise commit.cut_short


@contextlib.contextmanager
def _on(repository: Path, name: str) -> Iterator[None]:
    """On the branch while this runs, and after; where it fails, back on the branch from before, and a new one gone."""
    before = git.attempt(repository, "symbolic-ref", "--quiet", "HEAD")
    new = start_branch(repository, name)
    try:
        yield
    except BaseException:
        if before:
            git.write(repository, "symbolic-ref", "HEAD", before)
        else:
            git.write(repository, "switch", "--quiet", "--detach", "HEAD")
        if new:
            git.attempt(repository, "branch", "--quiet", "--delete", "--force", "--", name)
        raise


def start_branch(repository: Path, name: str) -> bool:
    """Switch to a branch at HEAD, the work tree as it is; whether it had to be made. Raises UserError where Git refuses
    the name, and where the branch is at another commit."""
    if name.startswith("-") or git.attempt(repository, "check-ref-format", "--branch", name) is None:
        raise UserError(f"{name!r} is not a name for a branch")
    there = git.attempt(repository, "rev-parse", "--verify", "--quiet", f"refs/heads/{name}^{{commit}}")
    if there is None:
        git.write(repository, "switch", "--quiet", "--create", name)
        return True
    if there != git.commit_id(repository, "HEAD"):
        raise UserError(
            f"there is a branch {name} already, and it is not at HEAD",
            where=str(repository),
            next_step=f"Give --branch another name, or delete that one: `git branch -D {name}`.",
        )
    git.write(repository, "switch", "--quiet", name)
    return False


@contextlib.contextmanager
def _tracked(repository: Path, names: Sequence[str]) -> Iterator[None]:
    """With files that Git does not know yet in the index while this runs, and after; where it fails, with the index as
    it was, which is kept as a second name of it, since that needs no room on the disk."""
    known = _known(repository, names)
    new = [name for name in names if name not in known]
    if not new:
        yield
        return
    (index,) = git.paths_in(repository, "index")
    kept = index.with_name(_KEPT_INDEX)
    kept.unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # a first commit has no index yet, and some file systems have no second names
        os.link(index, kept)
    try:
        git.write(repository, "add", "--", *new)
        yield
    except BaseException:
        if kept.exists():
            kept.replace(index)
        else:
            git.attempt(repository, "rm", "--cached", "--quiet", "--force", "--ignore-unmatch", "--", *new)
        raise
    kept.unlink(missing_ok=True)


def _known(repository: Path, names: Sequence[str]) -> list[str]:
    """Those of the files that are in the index."""
    return git.write(repository, "ls-files", "-z", "--full-name", "--", *names).split("\0")[:-1] if names else []


def _locked(repository: Path) -> str:
    """What to do about the lock that a Git which was killed left on its index; "" where there is none."""
    (lock,) = git.paths_in(repository, "index.lock")
    return f"Delete {lock}, unless another Git runs here, and see `git status`." if os.path.lexists(lock) else ""


def _refusal(repository: Path, done: Finished) -> str:
    """Why a commit was not made; where nobody says it, the hooks that may have refused it."""
    if done.exit_code < 0:
        return f"`git commit` was killed by signal {-done.exit_code}"
    what = f"`git commit` failed with exit code {done.exit_code}"
    said = done.stderr.strip() or done.stdout.decode(errors="replace").strip()
    if said:
        return f"{what}: {said}"
    (folder,) = git.paths_in(repository, "hooks")
    hooks = [name for name in _HOOKS if os.access(folder / name, os.X_OK)]
    return f"{what}, and said nothing: " + (
        f"the hook {folder / hooks[0]} refused it"
        if len(hooks) == 1
        else f"one of the hooks {', '.join(hooks)} in {folder} refused it"
        if hooks
        else "see what `git commit` says when you run it"
    )
