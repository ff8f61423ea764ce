"""A rule's backends as shares of its requests, split by the versions of the pods behind each.

Source: Gateway API v1.6 apis/v1/shared_types.go (BackendRef.Weight) and httproute_types.go (HTTPRouteRule.BackendRefs):
an invalid reference keeps its share, which is answered with an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gateshift.traffic.decision import BackendAnswer
from gateshift.traffic.endpoints import Backing, Pods
from gateshift.traffic.resolve import INVALID, OK, Resolved


def fractions(weights: Sequence[int]) -> tuple[float, ...]:
    """Each weight's part of their sum; zeros where all are zero."""
    total = sum(weights)
    return tuple(weight / total if total else 0.0 for weight in weights)


def split(resolved: Resolved, share: float) -> tuple[BackendAnswer, ...]:
    """The answers of one backendRef that gets this share: one for each version of the pods behind it."""
    ref = resolved.backend.ref
    return tuple(
        BackendAnswer(
            namespace=ref.namespace,
            name=ref.name,
            port=resolved.backend.port,
            weight=resolved.backend.weight,
            share=share * part,
            version=pods.version,
            status=resolved.status,
            reason=resolved.reason,
            workloads=pods.workloads,
        )
        for pods, part in parts_of(resolved.backing)
    )


def parts_of(behind: Backing) -> tuple[tuple[Pods, float], ...]:
    """What is behind a Service, each version with its part of the requests, by ready pods. Where no pod is ready: the
    only version selected, or one part without a version."""
    ready = [pods for pods in behind.pods if pods.count]
    if not ready:
        return ((behind.pods[0] if len(behind.pods) == 1 else Pods("", 0), 1.0),)
    return tuple(zip(ready, fractions([pods.count for pods in ready]), strict=True))


def status_of(answers: Iterable[BackendAnswer]) -> int:
    """200 where any share answers, else the failure of the largest share; 500 where nothing has a share."""
    drawn = [answer for answer in answers if answer.share > 0]
    if any(answer.status == OK for answer in drawn):
        return OK
    return max(drawn, key=lambda answer: answer.share).status if drawn else INVALID
