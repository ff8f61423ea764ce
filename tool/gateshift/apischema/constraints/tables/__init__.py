"""The rows, a table for each subject; every table is named here."""

from __future__ import annotations

from gateshift.apischema.constraints.constraint import Row
from gateshift.apischema.constraints.tables import (
    containers,
    core,
    networking,
    placement,
    pods,
    policies,
    services,
    volumes,
    workloads,
)

ROWS: tuple[Row, ...] = (
    *core.ROWS,
    *pods.ROWS,
    *placement.ROWS,
    *containers.ROWS,
    *volumes.ROWS,
    *services.ROWS,
    *workloads.ROWS,
    *policies.ROWS,
    *networking.ROWS,
)
