"""`gateshift gate`: what Prometheus knows of the candidate, held to the limits of gateshift.yaml."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click
from msgspec.structs import replace

from gateshift.app.gate.gate import gate, gated, judged_version
from gateshift.app.promote.select_pointers import chosen_environment
from gateshift.app.shared.rollout_pointers import rollout_pointers
from gateshift.app.shared.rollouts import rollout_here
from gateshift.cli import completion
from gateshift.cli.live_options import SECONDS, prometheus_options, prometheus_server, tls_options
from gateshift.cli.output import Output, OutputCommand, output_options
from gateshift.errors import Exit
from gateshift.live.endpoint import TlsOptions
from gateshift.model.gate import GateVerdict
from gateshift.report.live.gate import FORMATS

_EXITS = {GateVerdict.PASSED: Exit.OK, GateVerdict.BLOCKED: Exit.FINDINGS, GateVerdict.NOT_PROVEN: Exit.NO_VERDICT}

_EPILOG = """\b
Examples:
  gateshift gate                                               the candidate, at the address of gateshift.yaml
  gateshift gate --prometheus https://prometheus.example.org --token-file token
  gateshift gate -f json -o gate.json
"""


@click.command(cls=OutputCommand, epilog=_EPILOG)
@click.option("--version", "version_name", default="", metavar="VERSION", help="Judge it instead of the candidate.")
@click.option(
    "--env",
    "environment",
    default="",
    metavar="NAME",
    help="The environment whose version is judged.",
    shell_complete=completion.environments,
)
@prometheus_options
@click.option("--timeout", type=SECONDS, default=30.0, show_default=True, metavar="SECONDS", help="For one query.")
@tls_options
@output_options(FORMATS)
def command(
    version_name: str,
    environment: str,
    prometheus: str,
    token_file: Path | None,
    timeout: float,
    tls: TlsOptions,
    output: Output,
) -> int:
    """Ask Prometheus for the candidate's request rate, success rate and p99 latency, and hold them to the gate.

    A bearer token, from --token-file or GATESHIFT_PROMETHEUS_TOKEN, is sent only to an address given with --prometheus
    or GATESHIFT_PROMETHEUS, by TLS or to this machine. Exits 0 where the gate passes, 1 where it blocks, 3 where
    neither is proven. See docs/gate.md.
    """
    rollout = rollout_here()
    server = prometheus_server(gated(rollout).prometheus, prometheus, token_file, tls, timeout)
    chosen = chosen_environment(rollout_pointers(rollout), environment)
    report = gate(rollout, chosen, judged_version(rollout, version_name), server)
    report = replace(report, at=datetime.now(UTC).isoformat(timespec="seconds"))
    output.write(lambda form, style: FORMATS[form](report, style))
    return _EXITS[report.verdict]
