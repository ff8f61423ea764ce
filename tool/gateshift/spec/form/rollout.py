"""The whole of rollout.yaml."""

from __future__ import annotations

from gateshift.spec.form.delivery import ENVIRONMENTS, GATE, IGNORE, POINTERS, POLICY, SCHEMAS
from gateshift.spec.form.route import ROUTE
from gateshift.spec.form.service import SERVICE
from gateshift.spec.form.stages import STAGES
from gateshift.spec.form.workload import VERSIONS, WORKLOAD
from gateshift.spec.forms import Fields

ROLLOUT = Fields(
    expects="a mapping with `service`, `route`, `versions` and `stages`",
    means="One service's way from one version to the next: the versions, and the stages traffic moves through.",
    required=("service", "route", "versions", "stages"),
    keys={
        "service": SERVICE,
        "route": ROUTE,
        "workload": WORKLOAD,
        "versions": VERSIONS,
        "stages": STAGES,
        "policy": POLICY,
        "gate": GATE,
        "pointers": POINTERS,
        "environments": ENVIRONMENTS,
        "ignore": IGNORE,
        "schemas": SCHEMAS,
    },
    elsewhere={
        "apiVersion": "this file is no Kubernetes object and needs none",
        "kind": "this file is no Kubernetes object and needs none",
        "metadata": "the name and namespace belong to `service`",
        "spec": "this file is no Kubernetes object: write the keys at the top",
        "parents": "parents belong to `route`",
        "hostnames": "host names belong to `route`",
        "name": "the name belongs to `service`",
    },
)
