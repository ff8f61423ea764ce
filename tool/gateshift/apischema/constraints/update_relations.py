"""Changes that the API server refuses under conditions: what they are about, the object in force, and the one that is
applied.

Source: k8s.io/kubernetes, pkg/apis/{core,apps,batch}/validation/validation.go; for what apply leaves of a field that it
does not own, Kubernetes' documentation of server-side apply and of `kubectl apply`, and measurements on v1.37.2.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator

from msgspec import Struct

from gateshift.apischema.constraints.defaults import same
from gateshift.apischema.quantities import amount
from gateshift.yamldoc.data import FieldPath, Json, JsonObject, list_at, look_up, object_at, text_at


class RefusedChange(Struct, frozen=True):
    """A field whose change the API server refuses. `words` say why, and are "" where no change of it is allowed; `says`
    are the server's own."""

    at: FieldPath
    words: str
    says: str


def _is_external(*services: JsonObject) -> bool:
    return any(text_at(service, "spec", "type") == "ExternalName" for service in services)


def changed_addresses(before: JsonObject, after: JsonObject) -> Iterator[RefusedChange]:
    """A cluster IP that is written must be the one the Service has; one that is left out stays as it was allocated."""
    if _is_external(before, after):
        return
    for field in ("clusterIP", "clusterIPs"):
        old, new = (look_up(side, ("spec", field)) for side in (before, after))
        if new not in (None, "", []) and not same(old, new) and not _is_extended(old, new):
            yield RefusedChange(("spec", field), "", "may not change once set")


def _is_extended(old: Json, new: Json) -> bool:
    """Whether a list keeps what it had in front, so that a second address comes or goes."""
    return isinstance(old, list) and isinstance(new, list) and bool(old) and bool(new) and old[0] == new[0]


def changed_families(before: JsonObject, after: JsonObject) -> Iterator[RefusedChange]:
    """The first family of addresses stays, and the second goes only with the policy SingleStack."""
    headless = [text_at(side, "spec", "clusterIP") == "None" for side in (before, after)]
    old, new = (list_at(side, "spec", "ipFamilies") for side in (before, after))
    if _is_external(before, after) or any(headless) or not old or not new:
        return
    if old[0] != new[0] or (len(old) == len(new) and old != new):
        yield RefusedChange(("spec", "ipFamilies"), "", "may not change once set")
    elif len(new) < len(old) and text_at(after, "spec", "ipFamilyPolicy") != "SingleStack":
        words = "loses a family, and ipFamilyPolicy must be SingleStack for that"
        says = "must be set to 'SingleStack' when releasing the secondary ipFamily"
        yield RefusedChange(("spec", "ipFamilies"), words, says)


def changed_class(before: JsonObject, after: JsonObject) -> Iterator[RefusedChange]:
    """The class of a load balancer, as long as it is one."""
    if all(text_at(side, "spec", "type") == "LoadBalancer" for side in (before, after)):
        old, new = (look_up(side, ("spec", "loadBalancerClass")) for side in (before, after))
        if old != new:
            yield RefusedChange(("spec", "loadBalancerClass"), "", "may not change once set")


def changed_health_port(before: JsonObject, after: JsonObject) -> Iterator[RefusedChange]:
    """The port of a load balancer's health checks."""
    needed = all(
        text_at(side, "spec", "type") == "LoadBalancer" and text_at(side, "spec", "externalTrafficPolicy") == "Local"
        for side in (before, after)
    )
    old, new = (look_up(side, ("spec", "healthCheckNodePort")) for side in (before, after))
    if needed and old and new and old != new:
        yield RefusedChange(("spec", "healthCheckNodePort"), "", "field is immutable")


def changed_secret(before: JsonObject, after: JsonObject) -> Iterator[RefusedChange]:
    """What an immutable Secret holds, wherever it is written."""
    if before.get("immutable") is True and _content(before) != _content(after):
        at = ("stringData",) if after.get("stringData") else ("data",)
        yield RefusedChange(at, "", "field is immutable when `immutable` is set")


def _content(secret: JsonObject) -> dict[str, bytes | str]:
    encoded = {key: _decoded(value) for key, value in object_at(secret, "data").items()}
    return {**encoded, **{key: str(value).encode() for key, value in object_at(secret, "stringData").items()}}


def _decoded(value: Json) -> bytes | str:
    try:
        return base64.b64decode(value) if isinstance(value, str) else ""
    except (binascii.Error, ValueError):
        return str(value)


def changed_pod(before: JsonObject, after: JsonObject) -> Iterator[RefusedChange]:
    """Of a pod's tolerations none goes, its gates none comes, and its deadline only gets shorter."""
    kept = [{**object_at(one), "tolerationSeconds": None} for one in list_at(after, "spec", "tolerations")]
    for one in list_at(before, "spec", "tolerations"):
        if not any(same({**object_at(one), "tolerationSeconds": None}, other) for other in kept):
            says = "existing toleration can not be modified except its tolerationSeconds"
            yield RefusedChange(("spec", "tolerations"), "lose one, and they can only be added to", says)
            break
    names = {text_at(gate, "name") for gate in list_at(before, "spec", "schedulingGates")}
    if {text_at(gate, "name") for gate in list_at(after, "spec", "schedulingGates")} - names:
        yield RefusedChange(("spec", "schedulingGates"), "gain one, and they can only go", "only deletion is allowed")
    old, new = (look_up(side, ("spec", "activeDeadlineSeconds")) for side in (before, after))
    if isinstance(old, int) and (not isinstance(new, int) or new > old):
        says = "must be less than or equal to previous value"
        yield RefusedChange(("spec", "activeDeadlineSeconds"), "can only get shorter", says)


def shrunk_claim(before: JsonObject, after: JsonObject) -> Iterator[RefusedChange]:
    """A claim for less than before."""
    at: FieldPath = ("spec", "resources", "requests", "storage")
    old, new = (amount(look_up(side, at)) for side in (before, after))
    if old is not None and new is not None and new < old:
        words = f"goes from {look_up(before, at)} to {look_up(after, at)}, and a claim can only grow"
        yield RefusedChange(at, words, "field can not be less than status.capacity")


def changed_completions(before: JsonObject, after: JsonObject) -> Iterator[RefusedChange]:
    """The completions of a Job; those of an indexed one change together with its parallelism."""
    old, new = (_completions(side) for side in (before, after))
    if old == new:
        return
    if text_at(after, "spec", "completionMode") != "Indexed":
        yield RefusedChange(("spec", "completions"), "", "field is immutable")
    elif new is not None and new != (look_up(after, ("spec", "parallelism")) or 1):
        words = "of an indexed Job can only change together with parallelism, to the same number"
        yield RefusedChange(("spec", "completions"), words, "can only be modified in tandem with spec.parallelism")


def _completions(job: JsonObject) -> Json:
    """The completions, which are 1 where neither they nor the parallelism are written."""
    written = look_up(job, ("spec", "completions"))
    return 1 if written is None and look_up(job, ("spec", "parallelism")) is None else written


_LEFT = "what the API server filled in for `rollingUpdate` stays, since nobody owns it"


def update_left_behind(before: JsonObject, after: JsonObject) -> Iterator[RefusedChange]:
    """A StatefulSet that goes over to OnDelete while the rolling update it was given by default stays."""
    old, new = (object_at(side, "spec", "updateStrategy") for side in (before, after))
    defaulted = old.get("type") in (None, "", "RollingUpdate") and old.get("rollingUpdate") is None
    if (
        defaulted
        and not (old and old.get("type"))
        and new.get("type") == "OnDelete"
        and new.get("rollingUpdate") is None
    ):
        says = "only allowed for updateStrategy 'RollingUpdate'"
        yield RefusedChange(("spec", "updateStrategy"), f"becomes OnDelete, and {_LEFT}", says)


def strategy_left_behind(before: JsonObject, after: JsonObject) -> Iterator[RefusedChange]:
    """A Deployment that goes over to Recreate while the rolling update it was given by default stays."""
    old, new = (object_at(side, "spec", "strategy") for side in (before, after))
    defaulted = old.get("type") in (None, "", "RollingUpdate") and old.get("rollingUpdate") is None
    if defaulted and new.get("type") == "Recreate" and new.get("rollingUpdate") is None:
        says = "rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'"
        yield RefusedChange(("spec", "strategy"), f"becomes Recreate, and {_LEFT}", says)


def volumes_left_behind(before: Json, after: Json) -> Iterator[RefusedChange]:
    """A volume that was an emptyDir by default and becomes another: nobody owns the emptyDir, which stays."""
    bare = {text_at(volume, "name") for volume in list_at(before, "volumes") if len(object_at(volume)) == 1}
    for index, volume in enumerate(list_at(after, "volumes")):
        kinds = [key for key in object_at(volume) if key != "name"]
        if text_at(volume, "name") in bare and kinds and kinds != ["emptyDir"]:
            words = "was an emptyDir by default, which stays next to what it becomes, since nobody owns it"
            yield RefusedChange(("volumes", index), words, "may not specify more than 1 volume type")
