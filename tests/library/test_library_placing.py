"""Recordings in a session: as they are, as a take of an event, alone; their licence goes along."""

from pathlib import Path

import numpy as np
import pytest
from library_files import RATE_HZ, noise, tone, write

from engine.errors import LibraryError, ProjectError
from engine.library.credits import credits_of
from engine.library.database import Database
from engine.library.indexing import index_folder
from engine.pipeline.heard_alone import HEARD_S, heard_alone
from engine.pipeline.made_again import make_again
from engine.pipeline.recordings import place_recording, recording_as_take
from engine.project.media_folder import MediaFolder
from engine.project.model import Clip, Event, Project, Recipe, Take, Track, Trajectory


@pytest.fixture
def media(tmp_path: Path) -> MediaFolder:
    return MediaFolder(tmp_path / "bundle")


@pytest.fixture
def project(media: MediaFolder) -> Project:
    """A track with a clip of an event's only take."""
    audio = media.put_audio(noise(1, 1.0), RATE_HZ)
    track = Track(
        id="t", name="Door", trajectory=Trajectory.from_arrays([0.0], [[2.0, 0.0, 0.0]]), end_s=4.0
    )
    event = Event(
        id="e", track_id="t", layer="hit", generator="impacts", prompt="door", start_s=1.0,
        duration_s=1.0, onsets_s=(1.2,), strengths=(1.0,),
    )  # fmt: skip
    take = Take(
        id="take-e-12345678", event_id="e", name="door", audio=audio, sample_rate_hz=RATE_HZ,
        channels=1, samples=RATE_HZ, recipe=Recipe(generator="impacts", version="1"),
    )  # fmt: skip
    clip = Clip(id="c", track_id="t", take_id=take.id, name="door", start_s=1.0, duration_s=1.0)
    return Project(tracks=(track,), events=(event,), takes=(take,), clips=(clip,))


@pytest.fixture
def knock(database: Database, tmp_path: Path) -> Path:
    folder = tmp_path / "sounds"
    path = write(folder / "knock wood.wav", noise(4, 0.5) * np.exp(-np.arange(12_000) / 900))
    index_folder(database, folder, licence="CC BY 4.0", source="my recorder")
    return path


def test_a_recording_is_placed_sample_by_sample_and_keeps_its_licence(
    project: Project, media: MediaFolder, knock: Path
) -> None:
    placed = place_recording(project, media, knock, "t", 2.5).apply(project)
    clip = placed.clips[-1]
    take = placed.take(clip.take_id)
    assert (clip.track_id, clip.start_s, clip.duration_s) == ("t", 2.5, 0.5)
    audio, rate_hz = media.audio(take.audio)
    assert (rate_hz, audio.shape) == (RATE_HZ, (1, 12_000))
    (told,) = credits_of(placed)
    assert (told["path"], told["licence"], told["source"]) == (
        str(knock), "CC BY 4.0", "my recorder",
    )  # fmt: skip


def test_a_placed_recording_that_is_lost_is_made_again_to_the_bit(
    project: Project, media: MediaFolder, knock: Path
) -> None:
    placed = place_recording(project, media, knock, None, 0.0).apply(project)
    take = placed.take(placed.clips[-1].take_id)
    media.audio_path(take.audio).unlink()
    assert make_again(placed, media).restored == (take.audio,)
    assert media.audio_path(take.audio).exists()


def test_a_recording_becomes_a_take_of_an_event_and_its_clip_sounds_it(
    project: Project, media: MediaFolder, knock: Path
) -> None:
    edit = recording_as_take(project, media, knock, "e")
    grown = edit.apply(project)
    take = grown.take(grown.clip("c").take_id)
    assert take.id != "take-e-12345678"
    assert take.event_id == "e"
    assert grown.event("e") == project.event("e")
    (told,) = credits_of(grown)
    assert (told["licence"], told["events"]) == ("CC BY 4.0", ["e"])
    with pytest.raises(ProjectError, match="already"):
        recording_as_take(grown, media, knock, "e")


def test_a_recording_is_heard_alone_for_a_minute_at_the_most(
    media: MediaFolder, tmp_path: Path
) -> None:
    heard = heard_alone(write(tmp_path / "long.wav", tone(100, HEARD_S + 5)), media)
    (take,) = heard.takes
    assert take.channels == 2
    assert take.duration_s == pytest.approx(HEARD_S)
    assert heard.clips[0].duration_s == take.duration_s


def test_a_file_that_is_gone_is_told(project: Project, media: MediaFolder, database: Database):
    with pytest.raises(LibraryError):
        recording_as_take(project, media, Path("/nowhere/x.wav"), "e")
