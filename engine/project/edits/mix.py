"""Edits of the mixer: faders, switches and equalisers of strips."""

from __future__ import annotations

from typing import Any, ClassVar

from msgspec import structs

from engine.project.checks import check_eq
from engine.project.edits.base import EditBase, change_track
from engine.project.limits import LOUDEST_MASTER_DB, check_gain, check_gain_curve, check_lfe_send
from engine.project.model import Curve, EqBand, Project, Provenance


class SetTrackGain(EditBase, frozen=True, kw_only=True, tag="set_track_gain"):
    """Set a track's fader."""

    text: ClassVar[str] = "Track gain"
    track_id: str
    gain_db: float

    @property
    def coalesce_key(self) -> str | None:
        return f"SetTrackGain:{self.track_id}"

    def apply(self, project: Project) -> Project:
        check_gain(self.gain_db, "track gain")
        return _change_strip(project, self.track_id, gain_db=self.gain_db)


class SetGainCurve(EditBase, frozen=True, kw_only=True, tag="set_gain_curve"):
    """Automate a track's volume: points (time_s, dB), straight lines between them; none is 0 dB."""

    text: ClassVar[str] = "Volume automation"
    track_id: str
    curve: Curve

    @property
    def coalesce_key(self) -> str | None:
        return f"SetGainCurve:{self.track_id}"

    def apply(self, project: Project) -> Project:
        check_gain_curve(self.curve)
        return change_track(
            project,
            self.track_id,
            lambda track: structs.replace(
                track, gain_curve_db=self.curve, gain_curve_provenance="hand"
            ),
        )


class MuteTrack(EditBase, frozen=True, kw_only=True, tag="mute_track"):
    """Silence a track, or let it sound again."""

    track_id: str
    muted: bool = True

    @property
    def label(self) -> str:
        return "Mute track" if self.muted else "Unmute track"

    def apply(self, project: Project) -> Project:
        return _change_strip(project, self.track_id, muted=self.muted)


class SoloTrack(EditBase, frozen=True, kw_only=True, tag="solo_track"):
    """Hear only the soloed tracks, or end that."""

    track_id: str
    soloed: bool = True

    @property
    def label(self) -> str:
        return "Solo track" if self.soloed else "Unsolo track"

    def apply(self, project: Project) -> Project:
        return _change_strip(project, self.track_id, soloed=self.soloed)


class SetTrackEq(EditBase, frozen=True, kw_only=True, tag="set_track_eq"):
    """Set all bands of a track's equaliser."""

    text: ClassVar[str] = "Equaliser"
    track_id: str
    bands: tuple[EqBand, ...]

    @property
    def coalesce_key(self) -> str | None:
        return f"SetTrackEq:{self.track_id}"

    def apply(self, project: Project) -> Project:
        check_eq(self.bands)
        return _change_strip(project, self.track_id, eq=self.bands)


class SetRoomSend(EditBase, frozen=True, kw_only=True, tag="set_room_send"):
    """Set how much of a track goes into the room."""

    text: ClassVar[str] = "Room send"
    track_id: str
    send_db: float

    @property
    def coalesce_key(self) -> str | None:
        return f"SetRoomSend:{self.track_id}"

    def apply(self, project: Project) -> Project:
        check_gain(self.send_db, "room send")
        return change_track(
            project,
            self.track_id,
            lambda track: structs.replace(track, room_send_db=self.send_db),
        )


class SetLfeSend(EditBase, frozen=True, kw_only=True, tag="set_lfe_send"):
    """Set how much of a track's low end goes to the LFE; None lets its layers decide."""

    text: ClassVar[str] = "LFE send"
    track_id: str
    send_db: float | None

    @property
    def coalesce_key(self) -> str | None:
        return f"SetLfeSend:{self.track_id}"

    def apply(self, project: Project) -> Project:
        check_lfe_send(self.send_db, "LFE send")
        return change_track(
            project,
            self.track_id,
            lambda track: structs.replace(track, lfe_send_db=self.send_db),
        )


class SetMasterGain(EditBase, frozen=True, kw_only=True, tag="set_master_gain"):
    """Set the master fader."""

    text: ClassVar[str] = "Master gain"
    gain_db: float

    @property
    def coalesce_key(self) -> str | None:
        return "SetMasterGain"

    def apply(self, project: Project) -> Project:
        return _with_master(project, self.gain_db, "hand")


class ApplyMasterGain(EditBase, frozen=True, kw_only=True, tag="apply_master_gain"):
    """Set the master fader to where the mix has its loudness; one that a hand has set stays."""

    text: ClassVar[str] = "Level the mix"
    gain_db: float

    def apply(self, project: Project) -> Project:
        levelled = _with_master(project, self.gain_db, "machine")
        result = levelled if may_set_master(project) else project
        return structs.replace(result, composed_master_db=self.gain_db)


class ReturnMasterGain(EditBase, frozen=True, kw_only=True, tag="return_master_gain"):
    """Give the master fader back: where composing has put it (0 dB where it never did)."""

    text: ClassVar[str] = "Composed master gain"

    def apply(self, project: Project) -> Project:
        if project.composed_master_db is None:
            return _with_master(project, 0.0, "hand")
        return _with_master(project, project.composed_master_db, "machine")


def may_set_master(project: Project) -> bool:
    """Whether the master fader is the machine's: it has set it, or nobody has moved it."""
    if project.master_provenance is None:
        return project.master.gain_db == 0.0
    return project.master_provenance == "machine"


def _with_master(project: Project, gain_db: float, provenance: Provenance) -> Project:
    check_gain(gain_db, "master gain", LOUDEST_MASTER_DB)
    master = structs.replace(project.master, gain_db=gain_db)
    return structs.replace(project, master=master, master_provenance=provenance)


def _change_strip(project: Project, track_id: str, **changes: Any) -> Project:
    return change_track(
        project,
        track_id,
        lambda track: structs.replace(track, strip=structs.replace(track.strip, **changes)),
    )
