"""What an attack measured, told at the end of the run, whichever worker made it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Figures = Callable[[str], None]


@pytest.fixture
def figures(record_property: Callable[[str, object], None]) -> Figures:
    """Takes one line of figures."""
    return lambda line: record_property("figures", line)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Every line, in the order of the tests' names."""
    reports = [report for outcome in ("passed", "failed") for report in terminalreporter.stats.get(outcome, ())]
    told = sorted((report.nodeid, line) for report in reports for name, line in report.user_properties)
    terminalreporter.section("figures")
    for _, line in told:
        terminalreporter.write_line(line)
