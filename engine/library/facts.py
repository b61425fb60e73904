"""What a sound file says of itself: by its name and its metadata."""

from __future__ import annotations

import re
from pathlib import Path

import av
import av.error
import soundfile

from engine import riff
from engine.errors import LibraryError, MediaError
from engine.library.recording import Recording
from engine.library.ucs import category_of, read_name
from engine.library.wave_metadata import describe
from engine.media.opening import open_local

SOUND_SUFFIXES = frozenset(
    [
        ".wav",
        ".wave",
        ".bwf",
        ".rf64",
        ".w64",
        ".aif",
        ".aiff",
        ".aifc",
        ".flac",
        ".ogg",
        ".oga",
        ".opus",
        ".mp3",
        ".m4a",
        ".caf",
        ".au",
    ]
)
_WAVE_SUFFIXES = frozenset({".wav", ".wave", ".bwf", ".rf64"})
_MOST_CHARACTERS = 2000
_TAGS = {
    "title": "title", "comment": "description", "description": "description", "genre": "keywords",
    "artist": "creator", "album": "source", "copyright": "licence", "license": "licence",
    "licence": "licence",
}  # fmt: skip


def read_facts(path: Path, licence: str = "", source: str = "") -> Recording:
    """What is known of a sound file without listening to it.

    Parameters
    ----------
    path : Path
    licence, source : str
        What holds for its folder, where the file itself says nothing.

    Raises
    ------
    LibraryError
        If it is no sound that can be read, or holds none.
    """
    texts = _wave_texts(path) if path.suffix.lower() in _WAVE_SUFFIXES else {}
    duration_s, rate_hz, channels, tags = _measures(path)
    texts = {**tags, **texts}
    name = read_name(path.stem)
    name_source = name.source if name else ""
    found = category_of(name.cat_id) if name else category_of(texts.get("cat_id", ""))
    description = [texts.get("description", ""), texts.get("comment", "")]
    return Recording(
        path=str(path),
        title=_cut((name.title if name else "") or texts.get("title", "") or words_of(path.stem)),
        description=_cut(" ".join(filter(None, dict.fromkeys(description)))),
        keywords=_cut(
            " ".join(filter(None, (texts.get("keywords"), texts.get("user_category"),
                                   name.user_category if name else "")))
        ),
        category=found.category if found else texts.get("category", "").upper()[:80],
        subcategory=found.subcategory if found else texts.get("subcategory", "").upper()[:80],
        creator=_cut(texts.get("creator", "") or (name.creator if name else "")),
        source=_cut(
            texts.get("source", "") or texts.get("url", "") or name_source or source
        ),
        licence=_cut(texts.get("licence", "") or licence),
        duration_s=duration_s,
        sample_rate_hz=rate_hz,
        channels=channels,
    )  # fmt: skip


def words_of(stem: str) -> str:
    """The words of a file name: parted at capitals, numbers and signs ('DoorSlam_02' -> ...)."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])", " ", stem)
    return " ".join(re.sub(r"[_\W]+", " ", spaced).split())


def _wave_texts(path: Path) -> dict[str, str]:
    try:
        return describe(riff.read_wave_file(path).chunks)
    except MediaError:
        return {}


def _measures(path: Path) -> tuple[float, int, int, dict[str, str]]:
    """Length in seconds, rate in Hz, channels, and the tags of formats that have such."""
    try:
        with soundfile.SoundFile(path) as sound:
            if sound.frames < 1:
                raise LibraryError("holds no samples", place=path)
            tags = {key: value for key, value in sound.copy_metadata().items() if value}
            measures = sound.frames / sound.samplerate, sound.samplerate, sound.channels
            return *measures, _texts(tags)
    except (soundfile.SoundFileError, OSError):
        return _by_ffmpeg(path)


def _by_ffmpeg(path: Path) -> tuple[float, int, int, dict[str, str]]:
    try:
        with open_local(path) as container:
            stream = container.streams.audio[0]
            seconds = (container.duration or 0) / av.time_base
            if not stream.rate or not stream.channels or seconds <= 0.0:
                raise LibraryError("does not say how its sound is stored", place=path)
            tags = {**container.metadata, **stream.metadata}
            return seconds, int(stream.rate), int(stream.channels), _texts(tags)
    except (av.error.FFmpegError, OSError, ValueError, IndexError) as error:
        raise LibraryError("is no sound that can be read", place=path) from error


def _texts(tags: dict[str, str]) -> dict[str, str]:
    return {_TAGS[k.lower()]: _cut(v) for k, v in tags.items() if k.lower() in _TAGS and v.strip()}


def _cut(text: str) -> str:
    return " ".join(text.split())[:_MOST_CHARACTERS]
