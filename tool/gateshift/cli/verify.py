"""`gateshift verify`: requests to a running system, their answers held to what a stage declares."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click
from msgspec.structs import replace

from gateshift.app.shared.rollouts import rollout_here
from gateshift.app.shared.stage_in_force import StageChoice
from gateshift.app.verify.class_plans import BaseRequest, kind_of_call
from gateshift.app.verify.verify import Plan, VerifyRequest, plan_run, verify
from gateshift.cli import completion
from gateshift.cli.console import has_status_line
from gateshift.cli.live_options import HEADER, SECONDS, Figure, Progress, resolve_option, tls_options
from gateshift.cli.options import pointer_option
from gateshift.cli.output import Output, OutputCommand, output_options
from gateshift.errors import Exit
from gateshift.live.endpoint import Resolution, TlsOptions, Wire, endpoint_of
from gateshift.live.exchange import Limits
from gateshift.live.traffic import Pace
from gateshift.model.verification import ShareVerdict
from gateshift.report.live.verify import FORMATS

_EXITS = {ShareVerdict.AS_DECLARED: Exit.OK, ShareVerdict.OFF: Exit.FINDINGS, ShareVerdict.NOT_PROVEN: Exit.NO_VERDICT}

_EPILOG = """\b
Examples:
  gateshift verify http://customers.default/                    the stage in force, as many requests as it needs
  gateshift verify https://shop.example.org/ --stage canary --requests 2000
  gateshift verify https://shop.example.org/ --resolve shop.example.org:443:203.0.113.7
  gateshift verify grpc://customers.default:9090                gRPC, by the health service
"""


@click.command(cls=OutputCommand, epilog=_EPILOG)
@click.argument("url")
@click.option("--stage", default="", metavar="STAGE", shell_complete=completion.stages, help="Not the one in force.")
@click.option(
    "--env",
    "environment",
    default="",
    metavar="NAME",
    help="The environment of the stage.",
    shell_complete=completion.environments,
)
@pointer_option
@click.option("-X", "--request", "method", default="GET", metavar="METHOD", help="The HTTP method.")
@click.option("-H", "--header", "headers", type=HEADER, multiple=True, metavar="'NAME: VALUE'", help="A header of all.")
@click.option("--allow-unsafe-methods", "unsafe", is_flag=True, help="Send POST, DELETE and the like too.")
@click.option("--requests", type=click.IntRange(1, 10_000_000), help="How many of each class; default: as needed.")
@click.option("--duration", type=SECONDS, metavar="SECONDS", help="How long, instead of how many.")
@click.option("--rate", type=Figure(0, 1000, min_open=True), default=20.0, show_default=True, help="A second.")
@click.option("--concurrency", type=click.IntRange(1, 1000), default=20, show_default=True, help="At most at once.")
@click.option("--confidence", type=Figure(0.5, 0.99999), default=0.99, show_default=True, help="Of the run.")
@click.option("--timeout", type=SECONDS, default=10.0, show_default=True, metavar="SECONDS", help="For one request.")
@click.option("--host", default="", metavar="NAME", help="The host to ask for, instead of the URL's.")
@click.option("--http2", is_flag=True, help="Speak HTTP/2; with http:// without asking first.")
@resolve_option
@tls_options
@click.option("-q", "--quiet", is_flag=True, help="Do not announce the run, and show no progress.")
@output_options(FORMATS)
def command(
    url: str,
    stage: str,
    environment: str,
    files: tuple[Path, ...],
    method: str,
    headers: tuple[tuple[str, str], ...],
    unsafe: bool,  # noqa: FBT001 -- click's flag
    requests: int | None,
    duration: float | None,
    rate: float,
    concurrency: int,
    confidence: float,
    timeout: float,
    host: str,
    http2: bool,  # noqa: FBT001 -- click's flag
    resolve: tuple[Resolution, ...],
    tls: TlsOptions,
    quiet: bool,  # noqa: FBT001 -- click's flag
    output: Output,
) -> int:
    """Send requests to URL and test whether the versions answer them as the stage declares.

    The URL, and -H, are those of a request that the production rule takes; each extra rule of the stage gets requests
    of its own. Only the URL's own address is asked, no redirect is followed, nothing is tried twice. Exits 0 where the
    shares are as declared, 1 where they are not, 3 where that is not proven. See docs/verify.md.
    """
    if requests is not None and duration is not None:
        raise click.UsageError("give --requests or --duration, not both")
    rollout = rollout_here()
    scheme = url.partition("://")[0]
    grpc = kind_of_call(rollout, scheme)
    plain = url.replace("grpc", "http", 1) if grpc else url
    wire = Wire.HTTP2 if grpc or http2 else Wire.HTTP1
    named = [value for name, value in headers if name.lower() == "host"]
    own = tuple(entry for entry in headers if entry[0].lower() != "host")
    request = VerifyRequest(
        base=BaseRequest(plain, method.upper(), own, grpc=grpc, unsafe=unsafe),
        endpoint=endpoint_of(plain, host=host or "".join(named[-1:]), wire=wire, resolve=resolve),
        tls=tls,
        pace=Pace(rate, concurrency),
        limits=Limits(seconds=timeout),
        confidence=confidence,
        requests=requests,
        duration=duration,
    )
    plan = plan_run(rollout, StageChoice(stage, environment, files), request)
    if not quiet:
        _announce(plan, url, rate)
    progress = Progress(shown=not quiet and has_status_line())
    report = verify(plan, request, progress)
    progress.end()
    report = replace(report, at=datetime.now(UTC).isoformat(timespec="seconds"))
    output.write(lambda form, style: FORMATS[form](report, style))
    return Exit.INTERRUPTED if report.interrupted else _EXITS[report.verdict]


def _announce(plan: Plan, url: str, rate: float) -> None:
    """Say what will be sent before the first request."""
    classes = ", ".join(
        f"{number} {klass.name}" + ("" if needed in (None, number) else f" ({needed} needed)")
        for klass, needed, number in zip(plan.classes, plan.needed, plan.numbers, strict=True)
    )
    click.echo(
        f"{sum(plan.numbers)} requests to {url}, {rate:g} a second, about {plan.seconds:.0f} s, "
        f"for stage {plan.stage.name}: {classes}",
        err=True,
    )
