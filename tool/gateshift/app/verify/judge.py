"""From counts to verdicts: exact intervals whose confidence is that of the whole run.

Each interval may fail with a probability of (1 - confidence) / tests, so that with the stated confidence none does,
whatever depends on what (Bonferroni). The number of requests is fixed before the first is sent: no verdict is read off
early. An answer that tells no version, and a request without an answer, may have been any version's: the intervals are
as wide as that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gateshift.app.verify.class_plans import DEFAULT_CLASS, ClassPlan, Shares
from gateshift.app.verify.tally import ClassTally
from gateshift.model.binomial import interval
from gateshift.model.shares import percent
from gateshift.model.verification import MeasuredClass, MeasuredVersion, ShareVerdict


def tests_of(versions: int, classes: int) -> int:
    """How many intervals a run has: of two versions the second's is the first's, turned round."""
    return classes * (1 if versions == 2 else versions)


def measured(
    plan: ClassPlan, default: ClassPlan, tally: ClassTally, alpha: float, needed: int | None, stopped: str = ""
) -> MeasuredClass:
    """The class with its verdict. `alpha` is each interval's; `stopped` says why the run ended before its time."""
    versions = tuple(_versions(plan, tally, alpha))
    reason = plan.reason or stopped
    verdict = ShareVerdict.NOT_PROVEN
    if not reason:
        verdict, reason = _verdict(plan, default, versions, tally, needed)
    return MeasuredClass(
        name=plan.name,
        match=plan.match,
        requests=tally.requests,
        errors=sum(tally.errors.values()) + tally.unanswered,
        versions=versions,
        unidentified=tally.answers[""],
        verdict=verdict,
        reason=reason,
        needed=needed,
        cookies=tuple(sorted(tally.cookies)),
        notes=(*tally.notes(), *_rounding(versions)),
    )


def _versions(plan: ClassPlan, tally: ClassTally, alpha: float) -> Iterator[MeasuredVersion]:
    unknown = tally.answers[""] + tally.unanswered
    for version, declared in plan.declared.items():
        count = tally.answers[version]
        low, _ = interval(count, tally.requests, alpha)
        _, high = interval(count + unknown, tally.requests, alpha)
        yield MeasuredVersion(
            version=version,
            count=count,
            share=count / tally.identified if tally.identified else None,
            declared=declared,
            low=low,
            high=high,
            errors=tally.errors[version],
            p50_ms=tally.milliseconds(version, 0.5),
            p99_ms=tally.milliseconds(version, 0.99),
        )


def _verdict(
    plan: ClassPlan, default: ClassPlan, versions: Sequence[MeasuredVersion], tally: ClassTally, needed: int | None
) -> tuple[ShareVerdict, str]:
    if not tally.identified:
        return ShareVerdict.NOT_PROVEN, _no_version(tally)
    off = [version for version in versions if not version.low <= version.declared <= version.high]
    if off and plan.name != DEFAULT_CLASS and _holds(versions, default.declared):
        return ShareVerdict.NOT_PROVEN, (
            "no request reached the rule: the answers are those of the default; a front end that drops or changes what "
            "the rule matches looks the same"
        )
    if off:
        return ShareVerdict.OFF, "; ".join(map(_off, off))
    alike = [other for other in plan.neighbours if _holds(versions, other)]
    if not alike:
        return ShareVerdict.AS_DECLARED, ""
    return ShareVerdict.NOT_PROVEN, _alike(alike[0], tally, needed)


def _holds(versions: Sequence[MeasuredVersion], shares: Shares) -> bool:
    """Whether the intervals allow these shares."""
    return all(version.low <= shares[version.version] <= version.high for version in versions)


def _no_version(tally: ClassTally) -> str:
    if not tally.requests:
        return "no request was sent"
    if tally.unanswered == tally.requests:
        return "no request was answered"
    return "no rule of `verify` tells the answers apart"


def _off(version: MeasuredVersion) -> str:
    return (
        f"{version.version} has {percent(version.low)} to {percent(version.high)} of the requests, declared is "
        f"{percent(version.declared)}"
    )


def _alike(other: Shares, tally: ClassTally, needed: int | None) -> str:
    shares = ", ".join(f"{version} {percent(share)}" for version, share in other.items() if share)
    unknown = tally.answers[""] + tally.unanswered
    if unknown and needed is not None and tally.requests >= needed:
        return f"{unknown} requests whose version is unknown leave a neighbouring stage's shares possible ({shares})"
    more = f": {needed} requests are planned for that" if needed is not None and needed > tally.requests else ""
    return f"too few requests to tell the stage from a neighbouring one ({shares}){more}"


def _rounding(versions: Sequence[MeasuredVersion]) -> Iterator[str]:
    """A controller that knows whole percentages only makes other shares of weights that are none."""
    for version in versions:
        rounded = round(version.declared * 100) / 100
        if abs(rounded - version.declared) > 1e-9 and version.low <= rounded <= version.high:
            yield (
                f"{version.version}'s declared share, {version.declared:.4%}, is not a whole percentage: a controller "
                f"that rounds it to {rounded:.0%} is not told apart here"
            )
            return
