"""The form of a stage: what is deployed, and who gets which requests."""

from __future__ import annotations

from msgspec.structs import replace

from gateshift.config.schema import vocabulary
from gateshift.config.schema.route import MATCH
from gateshift.config.schema.schema_types import Either, Fields, Flag, ListOf, MapOf, Number
from gateshift.config.schema.workload import OBJECTS

_VERSION = replace(vocabulary.LABEL, expects="a version's name")
_RULE = Fields(
    expects="a rule such as {name: debug, match: {headers: {user-agent: debug}}, to: v2}",
    required=("name", "match", "to"),
    keys={
        "name": replace(vocabulary.LABEL, means="The rule's name, of its own within the stage."),
        "match": Either(
            means="Conditions that must all hold, or a list of such: then one of them is enough.",
            expects="conditions such as {headers: {user-agent: debug}}, or a list of such",
            options=(MATCH, ListOf(expects="a list of matches", item=MATCH, least=1, most=64)),
        ),
        "to": replace(_VERSION, means="The version that answers."),
    },
)

_MIRROR = Either(
    means="A version that gets a copy of the production rule's requests; its answers are thrown away.",
    expects="a version's name, or {to: v2, percent: 10}",
    options=(
        _VERSION,
        Fields(
            expects="a mirror such as {to: v2, percent: 10}",
            required=("to",),
            keys={
                "to": replace(_VERSION, means="The version that gets the copies."),
                "percent": Number(
                    means="How many requests are copied.",
                    expects="a whole percentage, 1 to 100",
                    least=1,
                    most=100,
                    default=100,
                ),
            },
        ),
    ),
)

STAGE = Fields(
    expects="a stage such as {name: canary, shares: {v1: 90, v2: 10}}",
    required=("name",),
    keys={
        "name": replace(vocabulary.LABEL, means="The stage's name, which is its directory's under overlays/."),
        "description": replace(vocabulary.SENTENCE, means="What the stage is for; written into its files."),
        "deploy": ListOf(
            means="The versions that run; all of them unless given.",
            expects="a list of versions",
            item=_VERSION,
            least=1,
            most=16,
            distinct=True,
        ),
        "services": ListOf(
            means="The versions that have a Service of their own; those that run unless given.",
            expects="a list of versions",
            item=_VERSION,
            most=16,
            distinct=True,
        ),
        "shares": MapOf(
            means="Each version's share of the requests: numbers that count relative to their sum. Without shares "
            "the stage has no route.",
            expects="shares such as {v1: 90, v2: 10}",
            name=_VERSION,
            value=Number(expects="a whole number, 0 to 1000000", least=0, most=1_000_000),
            least=1,
            most=16,
        ),
        "rules": ListOf(
            means="Rules next to the production rule, for requests that go to one version.",
            expects="a list of rules",
            item=_RULE,
            most=15,
        ),
        "mirror": _MIRROR,
        "objects": replace(OBJECTS, means="Objects of your own that only this stage has, such as a migration Job."),
        "soak": replace(
            vocabulary.DURATION, means="How long the stage should last before the next; shown, not enforced."
        ),
        "approval": Flag(
            means="Whether somebody should approve the step to the next stage; shown, not enforced.", default=False
        ),
    },
    elsewhere={
        "weights": "here they are called `shares`",
        "versions": "here they are called `deploy`",
        "replicas": "replicas belong to a version or an environment",
        "image": "the image belongs to a version",
    },
)

STAGES = ListOf(
    means="The stages in the order the rollout passes through them; each becomes an overlay.",
    expects="a list of stages",
    item=STAGE,
    least=1,
    most=1000,
)
