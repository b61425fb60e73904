"""How a project's scene is heard: from pixels to metres, rooms, ears, levels."""

from __future__ import annotations

from typing import Literal

from engine.project.value import Value

Mapping = Literal["foleyspace", "cylinder", "foleydesigner"]
FieldDecoding = Literal["magls", "virtual_loudspeakers"]
"""How sound fields reach two ears."""
HrirEqualisation = Literal["none", "diffuse_field"]
"""Whether an HRIR set keeps the colour that all its directions share."""


class FormatTrim(Value, frozen=True, kw_only=True):
    """How much louder than the master fader says a format is, in dB."""

    format_name: str
    gain_db: float
    composed_db: float = 0.0
    """Where composing has put it, or would have if no hand had."""
    provenance: Literal["machine", "hand"] = "machine"


class Scene(Value, frozen=True, kw_only=True):
    """How pixels become metres, and how the scene is heard and delivered."""

    mapping: Mapping = "cylinder"
    horizontal_fov_deg: float = 60.0
    hrir: str = "kemar"
    """'kemar' (shipped) or the path of a SOFA file."""
    hrir_equalisation: HrirEqualisation = "none"
    """'diffuse_field' takes out what headphones have themselves; 'none' leaves the set as it was
    measured (docs/loudness.md weighs one against the other)."""
    field_decoder: FieldDecoding = "magls"
    room: str = "none"
    """'none' (no reflections, no tail), a shipped room, or the path of a room's TOML file or of a
    measured response (SOFA or a sound file)."""
    room_level_db: float = 0.0
    """Of all that the room answers; 0 is what its walls and volume make it."""
    room_listener_m: tuple[float, float, float] | None = None
    """The head's place from the room's back, right, lower corner; None: where the room has it."""
    room_reflections: int = 1
    """Most walls that an early reflection meets, 1 to 3."""
    rotation_deg: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """The whole scene turned about the listener, in every format: yaw to the left, pitch up, roll
    to the right, as a head that turns the other way would hear it."""
    format_trims: tuple[FormatTrim, ...] = ()
    """On top of the master fader, by name; binaural, which the master is set by, has none. See
    `engine.project.format_trims` for the formats that are not here."""
    target_lufs: float = -23.0
    true_peak_limit_dbtp: float = -1.0
    seed: int = 0
    prompt: tuple[str, ...] = ()
    screenplay: str = ""
    """Path of the screenplay that the script follows; empty: none."""
