"""Faders, mutes, solos and the head, carried from shared memory to the kernel's controls."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from engine.playback.scene import Faders
from engine.playback.shared import MAX_TRACKS, SharedBlock


class FaderLink:
    """Hands on what changed since the last look; the kernel ramps it.

    Parameters
    ----------
    block : SharedBlock
    """

    def __init__(self, block: SharedBlock) -> None:
        self._block = block
        self._controls: Faders | None = None
        self._track_ids: dict[int, str] = {}
        self._gains_db = np.empty(MAX_TRACKS, dtype=np.float32)
        self._muted = np.zeros(MAX_TRACKS, dtype=np.uint8)
        self._soloed = np.zeros(MAX_TRACKS, dtype=np.uint8)
        self._master_db = np.nan
        self._head_deg: tuple[float, ...] = ()
        self._forget()

    def connect(self, controls: Faders, slots: Mapping[str, int]) -> None:
        """Drive these controls; every value is handed on afresh."""
        self._controls = controls
        self._track_ids = {slot: track_id for track_id, slot in slots.items()}
        self._forget()
        self.apply()

    def apply(self) -> None:
        """Hand on what has changed."""
        if self._controls is None:
            return
        self._apply_tracks(self._controls)
        master_db = self._block.get("master_db")
        if self._block.get("master_muted"):
            master_db = -np.inf
        if master_db != self._master_db:
            self._master_db = master_db
            self._controls.set_master_gain(master_db)
        head_deg = tuple(self._block.array("head_deg").tolist())
        if head_deg != self._head_deg:
            self._head_deg = head_deg
            self._controls.set_head(*head_deg)

    def _apply_tracks(self, controls: Faders) -> None:
        gains_db = self._block.array("fader_db")
        muted = self._block.array("fader_muted")
        soloed = self._block.array("fader_soloed")
        moved = (gains_db != self._gains_db) | (muted != self._muted) | (soloed != self._soloed)
        if not moved.any():
            return
        for slot in np.flatnonzero(moved).tolist():
            track_id = self._track_ids.get(slot)
            if track_id is not None:
                controls.set_track_gain(track_id, float(gains_db[slot]))
                controls.set_track_mute(track_id, bool(muted[slot]))
                controls.set_track_solo(track_id, bool(soloed[slot]))
        self._gains_db[:], self._muted[:], self._soloed[:] = gains_db, muted, soloed

    def _forget(self) -> None:
        self._gains_db[:] = np.nan  # unlike any gain
        self._master_db, self._head_deg = np.nan, ()
