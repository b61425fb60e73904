"""What the doctor says about weights: which a learned part would use, and which are at hand."""

from __future__ import annotations

from engine import plugins
from engine.cli.findings import Finding
from engine.models.names import SPATIALISERS
from engine.weights.folder import folder, is_here, place_of
from engine.weights.registry import Weights, registry


def weights_found() -> list[Finding]:
    """One line a learned part (what it would use), one a file that is known, and the folder."""
    found = [
        _used(kind, part)
        for kind in ("detector", "depth")
        for part in plugins.names(kind)
        if any((w.kind, w.part) == (kind, part) for w in registry())
    ]
    found += [_used("spatialiser", name) for name in SPATIALISERS]
    found += [_file(weights) for weights in registry()]
    found.append(Finding("folder", str(folder())))
    return found


def _used(kind: str, part: str) -> Finding:
    """Which weights a part takes when none are named."""
    suited = [w for w in registry() if (w.kind, w.part) == (kind, part)]
    here = next((w for w in suited if is_here(w)), None)
    option = "--depth-weights" if kind == "depth" else "--weights"
    chooser = "--model" if kind == "spatialiser" else f"--{kind}"
    if not suited:
        return Finding(f"{chooser} {part}", "no weights known", "ok", f"{option} FILE")
    if here is None:
        note = f"foleystage models fetch {suited[0].name}, or {option} FILE"
        return Finding(f"{chooser} {part}", "no weights at hand", "ok", note)
    return Finding(f"{chooser} {part}", f"uses {here.name}", "ok", f"or {option} FILE")


def _file(weights: Weights) -> Finding:
    size = f"{weights.size_bytes / 1e6:.0f} MB"
    if is_here(weights):
        how = "shipped" if weights.shipped else "fetched"
        return Finding(weights.name, f"{how}: {place_of(weights)}", "ok", weights.title)
    about = f"{weights.title}; {weights.licence}"
    return Finding(weights.name, f"not fetched ({size})", "ok", about)
