"""A gateshift.yaml of the right shape, before it is known to make sense: read with every default, and with "" or
nothing where a part is broken."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from gateshift.model.rollout import LiveObject, RouteKind
from gateshift.yamldoc.data import FieldPath, Json, JsonObject, list_at, look_up, object_at, text_at


class Draft(Struct, frozen=True):
    """The data with None for every broken part."""

    data: Json

    @property
    def service(self) -> str:
        """The service's name."""
        return text_at(self.data, "service", "name")

    @property
    def namespace(self) -> str:
        """The service's namespace."""
        return text_at(self.data, "service", "namespace") or ("" if self.live else "default")

    @property
    def live(self) -> bool:
        """Whether something ran before the rollout that its stages keep."""
        return "live" in object_at(self.data) or any("live" in environment for _, environment in self.environments())

    @property
    def port(self) -> int:
        """The Service's port that the route splits: the first of several unless given."""
        ports = (number(port.get("port"), 80) for _, port in self.ports())
        return number(look_up(self.data, ("service", "port")), next(ports, 80))

    def ports(self) -> Iterator[tuple[int, JsonObject]]:
        """The Service's ports with their indexes, where several are listed; without the broken ones."""
        return objects(list_at(self.data, "service", "ports"))

    @property
    def split_port(self) -> JsonObject:
        """What is said of the port that the route splits."""
        service = object_at(self.data, "service")
        if "ports" not in service:
            return {
                key: service[other]
                for key, other in (("name", "portName"), ("targetPort", "targetPort"), ("appProtocol", "appProtocol"))
                if other in service
            }
        return next((port for _, port in self.ports() if port.get("port") == self.port), {})

    @property
    def version_label(self) -> str:
        """The key of the label that tells the versions apart."""
        return text_at(self.data, "service", "versionLabel") or "version"

    @property
    def selector(self) -> dict[str, str]:
        """The labels of every version's pods."""
        given = object_at(self.data, "service", "selector")
        return {key: value for key, value in given.items() if isinstance(value, str)} or {"app": self.service}

    @property
    def kind(self) -> RouteKind:
        """The kind of route."""
        return RouteKind(text_at(self.data, "route", "kind") or RouteKind.HTTP.value)

    @property
    def versions(self) -> tuple[str, ...]:
        """The versions' names in order."""
        return tuple(object_at(self.data, "versions"))

    def version(self, name: str) -> JsonObject:
        """What is said of a version; empty where it is unknown or broken."""
        return object_at(self.data, "versions", name)

    def service_of(self, version: str) -> str:
        """The name of the version's Service."""
        ran_before = self.service if self.live_objects(version) else f"{self.service}-{version}"
        return text_at(self.version(version), "service") or ran_before

    def deployment_of(self, version: str) -> str:
        """The name of the version's Deployment, unless its own manifest gives one."""
        live = self.live_objects(version)
        if live:
            return live[0].name
        return text_at(self.version(version), "deployment") or f"{self.service}-{version}"

    def live_objects(self, version: str) -> tuple[LiveObject, ...]:
        """The objects of a version that ran before the rollout; none for any other version."""
        live = self.version(version).get("live")
        return live_objects(live if isinstance(live, list) else [live])

    def selector_of(self, version: str) -> dict[str, str]:
        """The labels of the version's pods that its Service selects."""
        own = object_at(self.version(version), "selector")
        given = {key: value for key, value in own.items() if isinstance(value, str)}
        return given or {**self.selector, self.version_label: version}

    def stages(self) -> Iterator[tuple[int, JsonObject]]:
        """The stages with their indexes, without the broken ones."""
        return objects(list_at(self.data, "stages"))

    def environments(self) -> Iterator[tuple[int, JsonObject]]:
        """The environments with their indexes, without the broken ones."""
        return objects(list_at(self.data, "environments"))

    def after(self, index: int, environment: JsonObject) -> tuple[str, ...]:
        """The environments that reach a stage before this one, the one listed before it unless given."""
        if "after" in environment:
            return tuple(name for name in list_at(environment, "after") if isinstance(name, str))
        earlier = [text_at(other, "name") for at, other in self.environments() if at < index]
        return tuple(earlier[-1:])

    def skipped(self, stage: JsonObject) -> tuple[str, ...]:
        """The environments that do not pass through the stage."""
        name = text_at(stage, "name")
        return tuple(
            text_at(environment, "name")
            for _, environment in self.environments()
            if name in list_at(environment, "skipStages")
        )

    def deployed(self, stage: JsonObject) -> tuple[str, ...]:
        """The versions that run in the stage, in the order of the versions."""
        return self._listed(stage, "deploy", self.versions)

    def services(self, stage: JsonObject) -> tuple[str, ...]:
        """The versions that have a Service in the stage, in the order of the versions."""
        return self._listed(stage, "services", self.deployed(stage))

    def _listed(self, stage: JsonObject, key: str, default: tuple[str, ...]) -> tuple[str, ...]:
        """The listed versions; every version where the list is wrong, so that one slip is one fault."""
        if key not in stage:
            return default
        names = stage[key]
        if not isinstance(names, list) or any(name not in self.versions for name in names):
            return self.versions
        if key == "deploy" and not names:
            return self.versions
        return tuple(version for version in self.versions if version in names)


def live_objects(items: list[Json]) -> tuple[LiveObject, ...]:
    """The objects that a list names as `Kind/name`."""
    named = (item.partition("/") for item in items if isinstance(item, str))
    return tuple(LiveObject(kind, name) for kind, _, name in named)


def objects(items: list[Json]) -> Iterator[tuple[int, JsonObject]]:
    """The mappings of a list, each with its index."""
    for index, item in enumerate(items):
        if isinstance(item, dict):
            yield index, item


def number(value: Json, default: int) -> int:
    """The whole number, or the default where there is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) else default


def mirror_of(stage: JsonObject) -> tuple[str, int]:
    """The version that the stage mirrors to, "" for none, and for how many per cent of the requests."""
    mirror = stage.get("mirror")
    if isinstance(mirror, dict):
        return text_at(mirror, "to"), number(mirror.get("percent"), 100)
    return (mirror, 100) if isinstance(mirror, str) else ("", 0)


def matches_of(rule: JsonObject, at: FieldPath) -> Iterator[tuple[JsonObject, FieldPath]]:
    """The matches of an extra rule, whether one mapping or a list, each with its place."""
    match = rule.get("match")
    if isinstance(match, dict):
        yield match, (*at, "match")
    elif isinstance(match, list):
        for index, item in objects(match):
            yield item, (*at, "match", index)
