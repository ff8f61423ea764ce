"""What `--help` shows, at the width of a small terminal."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from gateshift.cli.main import COMMANDS, GROUPS, cli


def shown(*words: str) -> list[str]:
    """The lines of the help, 80 columns wide."""
    return CliRunner().invoke(cli, [*words, "--help"], terminal_width=80).output.splitlines()


def test_the_commands_stand_in_groups_each_in_one_line_without_a_comma() -> None:
    lines = shown()
    assert [line.removesuffix(":") for line in lines if line.endswith(":")] == ["Options", *GROUPS]
    for name, (_, summary) in COMMANDS.items():
        (line,) = (line for line in lines if line.startswith(f"  {name} "))
        assert line.endswith(summary)
        assert "," not in summary


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_help_is_as_wide_as_the_terminal(name: str) -> None:
    lines = shown(name)
    end = lines.index("  Examples:") if "  Examples:" in lines else len(lines)  # a command line is not broken
    assert max(map(len, lines[:end])) <= 80


@pytest.mark.parametrize("name", ["validate", "plan", "promote", "status", "adopt"])
def test_a_commands_own_options_come_first_and_the_programs_last(name: str) -> None:
    lines = shown(name)
    heads = [line for line in lines if line in ("Options:", "Answer:", "Programs and schemas:")]
    assert heads == ["Options:", "Answer:", "Programs and schemas:"]
    assert any("--kustomize" in line for line in lines[lines.index("Programs and schemas:") :])
    assert not any("--kustomize" in line for line in lines[: lines.index("Programs and schemas:")])


def test_github_is_told_of_only_where_it_is_a_format() -> None:
    assert any("GitHub Actions" in line for line in shown("validate"))
    assert not any("GitHub Actions" in line for line in shown("status"))


@pytest.mark.parametrize("words", [("status",), ("tools", "list"), ("rules", "GS302")], ids=" ".join)
def test_a_format_of_other_commands_leaves_a_command_its_own(words: tuple[str, ...]) -> None:
    for value, beginning in (("sarif", ""), ("sarif json", "{"), ("json", "{")):
        done = CliRunner().invoke(cli, words, env={"GATESHIFT_FORMAT": value, "GITHUB_ACTIONS": None})
        assert done.exception is None or isinstance(done.exception, SystemExit)
        assert done.output.startswith("{") is bool(beginning)


def test_a_word_that_is_no_format_is_refused() -> None:
    done = CliRunner().invoke(cli, ["rules"], env={"GATESHIFT_FORMAT": "nonsense"})
    assert done.exit_code == click.UsageError.exit_code
    assert "'nonsense' is not one of" in done.output
