"""The whole of gateshift.yaml."""

from __future__ import annotations

from msgspec.structs import replace

from gateshift.config.schema.delivery import ENVIRONMENTS, IGNORE, POINTERS, POLICY, SCHEMAS
from gateshift.config.schema.live import LIVE
from gateshift.config.schema.measure import GATE, VERIFY
from gateshift.config.schema.route import ROUTE
from gateshift.config.schema.schema_types import Fields
from gateshift.config.schema.service import SERVICE
from gateshift.config.schema.stages import STAGES
from gateshift.config.schema.workload import OBJECTS, VERSIONS, WORKLOAD

ROLLOUT = Fields(
    expects="a mapping with `service`, `route`, `versions` and `stages`",
    means="One service's way from one version to the next: the versions, and the stages traffic moves through.",
    required=("service", "route", "versions", "stages"),
    keys={
        "service": SERVICE,
        "route": ROUTE,
        "live": LIVE,
        "workload": WORKLOAD,
        "versions": VERSIONS,
        "objects": replace(OBJECTS, means="Objects of your own that every stage has, such as a PodDisruptionBudget."),
        "stages": STAGES,
        "policy": POLICY,
        "verify": VERIFY,
        "gate": GATE,
        "pointers": POINTERS,
        "environments": ENVIRONMENTS,
        "ignore": IGNORE,
        "schemas": SCHEMAS,
    },
    elsewhere={
        "apiVersion": "this file is not a Kubernetes object and needs none",
        "kind": "this file is not a Kubernetes object and needs none",
        "metadata": "the name and namespace belong to `service`",
        "spec": "this file is not a Kubernetes object: write the keys at the top",
        "parents": "parents belong to `route`",
        "hostnames": "host names belong to `route`",
        "name": "the name belongs to `service`",
    },
)
