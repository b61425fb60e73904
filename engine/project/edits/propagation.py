"""Edits of a sound's way to the listener: Doppler, air, occlusion, width."""

from __future__ import annotations

from typing import ClassVar

from msgspec import structs

from engine.project.edits.base import EditBase, change_track
from engine.project.limits import check_occlusion, check_width
from engine.project.model import Curve, Project


class SetDoppler(EditBase, frozen=True, kw_only=True, tag="set_doppler"):
    """Let a track's pitch follow its motion, or not."""

    track_id: str
    doppler: bool

    @property
    def label(self) -> str:
        return "Doppler on" if self.doppler else "Doppler off"

    def apply(self, project: Project) -> Project:
        return change_track(
            project, self.track_id, lambda track: structs.replace(track, doppler=self.doppler)
        )


class SetAir(EditBase, frozen=True, kw_only=True, tag="set_air"):
    """Let distance swallow a track's high frequencies, or not."""

    track_id: str
    air: bool

    @property
    def label(self) -> str:
        return "Air absorption on" if self.air else "Air absorption off"

    def apply(self, project: Project) -> Project:
        return change_track(
            project, self.track_id, lambda track: structs.replace(track, air=self.air)
        )


class SetOcclusion(EditBase, frozen=True, kw_only=True, tag="set_occlusion"):
    """Say what stands between a track and the listener: points (time_s, 0..1); none is nothing."""

    text: ClassVar[str] = "Occlusion"
    track_id: str
    curve: Curve

    @property
    def coalesce_key(self) -> str | None:
        return f"SetOcclusion:{self.track_id}"

    def apply(self, project: Project) -> Project:
        check_occlusion(self.curve)
        return change_track(
            project, self.track_id, lambda track: structs.replace(track, occlusion=self.curve)
        )


class SetWidth(EditBase, frozen=True, kw_only=True, tag="set_width"):
    """Set the angle a track fills: points (time_s, degrees); none is a point source."""

    text: ClassVar[str] = "Width"
    track_id: str
    curve: Curve

    @property
    def coalesce_key(self) -> str | None:
        return f"SetWidth:{self.track_id}"

    def apply(self, project: Project) -> Project:
        check_width(self.curve)
        return change_track(
            project, self.track_id, lambda track: structs.replace(track, width_deg=self.curve)
        )


class SetStereo(EditBase, frozen=True, kw_only=True, tag="set_stereo"):
    """Keep the two channels of stereo takes apart, or average them."""

    track_id: str
    stereo: bool

    @property
    def label(self) -> str:
        return "Stereo apart" if self.stereo else "Stereo to mono"

    def apply(self, project: Project) -> Project:
        return change_track(
            project, self.track_id, lambda track: structs.replace(track, stereo=self.stereo)
        )
