"""The stock of programs and schemas, as text for people and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence

from gateshift.model.inventory import InstalledProgram, Inventory, StockedSchemas
from gateshift.report.style import Style
from gateshift.yamldoc.data import Json


def as_text(inventory: Inventory, style: Style) -> str:
    """A table of programs, a table of schemas, and where they are kept."""
    lines = _table(
        [("PROGRAM", "VERSION", "PINNED", "FOUND IN", "PATH"), *(_row(program) for program in inventory.programs)]
    )
    lines += [f"  {warning}" for program in inventory.programs for warning in program.warnings]
    lines += [f"  {program.missing}" for program in inventory.programs if program.missing]
    schemas = [_schema_row(entry) for entry in inventory.schemas] or [("none", "", "", "")]
    lines += ["", *_table([("SCHEMAS", "VERSION", "CHANNEL", "KINDS"), *schemas])]
    if not inventory.schemas:
        lines.append("  `gateshift tools install` gets the pinned versions.")
    if inventory.crds_to_install:
        names = ", ".join(inventory.crds_to_install)
        lines += ["", f"`gateshift tools install --crds-of NAME` gets the kinds of {names}"]
    return style.fit("\n".join([*lines, "", f"kept in {inventory.cache}"]) + "\n")


def _row(program: InstalledProgram) -> tuple[str, ...]:
    if program.missing:
        return (program.name, "missing", program.pinned, "", "")
    return (program.name, program.version or "unknown", program.pinned, program.source, program.path)


def _schema_row(schemas: StockedSchemas) -> tuple[str, ...]:
    return (schemas.name, schemas.version, schemas.channel, f"{schemas.kinds}{'  (default)' if schemas.pinned else ''}")


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def as_json(inventory: Inventory) -> str:
    """The same facts; `schema` is the version of this form."""
    programs: list[Json] = [
        {
            "name": program.name,
            "version": program.version or None,
            "pinned": program.pinned,
            "path": program.path or None,
            "source": program.source or None,
            "warnings": list(program.warnings),
            "missing": program.missing or None,
        }
        for program in inventory.programs
    ]
    schemas: list[Json] = [
        {
            "name": entry.name,
            "version": entry.version,
            "channel": entry.channel or None,
            "kinds": entry.kinds,
            "folder": str(entry.folder),
            "default": entry.pinned,
        }
        for entry in inventory.schemas
    ]
    value: Json = {
        "schema": 1,
        "cache": str(inventory.cache),
        "programs": programs,
        "schemas": schemas,
        "crds_to_install": list(inventory.crds_to_install),
    }
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
