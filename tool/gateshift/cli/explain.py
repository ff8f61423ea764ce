"""`gateshift explain`: which backend and version gets this request."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from gateshift.app.explain.address import RequestOptions
from gateshift.app.explain.explain import Question, explain
from gateshift.app.explain.requests_file import PARENT_FORMS, parent_ref
from gateshift.app.shared.tool_choices import Choices
from gateshift.cli import completion
from gateshift.cli.live_options import HEADER
from gateshift.cli.options import build_options
from gateshift.cli.output import Output, OutputCommand, output_options
from gateshift.errors import UserError
from gateshift.report.explain.text import FORMATS
from gateshift.traffic.request import ParentRef
from gateshift.yamldoc import UnreadableYaml, text_of

_EPILOG = """\b
Examples:
  gateshift explain canary http://customers.default/
  gateshift explain canary http://customers/ -H 'user-agent: debug'
  gateshift explain overlays/canary https://shop.example.org/a?b=c --parent Gateway/infra/shared
  gateshift explain manifests/ --requests requests.json -f json
"""


class _Parent(click.ParamType[ParentRef]):
    """`Gateway/NS/NAME` and the like."""

    name = "parent"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> ParentRef:
        """The parent's kind, namespace and name."""
        found = parent_ref(value)
        if found is None:
            self.fail(f"{value!r} is not a parent: write {PARENT_FORMS}", param, ctx)
        return found


@click.command(cls=OutputCommand, epilog=_EPILOG)
@click.argument("target", metavar="STAGE|PATH", shell_complete=completion.stages)
@click.argument("url", required=False, default="")
@click.option("-X", "--request", "method", default="GET", metavar="METHOD", help="The HTTP method.")
@click.option("-H", "--header", "headers", type=HEADER, multiple=True, metavar="'NAME: VALUE'", help="A header.")
@click.option("--parent", type=_Parent(), metavar="KIND/NS/NAME", help="Gateway, ListenerSet or Service dialled.")
@click.option("--from", "from_namespace", default="", metavar="NAMESPACE", help="The client's namespace, in a mesh.")
@click.option("--requests", type=click.Path(allow_dash=True, dir_okay=False, path_type=Path), help="A list, as JSON.")
@click.option(
    "--env",
    "environment",
    default="",
    metavar="NAME",
    help="The environment of the stage.",
    shell_complete=completion.environments,
)
@click.option("--trace/--no-trace", default=None, help="Every candidate and why it lost; off for --requests.")
@build_options
@output_options(FORMATS)
def command(
    target: str,
    url: str,
    method: str,
    headers: tuple[tuple[str, str], ...],
    parent: ParentRef | None,
    from_namespace: str,
    requests: Path | None,
    environment: str,
    trace: bool | None,  # noqa: FBT001 -- click's flag
    choices: Choices,
    output: Output,
) -> None:
    """Say which backend and version gets a request, from the files alone.

    STAGE|PATH is a stage of a rollout here, a Kustomize root, a folder of YAML or a YAML file. The URL's host is that
    of a Service (NAME, NAME.NS, NAME.NS.svc.cluster.local) or of a Gateway; its scheme is http, https, grpc or grpcs.
    """
    if bool(url) == (requests is not None):
        raise click.UsageError("give either a URL or --requests FILE")
    if requests is not None and (headers or parent is not None or from_namespace or method != "GET"):
        raise click.UsageError("each request of --requests says its own parent, method, headers and from_namespace")
    asked = RequestOptions(method, headers, parent, from_namespace)
    content = None if requests is None else _read(requests)
    question = Question(url, asked, content, "" if requests is None else str(requests))
    wanted = requests is None if trace is None else trace
    report = explain(target, environment, question, choices, trace=wanted)
    output.write(lambda form, style: FORMATS[form](report, style))


def _read(path: Path) -> str:
    try:
        raw = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
        return text_of(raw)
    except OSError as error:
        raise UserError(f"cannot read the requests: {error.strerror}", where=str(path)) from error
    except UnreadableYaml as error:
        raise UserError(error.what, where=f"{path}:{error.line}:{error.column}") from error
