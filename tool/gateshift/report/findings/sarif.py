"""SARIF 2.1.0, as GitHub code scanning, Azure DevOps and editors read it.

OASIS SARIF 2.1.0 with errata 01; the limits are GitHub's
(https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from gateshift import __version__
from gateshift.model.finding import Level
from gateshift.model.report import Gap, ReportedFinding, ReportedPlace, ReportedRelated, ValidationReport
from gateshift.model.rule import Rule
from gateshift.report.findings.fingerprint import fingerprints, relative_uri
from gateshift.report.markdown_text import prose
from gateshift.yamldoc.data import Json, JsonObject

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
HOME = "https://github.com/gateshift/gateshift"
MOST_RESULTS = 25_000
"""GitHub refuses a file with more results, and stores the worst 5,000."""

_STORED = 5_000
_MOST_RELATED = 100
_LONGEST_SNIPPET = 400
_LINK = re.compile(r"\[[^\[\]]*\]\(")
_BASE = "%SRCROOT%"
_SEVERITY = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "recommendation"}


def render(report: ValidationReport, rules: Mapping[str, Rule]) -> str:
    """One run. `rules` documents the rules by id; one that it lacks is described by its name alone."""
    return json.dumps(document(report, rules), indent=1, ensure_ascii=False) + "\n"


def document(report: ValidationReport, rules: Mapping[str, Rule]) -> JsonObject:
    """The log as plain data; of too many findings the worst are kept, and a notification counts the rest."""
    pairs = list(zip(report.findings, fingerprints(report.findings), strict=True))
    if len(pairs) > MOST_RESULTS:
        pairs = sorted(pairs, key=lambda pair: pair[0].level.rank)[:MOST_RESULTS]
    found = {finding.rule: finding for finding, _ in pairs}
    index = {rule: position for position, rule in enumerate(sorted(found))}
    results: list[Json] = [
        _result(finding, name, index[finding.rule], whole=number < _STORED)
        for number, (finding, name) in enumerate(pairs)
    ]
    run: JsonObject = {
        "tool": {"driver": _driver([_rule(found[rule], rules.get(rule)) for rule in sorted(found)])},
        "automationDetails": {"id": "gateshift/"},
        "invocations": [_invocation(report)],
        "originalUriBaseIds": {_BASE: {"description": {"text": "The folder that gateshift ran in."}}},
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _driver(rules: list[Json]) -> JsonObject:
    return {
        "name": "gateshift",
        "semanticVersion": __version__,
        "informationUri": HOME,
        "rules": rules,
    }


def _rule(finding: ReportedFinding, rule: Rule | None) -> JsonObject:
    described: JsonObject = {"id": finding.rule, "name": "".join(word.title() for word in finding.name.split("-"))}
    if rule is None:
        return described | {"shortDescription": {"text": finding.name.replace("-", " ")}}
    text = f"{rule.meaning}\n\n{rule.why}\n\nSource: {rule.source}"
    return described | {
        "shortDescription": {"text": rule.meaning},
        "fullDescription": {"text": rule.why},
        "help": {"text": text, "markdown": _help(rule)},
        "helpUri": f"{HOME}/blob/main/docs/rules.md#{rule.id.lower()}",
        "defaultConfiguration": {"level": finding.level.value},
        "properties": {
            "tags": ["gateway-api", rule.family.name.lower()],
            "precision": "high",
            "problem.severity": _SEVERITY[finding.level],
        },
    }


def _help(rule: Rule) -> str:
    return f"**{prose(rule.meaning)}**\n\n{prose(rule.why)}\n\nSource: {prose(rule.source)}"


def _invocation(report: ValidationReport) -> JsonObject:
    notifications: list[Json] = [_gap(gap) for gap in report.gaps]
    over = len(report.findings) - MOST_RESULTS
    if over > 0:
        text = f"{over} findings are left out: GitHub takes {MOST_RESULTS} of a run."
        notifications.append({"level": "warning", "message": {"text": text}})
    return {"executionSuccessful": not report.gaps, "toolExecutionNotifications": notifications}


def _gap(gap: Gap) -> JsonObject:
    text = " ".join(part for part in (f"{gap.what}:", gap.why, gap.next_step) if part)
    return {"level": "error", "message": _message(text)}


def _message(text: str) -> JsonObject:
    """A plain message, in which nothing from a file is read as an embedded link (section 3.11.6)."""
    return {"text": _LINK.sub(lambda link: link[0].replace("[", "\\[").replace("]", "\\]"), text)}


def _result(finding: ReportedFinding, fingerprint: str, rule_index: int, *, whole: bool) -> JsonObject:
    """One result; `whole` is false for those that GitHub does not store, whose lines would only fill the file."""
    text = finding.message + (f"\n{finding.help}" if finding.help else "")
    location: JsonObject = {"physicalLocation": _physical(finding.place, snippet=whole)}
    if finding.resource is not None:
        name = f"{finding.resource} {finding.pointer}".strip()
        location["logicalLocations"] = [{"fullyQualifiedName": name, "kind": "resource"}]
    result: JsonObject = {
        "ruleId": finding.rule,
        "ruleIndex": rule_index,
        "level": finding.level.value,
        "message": _message(text),
        "locations": [location],
        "partialFingerprints": {"gateshiftFault/v1": fingerprint},
        "properties": {"roots": list(finding.roots), "clusterSays": finding.cluster_says},
    }
    related = finding.related[:_MOST_RELATED] if whole else ()
    if related:
        result["relatedLocations"] = [_related(place, number) for number, place in enumerate(related)]
    return result


def _related(related: ReportedRelated, number: int) -> JsonObject:
    return {
        "id": number,
        "message": _message(related.message),
        "physicalLocation": _physical(related.place, snippet=True),
    }


def _physical(place: ReportedPlace, *, snippet: bool) -> JsonObject:
    location: JsonObject = {
        "artifactLocation": {"uri": relative_uri(place.file), "uriBaseId": _BASE},
        "region": _region(place),
    }
    if snippet and place.excerpt and sum(len(line.text) for line in place.excerpt) <= _LONGEST_SNIPPET:
        location["contextRegion"] = {
            "startLine": place.excerpt[0].number,
            "endLine": place.excerpt[-1].number,
            "snippet": {"text": "\n".join(line.text for line in place.excerpt)},
        }
    return location


def _region(place: ReportedPlace) -> JsonObject:
    """The span; for a point, its line from that column on."""
    start: JsonObject = {"startLine": place.line, "startColumn": place.column}
    if (place.end_line, place.end_column) <= (place.line, place.column):
        return start
    return start | {"endLine": place.end_line, "endColumn": place.end_column}
