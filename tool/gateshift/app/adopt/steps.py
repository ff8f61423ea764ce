"""The stages that lead from what runs to the version that comes, and what to wait for in each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import gcd

from msgspec import Struct

from gateshift.yamldoc.data import Json, JsonObject, text_at


class ProposedStage(Struct, frozen=True):
    """A stage as gateshift.yaml has it, and what to wait for before the next; "" for nothing."""

    data: JsonObject
    waits_for: str

    @property
    def name(self) -> str:
        """The stage's name."""
        return text_at(self.data, "name")


class Step(Struct, frozen=True):
    """A stage on the way: the target's share in per cent, how long the stage should last ("" where nothing says), and
    the conditions of requests that go to the target whatever the shares."""

    percent: int
    soak: str = ""
    approval: bool = False
    match: tuple[JsonObject, ...] = ()

    @property
    def name(self) -> str:
        """The stage's name."""
        named = {0: "debug", 10: "canary", 50: "half"}
        return named.get(self.percent, f"share-{self.percent}") + ("-matched" if self.match and self.percent else "")

    def fields(self, target: str) -> JsonObject:
        """What the stage has next to its shares."""
        data: JsonObject = {"soak": self.soak} if self.soak else {}
        data |= {"approval": True} if self.approval else {}
        rule: JsonObject = {"name": "matched", "match": list[Json](self.match), "to": target}
        return data | ({"rules": [rule]} if self.match else {})

    def description(self, target: str) -> str:
        """What the stage is for."""
        share = _SHARES.get(self.percent, f"{self.percent} of 100 requests go")
        matched = f"Requests that ask for it go to {target}"
        if not self.percent:
            return f"{matched}, and no others."
        return f"{share} to {target}." + (f" {matched} too." if self.match else "")


_SHARES = {10: "One request in ten goes", 50: "Half of the requests go"}
TWO_STEPS = (Step(10), Step(50))


class Shift(Struct, frozen=True):
    """Where the stages lead from and to. `today` has the weight of each version that runs, `target` is the version to
    come, `runs` whether it runs already, and `kept` are the versions that stay. `handed_over` are the versions whose
    Services remain when the Service that callers know becomes the rollout's own; none where it stays as it is. `ending`
    tells its stages' names from those of a shift before it."""

    today: Mapping[str, int]
    target: str
    runs: bool
    kept: tuple[str, ...]
    handed_over: tuple[str, ...]
    route_kind: str
    route_runs: bool
    steps: tuple[Step, ...] = TWO_STEPS
    ending: str = ""

    @property
    def run(self) -> JsonObject:
        """The versions that run on the way, where these are no longer all there are."""
        return {"deploy": list[Json](self.today)} if self.ending else {}

    @property
    def share(self) -> float:
        """The target's share today."""
        return self.today.get(self.target, 0) / sum(self.today.values())

    @property
    def old(self) -> str:
        """The versions that give their requests away, in words."""
        return listed([name for name, weight in self.today.items() if weight and name != self.target])

    @property
    def goes(self) -> str:
        """The versions that are gone in the end, in words."""
        return listed([name for name in self.today if name not in self.kept])


def listed(names: Sequence[str]) -> str:
    """The names as words of a sentence."""
    return " and ".join([part for part in (", ".join(names[:-1]), *names[-1:]) if part])


def stage(name: str, description: str, waits_for: str, **fields: Json) -> ProposedStage:
    """A stage with these fields."""
    return ProposedStage({"name": name, "description": description, **fields}, waits_for)


def stages(shift: Shift, *later: Shift) -> Iterator[ProposedStage]:
    """The stages; the first is what runs. The `later` shifts go on to versions that run already, one after another."""
    live: list[Json] = list(shift.today)
    yield stage("live", "What runs today, and nothing else.", "", deploy=live)
    yield _routed(shift)
    if not shift.runs:
        yield stage(
            "dark",
            f"{shift.target} runs next to {shift.old} and receives nothing.",
            f"the pods of {shift.target} to be Ready",
            shares=toward(shift.today, shift.target, None),
        )
    for each in (shift, *later):
        yield from _shares(each)
        yield from _retirement(each)


def _routed(shift: Shift) -> ProposedStage:
    comes = "is written by the rollout and still" if shift.route_runs else "appears and"
    sharing = [name for name, weight in shift.today.items() if weight]
    does = "shares the requests among" if len(sharing) > 1 else "sends every request to"
    description = f"The {shift.route_kind} {comes} {does} {listed(sharing)}."
    shares = toward(shift.today, shift.target, None)
    run: JsonObject = {} if shift.runs else {"deploy": list[Json](shift.today)}
    return stage("routed", description, "every parent to accept the route", **run, shares=shares)


def _shares(shift: Shift) -> Iterator[ProposedStage]:
    for step in shift.steps:
        if step.percent > shift.share * 100 or step.match:
            shares = toward(shift.today, shift.target, step.percent)
            yield on_the_way(step, shift.target, shares, shift.ending, **shift.run)
    runs = "run" if " " in shift.old else "runs"
    yield stage(
        f"final{shift.ending}",
        f"{shift.target} answers everything; {shift.old} still {runs}, one commit away.",
        f"{shift.target} to have proved itself",
        **shift.run,
        shares={shift.target: 100},
    )


def on_the_way(step: Step, target: str, shares: JsonObject, ending: str = "", **fields: Json) -> ProposedStage:
    """The stage of a step to the target."""
    waits_for = f"{target} to serve its share well" + (", and for an approval" if step.approval else "")
    return stage(
        f"{step.name}{ending}", step.description(target), waits_for, **fields, shares=shares, **step.fields(target)
    )


def _retirement(shift: Shift) -> Iterator[ProposedStage]:
    if not shift.goes:
        return
    all_shares: JsonObject = {shift.target: 100}
    if shift.handed_over:
        yield stage(
            f"handed-over{shift.ending}",
            "The Service is the rollout's own and selects the versions to come; it serves no other.",
            f"clients that hold connections to {shift.goes} to be gone",
            **shift.run,
            services=list[Json](shift.handed_over),
            shares=all_shares,
        )
    verb = "are" if " " in shift.goes else "is"
    yield stage(
        f"retired{shift.ending}",
        f"{shift.goes} {verb} gone.",
        "",
        deploy=list[Json](shift.kept),
        shares=all_shares,
    )


def toward(today: Mapping[str, int], target: str, percent: int | None) -> JsonObject:
    """The shares in which the target has that many per cent, and the others divide the rest as today; with None or 0
    the shares of today."""
    others = {name: weight for name, weight in today.items() if weight and name != target}
    whole = sum(others.values())
    if not percent:
        weights = {name: weight for name, weight in today.items() if weight}
    else:
        weights = {name: weight * (100 - percent) for name, weight in others.items()} | {target: whole * percent}
    divisor = gcd(*weights.values())
    plain = {name: weight // divisor for name, weight in weights.items()}
    per_cent = 100 // sum(plain.values()) if 100 % sum(plain.values()) == 0 else 1
    return {name: weight * per_cent for name, weight in plain.items()}
