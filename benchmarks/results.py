"""One measured figure, the table of them, and the file they are written to."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Figure:
    """A measured figure beside a published or measured one of a peer.

    `ratio` is how many times better than the peer it is: above 1 is better, for seconds (smaller
    is better) and for rates (larger is better) alike. `floor` is the value that arithmetic and
    memory bandwidth would allow, where it is known.
    """

    name: str
    value: float
    unit: str
    peer: float | None = None
    ratio: float | None = None
    floor: float | None = None


def seconds(name: str, value: float, peer: float | None = None) -> Figure:
    """A time; smaller is better."""
    return Figure(name, round(value, 4), "s", peer, _ratio(peer, value))


def rate(
    name: str, value: float, unit: str, peer: float | None = None, floor: float | None = None
) -> Figure:
    """A rate or a capacity; larger is better."""
    return Figure(name, round(value, 4), unit, peer, _ratio(value, peer), floor)


def _ratio(numerator: float | None, denominator: float | None) -> float | None:
    return round(numerator / denominator, 3) if numerator and denominator else None


def as_table(figures: Sequence[Figure]) -> str:
    """The figures as a table for people."""
    rows: list[tuple[str, ...]] = [("figure", "value", "unit", "peer", "times better", "floor")]
    for figure in figures:
        numbers = (figure.peer, figure.ratio, figure.floor)
        cells = [f"{number:.4g}" if number is not None else "" for number in numbers]
        rows.append((figure.name, f"{figure.value:.4g}", figure.unit, *cells))
    widths = [max(len(row[column]) for row in rows) for column in range(6)]
    lines = []
    for row in rows:
        cells = [row[0].ljust(widths[0]), row[1].rjust(widths[1]), row[2].ljust(widths[2])]
        cells += [cell.rjust(width) for cell, width in zip(row[3:], widths[3:], strict=True)]
        lines.append("  ".join(cells).rstrip())
    lines.insert(1, "-" * max(len(line) for line in lines))
    return "\n".join(lines)


def print_figures(figures: Sequence[Figure]) -> None:
    """Print the table."""
    print(as_table(figures))


def print_figures_of(measure: Callable[[Path], list[Figure]]) -> None:
    """Measure in a folder of its own, and print the table: a benchmark run by itself."""
    with tempfile.TemporaryDirectory(prefix="foleystage-bench-") as folder:
        print_figures(measure(Path(folder)))


def tell_absent(name: str, why: str) -> None:
    """Say that a peer could not be measured: that is no failure."""
    print(f"bench: absent: {name} ({why})", file=sys.stderr)


def write_results(path: Path, figures: Sequence[Figure]) -> None:
    """Write the figures as a JSON list, whole or not at all."""
    temporary = path.with_suffix(".json.tmp")
    text = json.dumps([asdict(figure) for figure in figures], indent=2, allow_nan=False)
    temporary.write_text(text + "\n", encoding="utf-8")
    temporary.replace(path)
