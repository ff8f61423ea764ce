"""What a user sees of a defect of gateshift's own: one line, exit code 70, and a file with the traceback."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from gateshift.cli import plan, validate
from gateshift.cli.defects import Session, tell_gaps
from gateshift.cli.main import run
from gateshift.errors import Exit, NoVerdict, RootDefect, UserError
from gateshift.model.finding import Level
from gateshift.model.plan import PullRequestReport
from gateshift.model.report import OWN_DEFECT, Gap, ValidationReport

DEFECT = Gap("a was not wholly checked", f"{OWN_DEFECT}KeyError: 'a'", "Send it.", "Traceback\nKeyError: 'a'\n")
MISSING = Gap("b was not built", "kustomize is missing", "Install it.")


@pytest.fixture(autouse=True)
def reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that reports are written to, empty at first."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def command(error: Exception) -> click.Command:
    """A command that ends with that error."""

    @click.command()
    @click.option("-v", "--verbose", is_flag=True)
    def fail(*, verbose: bool) -> None:
        Session.current().verbose = verbose
        raise error

    return fail


def test_a_defect_is_one_line_and_a_file(reports: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(command(KeyError("port\x1b[31m\n80")), []) == Exit.DEFECT == 70
    line = capsys.readouterr().err
    (file,) = reports.iterdir()
    assert line == f"gateshift: a defect of gateshift's own: KeyError: 'port\\x1b[31m\\n80'; the report is in {file}\n"
    assert "Traceback" in file.read_text()
    assert re.match(r"gateshift \S+, Python 3", file.read_text())
    assert file.stat().st_mode & 0o077 == 0


def test_the_line_holds_no_characters_that_move_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    run(command(ValueError("port\x1b[31m\n80")), [])
    assert "ValueError: port [31m 80; " in capsys.readouterr().err


def test_verbose_shows_the_traceback_too(capsys: pytest.CaptureFixture[str]) -> None:
    run(command(ValueError("port")), ["-v"])
    assert "Traceback" in capsys.readouterr().err


def test_a_report_that_cannot_be_written_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))
    assert run(command(ValueError("port")), []) == Exit.DEFECT
    assert capsys.readouterr().err.endswith("the report could not be written, -v shows it\n")


def test_a_mistake_of_the_user_is_no_defect(reports: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(command(UserError("the file is not YAML")), ["-v"]) == Exit.USAGE
    assert run(command(NoVerdict("kustomize is missing")), []) == Exit.NO_VERDICT
    assert "Traceback" not in capsys.readouterr().err
    assert list(reports.iterdir()) == []


def test_the_defect_of_a_root_is_told_with_its_own_traceback(reports: Path) -> None:
    assert run(command(RootDefect("KeyError: 'a'", DEFECT.defect)), []) == Exit.DEFECT
    (file,) = reports.iterdir()
    assert file.read_text().endswith(DEFECT.defect)


def test_a_defect_wins_over_no_verdict_and_findings() -> None:
    assert validate.exit_code(ValidationReport((), (), gaps=(MISSING, DEFECT)), Level.ERROR) == Exit.DEFECT
    assert validate.exit_code(ValidationReport((), (), gaps=(MISSING,)), Level.ERROR) == Exit.NO_VERDICT
    assert plan.exit_code(PullRequestReport("main", (), (MISSING, DEFECT))) == Exit.DEFECT
    assert plan.exit_code(PullRequestReport("main", (), (MISSING,))) == Exit.NO_VERDICT


def test_defects_of_several_roots_share_a_report(reports: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = Gap("b was not read", f"{OWN_DEFECT}ValueError: b", "Send it.", "Traceback\nValueError: b\n")
    tell_gaps((DEFECT, MISSING, other), Session())
    (file,) = reports.iterdir()
    assert "KeyError: 'a'\n\nTraceback\nValueError: b\n" in file.read_text()
    assert [line.partition(";")[0] for line in capsys.readouterr().err.splitlines()] == [
        "gateshift: a defect of gateshift's own: KeyError: 'a'",
        "gateshift: a defect of gateshift's own: ValueError: b",
    ]


def test_gaps_without_a_defect_are_not_told_again(reports: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tell_gaps((MISSING,), Session())
    assert list(reports.iterdir()) == []
    assert capsys.readouterr().err == ""
