"""Which weights a part gets: those the user names or points to, else those that are here."""

from __future__ import annotations

from pathlib import Path

from engine.errors import WeightsError
from engine.weights.folder import check, is_here, place_of
from engine.weights.registry import Weights, known, registry


def weights_for(part: str, given: str | Path | None, kind: str = "detector") -> Path | None:
    """File of weights for a part; None where none was given and none is fetched.

    Parameters
    ----------
    part : str
        Its name, such as 'yolox'.
    given : str or Path, optional
        A file, or a name of the registry.

    Raises
    ------
    WeightsError
        If what was given is neither, or is not fetched yet, or is for another part.
    """
    if given is None or given == "":
        return next((_checked(w) for w in _suited(kind, part) if is_here(w)), None)
    path = Path(given).expanduser()
    if path.exists():
        return path
    if path.suffix or len(path.parts) > 1:
        raise WeightsError("these weights are not there", place=path, remedy="check the path")
    weights = known(str(given))
    if (weights.kind, weights.part) != (kind, part):
        raise WeightsError(
            f"the weights '{weights.name}' are for the {weights.kind} '{weights.part}', "
            f"not for '{part}'",
            remedy=f"choose --{weights.kind} {weights.part}",
        )
    if not is_here(weights):
        raise WeightsError(
            f"the weights '{weights.name}' are not fetched yet",
            remedy=f"fetch them: foleystage models fetch {weights.name}",
        )
    return _checked(weights)


def _checked(weights: Weights) -> Path:
    """Its file; one that came with the program is checked by its hash first.

    Raises
    ------
    WeightsError
        If it is not the file that is meant.
    """
    place = place_of(weights)
    if weights.shipped:
        check(place, weights)
    return place


def _suited(kind: str, part: str) -> list[Weights]:
    return [w for w in registry() if (w.kind, w.part) == (kind, part)]
