"""Which fader of the shared memory is which track's."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import structs

from engine.playback.shared import MAX_TRACKS, SharedBlock
from engine.project.model import Project

_STRIP_OF = MappingProxyType(
    {"fader_db": "gain_db", "fader_muted": "muted", "fader_soloed": "soloed"}
)
"""Fields of the shared memory, and what they are of a track's strip."""


class FaderSlots:
    """A fader for every track, as long as there are any.

    Parameters
    ----------
    block : SharedBlock
    """

    def __init__(self, block: SharedBlock) -> None:
        self._block = block
        self._slots: dict[str, int] = {}

    @property
    def of(self) -> Mapping[str, int]:
        """Slots by track."""
        return self._slots

    def assign(self, project: Project) -> None:
        """Give every track a fader of its own; those of deleted tracks are given again."""
        ids = [str(track.id) for track in project.tracks][:MAX_TRACKS]
        kept = {track_id: self._slots[track_id] for track_id in ids if track_id in self._slots}
        free = iter(sorted(set(range(MAX_TRACKS)) - set(kept.values())))
        self._slots = {i: kept[i] if i in kept else next(free) for i in ids}

    def write(self, project: Project) -> None:
        """Have all faders where the project has them."""
        for track in project.tracks:
            for field, name in _STRIP_OF.items():
                self.move(field, str(track.id), getattr(track.strip, name))

    def move(self, field: str, track_id: str, value: float) -> bool:
        """Move one; whether the track has one."""
        slot = self._slots.get(str(track_id))
        if slot is None:
            return False
        self._block.array(field)[slot] = value
        return True


def with_fader(project: Project, field: str, track_id: str, value: float) -> Project | None:
    """The project with a strip that is where a fader was moved; None if it is there already."""
    for index, track in enumerate(project.tracks):
        if str(track.id) != str(track_id):
            continue
        if getattr(track.strip, _STRIP_OF[field]) == value:
            return None
        strip = structs.replace(track.strip, **{_STRIP_OF[field]: value})
        moved = structs.replace(track, strip=strip)
        tracks = (*project.tracks[:index], moved, *project.tracks[index + 1 :])
        return structs.replace(project, tracks=tracks)
    return None
