import os
import pty
import stat
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from gateshift.cli.output import Output, OutputCommand, Target, output_options, pair
from gateshift.errors import UserError
from gateshift.report.style import Style

FORMATS = ("text", "sarif", "json", "github", "markdown")


@click.command(cls=OutputCommand)
@output_options(FORMATS)
@click.argument("paths", nargs=-1)
def probe(paths: tuple[str, ...], output: Output) -> None:
    def render(name: str, style: Style) -> str:
        return f"{name} {' '.join(paths)} colour={style.colour} é\n"

    output.write(render)


def run(*arguments: str, **environ: str) -> Result:
    cleared = {"GITHUB_ACTIONS": None, "GITHUB_STEP_SUMMARY": None, "NO_COLOR": None, "FORCE_COLOR": None}
    return CliRunner().invoke(probe, arguments, env=cleared | environ, auto_envvar_prefix="GATESHIFT_PROBE")


@pytest.fixture(autouse=True)
def _in_tmp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_an_output_belongs_to_the_format_before_it() -> None:
    result = run("-f", "text", "-f", "sarif", "-o", "a.sarif", "-f", "json", "--output=a.json", "base")
    assert result.stdout == "text base colour=False é\n"
    assert Path("a.sarif").read_text() == "sarif base colour=False é\n"
    assert Path("a.json").read_text().startswith("json")


def test_the_issues_own_pair() -> None:
    result = run("-f", "sarif", "-o", "a.sarif", "-f", "text")
    assert result.stdout.startswith("text")
    assert Path("a.sarif").read_text().startswith("sarif")


def test_an_output_before_any_format_belongs_to_the_first() -> None:
    assert run("-o", "a.sarif", "-f", "sarif").stdout == ""
    assert Path("a.sarif").read_text().startswith("sarif")


def test_an_output_alone_is_text() -> None:
    run("-o", "a.txt", GITHUB_ACTIONS="true")
    assert Path("a.txt").read_text().startswith("text")


def test_a_dash_is_standard_output() -> None:
    assert run("-f", "sarif", "-o", "-").stdout.startswith("sarif")


def test_the_environment_pairs_by_position() -> None:
    result = run(GATESHIFT_PROBE_FORMAT="sarif text", GATESHIFT_PROBE_OUTPUT="a.sarif")
    assert result.stdout.startswith("text")
    assert Path("a.sarif").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("-f", "text", "-f", "json"),
        ("-f", "text", "-o", "a", "-o", "b"),
        ("-o", "a", "-o", "b"),
        ("-f", "text", "-o", "a", "-f", "json", "-o", "./a"),
        ("-f", "xml"),
    ],
)
def test_what_cannot_be_paired_is_a_usage_error_and_writes_nothing(arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2
    assert list(Path().iterdir()) == []


def test_inside_github_actions_the_format_is_github_and_the_summary_gets_markdown() -> None:
    Path("summary.md").write_text("before\n")
    result = run(GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY="summary.md")
    assert result.stdout.startswith("github")
    assert Path("summary.md").read_text() == "before\nmarkdown  colour=False é\n"


def test_a_chosen_format_wins_over_github_actions() -> None:
    result = run("-f", "json", GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY="summary.md")
    assert result.stdout.startswith("json")
    assert not Path("summary.md").exists()


def test_a_summary_too_long_for_github_is_cut_at_a_line() -> None:
    output = Output((Target("github"),), summary=Path("summary.md"))
    output.write(lambda name, _: "x" * 99 + "\n" if name == "github" else ("é" * 99 + "\n") * 20_000)
    content = Path("summary.md").read_bytes()
    assert (1 << 20) - 400 < len(content) <= 1 << 20
    assert content.decode().splitlines()[-1] == "(The rest is longer than a step summary may be.)"


def test_pairing_without_order_falls_back_to_positions() -> None:
    assert pair(("sarif", "text"), (Path("a"),), (), "text") == (Target("sarif", Path("a")), Target("text"))


def test_parents_are_made_and_a_replaced_file_keeps_its_mode_and_its_link() -> None:
    Path("real.txt").write_text("old")
    Path("real.txt").chmod(0o640)
    Path("link.txt").symlink_to("real.txt")
    run("-o", "link.txt")
    run("-o", "new/deep/a.txt")
    assert Path("link.txt").is_symlink()
    assert Path("real.txt").read_text().startswith("text")
    assert stat.S_IMODE(Path("real.txt").stat().st_mode) == 0o640
    assert Path("new/deep/a.txt").read_text().startswith("text")
    assert sorted(path.name for path in Path().iterdir()) == ["link.txt", "new", "real.txt"]


def test_a_pipe_is_written_to_as_it_stands() -> None:
    os.mkfifo("pipe")
    reader = os.open("pipe", os.O_RDONLY | os.O_NONBLOCK)
    run("-f", "json", "-o", "pipe")
    assert os.read(reader, 100).startswith(b"json")
    os.close(reader)
    assert stat.S_ISFIFO(Path("pipe").stat().st_mode)


def test_a_folder_that_cannot_be_written_is_said_in_one_line() -> None:
    Path("file").write_text("")
    result = run("-o", "file/a.txt")
    assert isinstance(result.exception, UserError)
    assert "cannot write file/a.txt" in str(result.exception)


@pytest.mark.parametrize(
    ("choice", "environ", "colour"),
    [
        ("auto", {}, False),
        ("auto", {"FORCE_COLOR": "1"}, True),
        ("auto", {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ("auto", {"FORCE_COLOR": "0"}, False),
        ("always", {"NO_COLOR": "1"}, True),
        ("never", {"FORCE_COLOR": "1"}, False),
    ],
)
def test_colour_without_a_terminal(choice: str, environ: dict[str, str], colour: bool) -> None:  # noqa: FBT001
    assert f"colour={colour}" in run("--color", choice, **environ).stdout


def test_a_file_never_gets_colour() -> None:
    run("--color", "always", "-o", "a.txt")
    assert "colour=False" in Path("a.txt").read_text()


PROBE = """
import click
from gateshift.cli.output import OutputCommand, output_options
@click.command(cls=OutputCommand)
@output_options(("text", "json"))
def probe(output):
    output.write(lambda name, style: f"colour={style.colour} unicode={style.unicode} {style.width} \\u2192\\n")
probe()
"""


def on_a_terminal(*arguments: str, **environ: str) -> str:
    """What the probe prints on a pseudo terminal."""
    master, terminal = pty.openpty()
    cleared = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "FORCE_COLOR")}
    command = [sys.executable, "-c", PROBE, *arguments]
    with subprocess.Popen(command, stdout=terminal, env=cleared | environ) as process:
        process.wait(timeout=30)
        os.close(terminal)
        printed = os.read(master, 1000).decode()
    os.close(master)
    return printed


def test_a_terminal_gets_colour_and_unicode() -> None:
    assert on_a_terminal(TERM="xterm", PYTHONIOENCODING="utf-8", COLUMNS="71") == "colour=True unicode=True 71 →\r\n"


def test_a_dumb_or_ascii_terminal_gets_neither() -> None:
    printed = on_a_terminal(TERM="dumb", PYTHONIOENCODING="ascii", COLUMNS="80")
    assert printed == "colour=False unicode=False 80 \\u2192\r\n"
