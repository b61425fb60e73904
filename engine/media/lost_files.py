"""Files a session needs that are not in their places, and finding them again under a folder.

Sounds of the bundle are known by the hash of their bytes, whatever they are called now; a video by
its fingerprint; an HRIR set or a room by its file name.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.errors import FoleystageError
from engine.jobs import Progress, silent_progress
from engine.media.probe import fingerprint, probe_video
from engine.project.media_folder import MediaFolder
from engine.project.model import ContentHash, Project, Take, Video
from engine.project.wave_file import wave_bytes

MOST_FILES = 200_000
"""No more files of a folder are looked at."""


@dataclass(frozen=True)
class LostFiles:
    """What is not in its place. Of sounds, only takes that clips use; cut short counts as lost."""

    sounds: tuple[Take, ...] = ()
    video: Video | None = None
    hrir: str | None = None
    room: str | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """Everything that is lost, each in a word or two; empty when nothing is."""
        names = list(dict.fromkeys(take.name for take in self.sounds))
        others = (self.video.path if self.video else None, self.hrir, self.room)
        return (*names, *(Path(path).name for path in others if path is not None))


@dataclass(frozen=True)
class FoundFiles:
    """What was found again: sounds lie in the bundle now, the rest is where it was found."""

    sounds: tuple[ContentHash, ...] = ()
    video: Video | None = None
    hrir: str | None = None
    room: str | None = None


def lost_files(project: Project, media: MediaFolder) -> LostFiles:
    """What a session's project names and its places lack. Reads no file, only their sizes."""
    used = {clip.take_id for clip in project.clips}
    used |= {t.ears_take for t in project.tracks if t.ears_take and t.spatialiser != "measured"}
    video, scene = project.video, project.scene
    return LostFiles(
        sounds=tuple(t for t in project.takes if t.id in used and not _is_whole(t, media)),
        video=video if video is not None and not Path(video.path).is_file() else None,
        hrir=_lost_path(scene.hrir),
        room=_lost_path(scene.room),
    )


def find_again(
    lost: LostFiles, folder: Path, media: MediaFolder, progress: Progress = silent_progress
) -> FoundFiles:
    """Look for lost files in `folder` and all folders below; sounds are copied into the bundle.

    Raises
    ------
    ProjectError
        If a sound cannot be written into the bundle.
    CancelledError
        If `progress` says so; sounds that were found by then stay in the bundle.
    """
    files = [path for path, _ in zip(_files_below(folder), range(MOST_FILES), strict=False)]
    wanted = {take.audio: _bytes_of(take) for take in lost.sounds}
    sounds: list[ContentHash] = []
    video: Video | None = None
    named: dict[str, str] = {}
    for number, path in enumerate(_likely_first(files, lost)):
        progress("looking through the files", number / len(files))
        named.setdefault(path.name, str(path))
        for audio in _alike(wanted, path):
            if media.adopt_audio(audio, path):
                sounds.append(audio)
                del wanted[audio]
                break
        if lost.video is not None and video is None:
            video = _same_video(path, lost.video)
    return FoundFiles(
        sounds=tuple(sounds),
        video=video,
        hrir=named.get(Path(lost.hrir).name) if lost.hrir else None,
        room=named.get(Path(lost.room).name) if lost.room else None,
    )


def _files_below(folder: Path) -> Iterator[Path]:
    for here, folders, names in os.walk(folder):
        folders.sort()
        yield from (Path(here, name) for name in sorted(names))


def _likely_first(files: list[Path], lost: LostFiles) -> list[Path]:
    """Files that bear a lost file's name come first."""
    names = {f"{take.audio}.wav" for take in lost.sounds}
    if lost.video is not None:
        names.add(Path(lost.video.path).name)
    return sorted(files, key=lambda path: path.name not in names)


def _alike(wanted: dict[ContentHash, int], path: Path) -> list[ContentHash]:
    """Lost sounds that are as long as a file."""
    try:
        size = path.stat().st_size
    except OSError:
        return []
    return [audio for audio, length in wanted.items() if length == size]


def _same_video(path: Path, video: Video) -> Video | None:
    """The video at a path, if it is the one that was lost."""
    if path.suffix.lower() != Path(video.path).suffix.lower():
        return None
    try:
        return probe_video(path) if fingerprint(path) == video.fingerprint else None
    except (FoleystageError, OSError):
        return None


def _is_whole(take: Take, media: MediaFolder) -> bool:
    try:
        return media.audio_path(take.audio).stat().st_size == _bytes_of(take)
    except OSError:
        return False


def _bytes_of(take: Take) -> int:
    return wave_bytes(take.samples, take.channels)


def _lost_path(named: str) -> str | None:
    """A setting that is the path of a file which is not there; names of shipped things are none."""
    return named if Path(named).is_absolute() and not Path(named).exists() else None
