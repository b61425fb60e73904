"""What the user may choose about a run; the same for the command line and the window's jobs."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from engine.layouts import USUAL_FORMATS
from engine.media.spherical import Projection
from engine.minds.endpoint import MindSettings
from engine.project.model import Mapping
from engine.script.separation import TURNS, Separation

LOUDNESS_LUFS = (-60.0, -5.0)
"""Lowest and highest loudness that can be asked for."""

REPORT_NAME = "report.json"
"""What a run tells of itself, beside the deliverables."""

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
    screenplay : Path, optional
        A screenplay (Fountain, FDX, text): what it tells beside the picture sounds, too.
    mind : MindSettings, optional
        A language model that writes the script; by default rules do.
    formats : tuple of str
        Deliverables, by the names in `engine.layouts.FILE_NAMES`.
    detector, depth, generator : str
        Parts by name, see ``foleystage doctor``. `generator` 'synthesis' means the embedded one.
    projection : {'auto', 'flat', 'sphere'}
        Whether the picture shows everything all around; 'auto': as the film tells.
    weights, depth_weights : str, optional
        What the detector and the depth part have learned: a file, or a name of the registry.
    distance_m : float, optional
        Of the most relevant object, where it is known; scales depth by a network.
    hrir : str
        'kemar' or the path of a SOFA file.
    room : str
        'none', a shipped room, or the path of a room's TOML file or of a measured response.
    room_level_db : float
        Of all that the room answers.
    room_reflections : int
        Most walls that an early reflection meets: 1 to 3.
    seed : int
        The same seed gives the same samples.
    separation : {'turns', 'soft', 'together'}
        How movers that sound at once are kept apart: one in front by turns, the others 6 to 12 dB
        softer; the others 6 dB softer; or all as loud as they are.
    allow_missing : bool
        Deliver although sounds of the session are missing or damaged; the report names them.
    """

    prompt: tuple[str, ...] = ()
    script: Path | None = None
    screenplay: Path | None = None
    mind: MindSettings | None = None
    formats: tuple[str, ...] = USUAL_FORMATS
    mapping: Mapping = "cylinder"
    projection: Projection = "auto"
    detector: str = "motion+names"
    weights: str | None = None
    depth: str = "geometry"
    depth_weights: str | None = None
    distance_m: float | None = None
    generator: str = SYNTHESIS
    hrir: str = "kemar"
    room: str = "none"
    room_level_db: float = 0.0
    room_reflections: int = 1
    target_lufs: float = -23.0
    seed: int = 0
    separation: Separation = TURNS
    allow_missing: bool = False
