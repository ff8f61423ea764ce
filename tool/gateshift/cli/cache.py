"""`gateshift cache`: the answers that are kept between runs."""

from __future__ import annotations

import click

from gateshift.system.answer_store import MOST_BYTES, AnswerStore, Usage
from gateshift.system.cache import cache_root

_EPILOG = """\b
Examples:
  gateshift cache show                 where answers are kept, and what they take
  gateshift cache prune                delete all of them
  gateshift cache prune --to 50        keep those used last, up to 50 MiB
"""
_MIB = 1 << 20


@click.group("cache", epilog=_EPILOG)
def command() -> None:
    """Show and delete the answers that are kept between runs.

    Losing them costs time and no data. Programs and schemas lie in the same directory and are not touched.
    """


@command.command("show")
def show_command() -> None:
    """Show where answers are kept, how many there are, and what they take."""
    store = _store()
    click.echo(f"{store.folder}\n{_described(store.usage())}, at most {MOST_BYTES // _MIB} MiB")


@command.command("prune")
@click.option(
    "--to", metavar="MIB", type=click.IntRange(min=0), default=0, help="Keep those used last, up to this size."
)
def prune_command(to: int) -> None:
    """Delete the answers that were not used for longest."""
    click.echo(f"deleted {_described(_store().prune(to * _MIB))}")


def _store() -> AnswerStore:
    return AnswerStore.of(cache_root())


def _described(usage: Usage) -> str:
    entries = "entry" if usage.entries == 1 else "entries"
    return f"{usage.entries} {entries}, {usage.size / _MIB:.1f} MiB"
