"""What the API server writes where nothing is written, as far as it decides whether two objects are the same, and that
comparison.

Source: k8s.io/kubernetes, pkg/apis/{core,batch}/v1/defaults.go; k8s.io/apimachinery, pkg/api/equality (Semantic).
"""

from __future__ import annotations

import json

from gateshift.apischema.constraints.selecting import EACH, Steps, steps_of
from gateshift.apischema.quantities import amount
from gateshift.yamldoc.data import Json

Defaults = tuple[tuple[str, Json], ...]

_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_OF_PROBE = (("timeoutSeconds", 1), ("periodSeconds", 10), ("successThreshold", 1), ("failureThreshold", 3))
_CONTAINER: Defaults = (
    ("terminationMessagePath", "/dev/termination-log"),
    ("terminationMessagePolicy", "File"),
    ("ports.[].protocol", "TCP"),
    ("env.[].valueFrom.fieldRef.apiVersion", "v1"),
    *((f"{probe}.{field}", value) for probe in _PROBES for field, value in _OF_PROBE),
    *(
        (f"{handler}.httpGet.{field}", value)
        for handler in (*_PROBES, "lifecycle.preStop", "lifecycle.postStart")
        for field, value in (("path", "/"), ("scheme", "HTTP"))
    ),
)
POD_SPEC: Defaults = (
    ("restartPolicy", "Always"),
    ("dnsPolicy", "ClusterFirst"),
    ("schedulerName", "default-scheduler"),
    ("terminationGracePeriodSeconds", 30),
    *((f"volumes.[].{kind}.defaultMode", 420) for kind in ("configMap", "secret", "downwardAPI", "projected")),
    ("volumes.[].projected.sources.[].serviceAccountToken.expirationSeconds", 3600),
    *((f"{part}.[].{path}", value) for part in ("containers", "initContainers") for path, value in _CONTAINER),
)
"""The defaults of a pod's spec."""

POD_TEMPLATE: Defaults = tuple((f"spec.{path}", value) for path, value in POD_SPEC)
"""The same of a template."""

_AMOUNTS = frozenset({"requests", "limits", "capacity", "hard"})
_AMOUNT = frozenset({"sizeLimit", "divisor"})
_PLAIN = frozenset({"hostNetwork", "hostPID", "hostIPC", "stdin", "stdinOnce", "tty", "readOnly"})
"""Flags whose false is as good as absent."""


def completed(value: Json, defaults: Defaults) -> Json:
    """The value with its defaults written out."""
    for path, default in defaults:
        value = _with(value, steps_of(path), default)
    return _with_pull_policies(value)


def _with(value: Json, steps: Steps, default: Json) -> Json:
    if not steps:
        return default if value is None or value == "" or (value == 0 and value is not False) else value
    step, rest = steps[0], steps[1:]
    if step == EACH:
        return [_with(entry, rest, default) for entry in value] if isinstance(value, list) else value
    if not isinstance(value, dict) or (rest and not isinstance(value.get(step), dict | list)):
        return value
    return {**value, step: _with(value.get(step), rest, default)}


def _with_pull_policies(value: Json) -> Json:
    """The value with the pull policy of every image written out: one without a tag, or `latest`, is always pulled."""
    if isinstance(value, list):
        return [_with_pull_policies(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    filled = {key: _with_pull_policies(below) for key, below in value.items()}
    image = filled.get("image")
    if isinstance(image, str) and "name" in filled and not filled.get("imagePullPolicy"):
        tag = image.rpartition("/")[2].partition("@")[0].partition(":")[2]
        filled["imagePullPolicy"] = "Always" if "@" not in image and tag in ("", "latest") else "IfNotPresent"
    return filled


def same(before: Json, after: Json) -> bool:
    """Whether two values mean the same: what is empty is absent, and amounts are compared as numbers."""
    return json.dumps(_plain(before), sort_keys=True) == json.dumps(_plain(after), sort_keys=True)


def _plain(value: Json, key: str = "") -> Json:
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    if isinstance(value, dict):
        parts = {name: _amount(below) if key in _AMOUNTS else _plain(below, name) for name, below in value.items()}
        return {name: below for name, below in parts.items() if not _is_nothing(name, below)}
    if key in _AMOUNT:
        return _amount(value)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _amount(value: Json) -> Json:
    number = amount(value)
    return value if number is None else f"{number}"


def _is_nothing(name: str, value: Json) -> bool:
    return value is None or value == "" or value == {} or value == [] or (name in _PLAIN and value is False)
