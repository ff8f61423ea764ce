"""One cell of the matrix of transitions, in words and signs."""

from __future__ import annotations

from gateshift.model.plan import MatrixCell, MatrixReport

_SIGNS = {"safe": "✓", "unsafe": "✕", "mixed": "◐"}
_ENGINES = {"argocd": "Argo CD", "flux": "Flux"}


def cell_of(matrix: MatrixReport, origin: str, target: str) -> MatrixCell | None:
    """The cell of that pair; None on the diagonal and where the pair was not judged."""
    found = (cell for cell in matrix.cells if (cell.origin, cell.target) == (origin, target))
    return None if origin == target else next(found, None)


def verdict_of(cell: MatrixCell) -> str:
    """`safe`, `unsafe`, or `mixed` where the engines differ."""
    verdicts = {safe for _, safe in cell.engines}
    return "mixed" if len(verdicts) > 1 else "safe" if verdicts == {True} else "unsafe"


def sign_of(cell: MatrixCell) -> str:
    """The verdict as one character."""
    return _SIGNS[verdict_of(cell)]


def detail_of(cell: MatrixCell) -> str:
    """The verdict, the reason and the safe way, as one or more sentences."""
    pair = f"{cell.origin} → {cell.target}"
    unsafe = [_ENGINES.get(engine, engine) for engine, safe in cell.engines if not safe]
    if not unsafe:
        return f"{pair}: safe."
    reason = f" {cell.reason[:1].upper()}{cell.reason[1:].rstrip('.')}." if cell.reason else ""
    way = f" The safe way: {' → '.join((cell.origin, *cell.safe_way))}." if cell.safe_way else ""
    return f"{pair}: unsafe with {' and '.join(unsafe)}.{reason}{way}"


def unsafe_cells(matrix: MatrixReport) -> tuple[MatrixCell, ...]:
    """Every pair that some engine cannot make without losing a request, each with a reason to tell."""
    return tuple(cell for cell in matrix.cells if cell.origin != cell.target and verdict_of(cell) != "safe")
