"""What the user may choose about a run; the same for the command line and the window's jobs."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from engine.errors import LayoutError
from engine.layouts import FILE_NAMES
from engine.project.model import Mapping

ALL_FORMATS = ("binaural", "5.1", "foa", "hoa3", "stereo", "adm", "stems", "video")

SYNTHESIS = "synthesis"
"""The embedded generator: each event is made by the synthesis family its script line names."""


class RunSettings(Struct, frozen=True, kw_only=True):
    """Choices of one run.

    Attributes
    ----------
    prompt : tuple of str
        The user's words for what sounds; they name detected objects and the scene.
    script : Path, optional
        A Foley script to use instead of the one written by rules.
    formats : tuple of str
        Deliverables, by the names in `engine.layouts.FILE_NAMES`.
    detector, generator : str
        Parts by name, see ``foleystage doctor``. `generator` 'synthesis' means the embedded one.
    hrir : str
        'kemar' or the path of a SOFA file.
    seed : int
        The same seed gives the same samples.
    """

    prompt: tuple[str, ...] = ()
    script: Path | None = None
    formats: tuple[str, ...] = ALL_FORMATS
    mapping: Mapping = "cylinder"
    detector: str = "motion"
    generator: str = SYNTHESIS
    hrir: str = "kemar"
    target_lufs: float = -23.0
    seed: int = 0


def parse_formats(text: str) -> tuple[str, ...]:
    """Formats of a comma-separated list, in the given order and without repeats.

    Raises
    ------
    LayoutError
        Naming the first unknown format and the known ones.
    """
    wanted = tuple(dict.fromkeys(name.strip().lower() for name in text.split(",") if name.strip()))
    for name in wanted:
        if name not in FILE_NAMES:
            raise LayoutError(
                f"unknown format '{name}'", remedy=f"choose from {', '.join(FILE_NAMES)}"
            )
    if not wanted:
        raise LayoutError("no format given", remedy=f"choose from {', '.join(FILE_NAMES)}")
    return wanted
