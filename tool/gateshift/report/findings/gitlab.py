"""GitLab's Code Quality report: a JSON list that its merge requests compare with the target branch's.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

import hashlib
import json

from gateshift.model.finding import Level
from gateshift.model.report import Gap, ReportedFinding, ValidationReport
from gateshift.report.findings.fingerprint import fingerprints
from gateshift.yamldoc.data import JsonObject

_SEVERITY = {Level.ERROR: "critical", Level.WARNING: "minor", Level.NOTE: "info"}


def render(report: ValidationReport) -> str:
    """One entry a finding, and one of severity `blocker` for what could not be checked."""
    names = fingerprints(report.findings)
    entries = [_finding(finding, name) for finding, name in zip(report.findings, names, strict=True)]
    entries += [_gap(gap, report) for gap in report.gaps]
    return json.dumps(entries, indent=2, ensure_ascii=False) + "\n"


def _finding(finding: ReportedFinding, fingerprint: str) -> JsonObject:
    place = finding.place
    return {
        "description": finding.message + (f" ({finding.help})" if finding.help else ""),
        "check_name": f"{finding.rule} {finding.name}",
        "fingerprint": fingerprint,
        "severity": _SEVERITY[finding.level],
        "location": {"path": place.file, "lines": {"begin": place.line, "end": max(place.line, place.end_line)}},
    }


def _gap(gap: Gap, report: ValidationReport) -> JsonObject:
    """GitLab demands a file: the first root stands in for it."""
    what = f"no verdict: {gap.what}: {gap.why}"
    return {
        "description": what + (f" ({gap.next_step})" if gap.next_step else ""),
        "check_name": "no-verdict",
        "fingerprint": hashlib.sha256(what.encode(errors="surrogatepass")).hexdigest()[:32],
        "severity": "blocker",
        "location": {"path": report.roots[0].path if report.roots else ".", "lines": {"begin": 1}},
    }
