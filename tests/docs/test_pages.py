"""The pages that the program makes of itself are fresh, complete, and their examples are real commands."""

import re
import shlex
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from markdown_it import MarkdownIt

from gateshift.cli.main import COMMANDS, cli
from gateshift.cli.manual import manual
from gateshift.config.schema.json_schema import json_schema
from gateshift.errors import Exit
from gateshift.report.markdown_text import cell
from gateshift.yamldoc.data import Json, list_at, object_at

DOCS = Path(__file__).parents[2] / "docs"
README = DOCS.parent / "README.md"
ENTRIES = manual(cli).commands
EXAMPLES = [example.line for entry in ENTRIES for example in entry.examples]


def made(page: str) -> str:
    return CliRunner().invoke(cli, ["docs", page], catch_exceptions=False).stdout


@pytest.mark.parametrize("page", ["commands", "config"])
def test_the_committed_page_is_what_the_program_says(page: str) -> None:
    assert (DOCS / f"{page}.md").read_text() == made(page), "run `make docs`"


def test_every_command_and_every_option_has_a_place_and_a_meaning() -> None:
    assert {entry.name.split()[1] for entry in ENTRIES} == set(COMMANDS)
    page = made("commands")
    for entry in ENTRIES:
        assert entry.summary
        assert f"\n## {entry.name}\n" in page
        for option in entry.options:
            assert option.help, f"{entry.name} {option.forms}"
            assert option.forms == "-h, --help" or cell(option.forms) in page


def test_every_command_has_examples_in_its_help() -> None:
    for name in COMMANDS:
        shown = CliRunner().invoke(cli, [name, "--help"], catch_exceptions=False).stdout
        assert f"  gateshift {name}" in shown.partition("Examples:")[2], name


@pytest.mark.parametrize("line", EXAMPLES)
def test_the_options_of_an_example_exist(line: str) -> None:
    inside = re.search(r"\$\((.*)\)", line)
    words = shlex.split((inside[1] if inside else line).partition(" | ")[0])
    assert words[0] == "gateshift"
    command: click.Command = cli
    context = click.Context(cli, info_name="gateshift")
    rest = words[1:]
    while isinstance(command, click.Group):
        found = command.get_command(context, rest[0])
        assert found is not None, rest[0]
        command, rest = found, rest[1:]
        context = click.Context(command, info_name=command.name, parent=context)
    given, _, order = command.make_parser(context).parse_args(rest)
    for parameter in order:
        if isinstance(parameter, click.Option) and isinstance(parameter.type, click.Choice):
            value = given[parameter.name]
            for each in value if isinstance(value, list | tuple) else [value]:
                parameter.type.convert(each, parameter, context)


def test_every_field_of_rollout_yaml_is_in_the_reference() -> None:
    page = made("config")
    for name in fields_of(json_schema()):
        assert f"| `{name}` |" in page, name


def fields_of(schema: Json) -> set[str]:
    """The names of every field that the schema describes, at any depth."""
    if isinstance(schema, list):
        return {name for part in schema for name in fields_of(part)}
    if not isinstance(schema, dict):
        return set()
    own = set(object_at(schema, "properties"))
    return own | {name for key, part in schema.items() if key != "required" for name in fields_of(part)}


def test_the_readme_shows_the_picture_that_a_comment_has() -> None:
    planned = CliRunner().invoke(cli, ["-C", str(DOCS.parent), "plan", "canary", "half", "-f", "markdown"]).stdout
    (drawn,) = re.findall(r"^```mermaid\n.*?^```$", planned, re.MULTILINE | re.DOTALL)
    assert drawn in README.read_text(), "copy the picture of `gateshift plan canary half -f markdown` into README.md"


def test_the_readme_tells_every_exit_code() -> None:
    told = re.findall(r"^\| (\d+) \| .+ \|$", README.read_text(), re.MULTILINE)
    assert [int(code) for code in told] == sorted(Exit)


def test_the_readme_names_rooms_that_there_are() -> None:
    section = README.read_text().partition("## Working on it")[2].partition("`make bench`")[0]
    rooms = re.findall(r"`(\w+)`", section)
    assert len(rooms) > 5
    assert [room for room in rooms if not (DOCS.parent / "tool/gateshift" / room).is_dir()] == []


@pytest.mark.parametrize("page", [README, *sorted(DOCS.glob("*.md"))], ids=lambda page: page.name)
def test_links_inside_the_documentation_lead_somewhere(page: Path) -> None:
    tokens = [inner for token in MarkdownIt("gfm-like").parse(page.read_text()) for inner in token.children or ()]
    for target in (str(token.attrs["href"]) for token in tokens if token.type == "link_open"):
        if not target.startswith(("http:", "https:", "mailto:")):
            path, _, anchor = target.partition("#")
            file = page.parent / path if path else page
            assert file.exists(), target
            assert not anchor or anchor in anchors_of(file), target


def anchors_of(page: Path) -> set[str]:
    """The anchors that GitHub gives the headings."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_reference_lists_what_is_required() -> None:
    required = list_at(json_schema(), "required")
    assert required
    assert all(re.search(rf"\| `{name}` \| .*, required \|", made("config")) for name in required)
