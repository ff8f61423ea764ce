"""Decisions for people: the rule and its place, the shares as bars, and why the runner-up lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gateshift.model.shares import percent
from gateshift.report.explain.json import Explained, Explanation
from gateshift.report.explain.json import render as render_json
from gateshift.report.plain_text import printable
from gateshift.report.style import Style, bar
from gateshift.traffic.decision import BackendAnswer, Decision, Forwarded, TraceStep
from gateshift.traffic.filter_effects import location
from gateshift.traffic.request import Protocol, Request

_MOST_STEPS = 12
_PLAIN = Style()
_PHRASES = {
    404: "no route matches",
    421: "misdirected request",
    500: "the share is invalid",
    503: "no endpoints",
}


def render(report: Explanation, style: Style = _PLAIN) -> str:
    """Each decision as a block, or, where the report is not detailed, on one line."""
    if not report.detailed:
        return style.fit("".join(f"{_line(explained, style)}\n" for explained in report.decisions))
    return style.fit("\n\n".join("\n".join(_block(explained, style)) for explained in report.decisions) + "\n")


def _line(explained: Explained, style: Style) -> str:
    decision = explained.decision
    outcome = ", ".join(
        f"{backend.version or backend.name} {percent(backend.share)}"
        for backend in decision.backends
        if backend.share > 0
    )
    if decision.redirect is not None:
        outcome = location(decision.redirect)
    rule = f"  {printable(_rule(explained))}" if decision.route is not None else ""
    return f"{_status(decision, style)}  {printable(_request(decision.request))}  {printable(outcome)}{rule}".rstrip()


def _block(explained: Explained, style: Style) -> Iterator[str]:
    decision = explained.decision
    yield style.paint(printable(_request(decision.request)), "bold")
    yield f"  {printable(_way_in(decision))}"
    yield ""
    yield f"  {_status(decision, style)} {_verdict(decision)}".rstrip()
    if decision.route is not None:
        place = explained.place
        where = "" if place is None else f"  {place.file}:{place.line}:{place.column}"
        yield f"  {printable(_rule(explained))}{style.paint(printable(where), 'dim')}"
    if decision.redirect is not None:
        yield f"  to {printable(location(decision.redirect))}"
    yield from _shares(decision, style)
    for mirror in decision.mirrors:
        part = "" if mirror.share >= 1 else f" of {percent(mirror.share)}"
        yield printable(
            f"  a copy{part} to {_named(mirror.namespace, mirror.name, mirror.port)}; its answer is dropped"
        )
    yield from _effects(decision)
    yield from _why(explained, style)
    for note in decision.notes:
        yield ""
        yield f"  {style.paint('note:', 'cyan')} {printable(note)}"


def _request(request: Request) -> str:
    scheme = "https" if request.is_secure else "http"
    if request.protocol is Protocol.GRPC:
        scheme = "grpcs" if request.is_secure else "grpc"
    query = "&".join(f"{name}={value}" for name, value in request.query)
    target = f"{scheme}://{request.host or request.parent.name}{request.path}{'?' if query else ''}{query}"
    headers = "".join(f" {name}: {value}" for name, value in request.headers)
    return f"{request.method} {target}{headers}"


def _way_in(decision: Decision) -> str:
    request = decision.request
    port = "" if request.port is None else f" port {request.port}"
    if request.parent.kind == "Service":
        client = f" from namespace {request.from_namespace}" if request.from_namespace else ""
        return f"to {request.parent}{port}, a call inside the cluster{client}"
    return f"to {request.parent}{port}" + (f", listener {decision.listener}" if decision.listener else "")


def _status(decision: Decision, style: Style) -> str:
    colour = "green" if decision.status < 400 else "red"
    grpc = "" if decision.grpc_status is None else f" (gRPC {decision.grpc_status})"
    return style.paint(f"{decision.status}{grpc}", colour, "bold")


def _verdict(decision: Decision) -> str:
    if decision.status in _PHRASES and (decision.route is None or decision.status != 404):
        return _PHRASES[decision.status]
    return ""


def _rule(explained: Explained) -> str:
    decision = explained.decision
    named = f" ({explained.rule_name})" if explained.rule_name else ""
    match = f", match {decision.match}" if decision.match is not None and decision.match >= 0 else ""
    route = "" if decision.route is None else str(decision.route.id)
    return f"{route} rule {decision.rule}{named}{match}"


def _shares(decision: Decision, style: Style) -> Iterator[str]:
    """A bar for each backend and version; those without a share after the others."""
    if not decision.backends:
        return
    yield ""
    width = max(len(backend.version or backend.name) for backend in decision.backends)
    cells = style.cells(width + 2 * len("100.00 %"))
    for backend in sorted(decision.backends, key=lambda answer: -answer.share):
        name = printable(f"{backend.version or backend.name:<{width}}")
        drawn = style.paint(bar(backend.share, style, cells), "green" if backend.status == 200 else "red")
        yield f"  {percent(backend.share):>7}  {drawn}  {style.paint(name, 'bold')}  {printable(_path(backend))}"


def _path(answer: BackendAnswer) -> str:
    """From the Service to what runs the pods, and how it fails if it does."""
    service = f"Service {_named(answer.namespace, answer.name, answer.port)}"
    runs = f" -> {', '.join(workload.replace('/', ' ') for workload in answer.workloads)}" if answer.workloads else ""
    failure = f"  {answer.status} {answer.reason}".rstrip() if answer.status != 200 else ""
    return f"{service}{runs}  weight {answer.weight}{failure}"


def _named(namespace: str, name: str, port: int | None) -> str:
    where = f"{namespace}/{name}" if namespace else name
    return where if port is None else f"{where}:{port}"


def _effects(decision: Decision) -> Iterator[str]:
    """What filters change, once where it is the same for every backend."""
    changes = list(dict.fromkeys(backend.forwarded for backend in decision.backends if backend.forwarded is not None))
    for change in changes:
        yield ""
        names = [backend.name for backend in decision.backends if backend.forwarded == change]
        whose = "" if len(changes) == 1 else f" by {', '.join(dict.fromkeys(names))}"
        yield printable(f"  received{whose} as {_received(change, decision.request)}")
        yield from (printable(f"    {line}") for line in _response(change))


def _received(change: Forwarded, request: Request) -> str:
    host = change.host or request.parent.name
    headers = "".join(f" {name}: {value}" for name, value in change.headers)
    return f"{request.method} {host}{change.path}{headers}"


def _response(change: Forwarded) -> Iterator[str]:
    for header in change.response:
        value = f": {header.value}" if header.value else ""
        yield f"response header {header.action} {header.name}{value}"


def _why(explained: Explained, style: Style) -> Iterator[str]:
    """The candidates, the most telling ones first."""
    ordered = sorted(explained.decision.trace, key=_weight)
    if not ordered:
        return
    yield ""
    yield f"  {style.paint('why', 'bold')}"
    subjects = [_subject(step, explained) for step in ordered[:_MOST_STEPS]]
    width = max(map(len, subjects))
    for subject, step in zip(subjects, ordered, strict=False):
        yield printable(f"    {subject:<{width}}  {step.verdict}")
    if len(ordered) > _MOST_STEPS:
        yield f"    and {len(ordered) - _MOST_STEPS} more that do not match"


def _subject(step: TraceStep, explained: Explained) -> str:
    """The candidate, its rule with the name that the owner gave it."""
    route = explained.decision.route
    if route is not None:
        for index, name in enumerate(explained.rule_names):
            rule = f"{route.id} rule {index}"
            if name and step.subject.startswith(f"{rule} "):
                return step.subject.replace(rule, f"{rule} ({name})", 1)
    return step.subject


def _weight(step: TraceStep) -> int:
    """What matches comes first, then the routes that are not attached, then what does not match."""
    if step.verdict.startswith(("wins", "matches")):
        return 0
    return 1 if step.verdict.startswith("is not attached") else 2


FORMATS: dict[str, Callable[[Explanation, Style], str]] = {
    "text": render,
    "json": lambda report, _: render_json(report),
}
"""Every format of `explain`."""
