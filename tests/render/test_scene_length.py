"""How long a scene is: with its film, or until it has rung out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from msgspec import structs

from engine.deliver.bounce import deliver
from engine.deliver.bw64 import read_adm_chunks
from engine.media.audio_file import read_audio, write_audio
from engine.playback.butler import Butler
from engine.playback.chunks import ChunkStore
from engine.playback.messages import SetProject
from engine.playback.scene_making import make_scene
from engine.project.coding import encode_value
from engine.project.model import Clip, Project, Take, Track, Trajectory, Video
from engine.render.compiler import compile_project
from engine.render.renderer import render_snapshot
from engine.spatial.room import room_named
from engine.units import SPEED_OF_SOUND_M_PER_S, seconds_to_samples

RATE_HZ = 48_000
SOUND_S = 1.0
WAY_M = 34.0


class Media:
    """A bundle with one take of noise."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "media").mkdir()
        noise = np.random.default_rng(1).normal(0.0, 0.1, (1, int(SOUND_S * RATE_HZ)))
        write_audio(folder / "media" / "noise.wav", noise.astype(np.float32), RATE_HZ)

    def audio_path(self, audio: str) -> Path:
        return self.folder / "media" / f"{audio}.wav"


@pytest.fixture
def media(tmp_path: Path) -> Media:
    return Media(tmp_path)


def session(room: str = "none", *, distance_m: float = 2.0, doppler: bool = False) -> Project:
    """One second of noise in front."""
    take = Take(
        id="take", name="noise", audio="noise", sample_rate_hz=RATE_HZ, channels=1,
        samples=int(SOUND_S * RATE_HZ),
    )  # fmt: skip
    clip = Clip(
        id="clip", track_id="track", take_id="take", name="noise", start_s=0.0, duration_s=SOUND_S
    )
    place = Trajectory.from_arrays(np.zeros(1), np.array([[distance_m, 0.0, 0.0]]))
    track = Track(id="track", name="noise", trajectory=place, doppler=doppler)
    project = Project(sample_rate_hz=RATE_HZ, tracks=(track,), takes=(take,), clips=(clip,))
    return structs.replace(project, scene=structs.replace(project.scene, room=room))


def with_film(project: Project, duration_s: float) -> Project:
    video = Video(
        path="/film.mp4", fingerprint="", width=64, height=48, duration_s=duration_s,
        rate_numerator=25, rate_denominator=1,
    )  # fmt: skip
    return structs.replace(project, video=video)


def with_track(project: Project, **changes) -> Project:
    return project.with_track(structs.replace(project.tracks[0], **changes))


def length_s(project: Project, media: Media) -> float:
    return compile_project(project, media.audio_path, ("stereo",)).length_samples / RATE_HZ


def decay_s(room: str) -> float:
    known = room_named(room)
    assert known is not None
    assert known.rt60_s is not None
    return max(known.rt60_s)


def test_without_a_film_a_room_rings_out(media: Media) -> None:
    snapshot = compile_project(session("hall"), media.audio_path, ("stereo",))
    rings_s = 70.0 / 60.0 * decay_s("hall")
    assert snapshot.length_samples / RATE_HZ == pytest.approx(SOUND_S + rings_s, abs=0.01)
    sound = np.concatenate([block["stereo"] for block in render_snapshot(snapshot)], axis=1)
    tail = sound[:, int((SOUND_S + 0.1) * RATE_HZ) :].astype(float)
    levels_db = [10.0 * np.log10(np.mean(piece**2)) for piece in np.array_split(tail, 5, axis=1)]
    assert np.all(np.diff(levels_db) < -6.0)  # it decays
    assert levels_db[0] - levels_db[-1] > 35.0
    loud_db = 10.0 * np.log10(np.mean(sound[:, : int(SOUND_S * RATE_HZ)].astype(float) ** 2))
    assert loud_db - levels_db[0] < 30.0  # and was there


def test_the_way_of_a_sound_is_waited_for_in_a_room(media: Media) -> None:
    far = session("hall", distance_m=WAY_M, doppler=True)
    later_s = length_s(far, media) - length_s(session("hall"), media)
    assert later_s == pytest.approx(WAY_M / SPEED_OF_SOUND_M_PER_S, abs=0.002)


@pytest.mark.parametrize("film_s", [0.5, 1.0, 6.0])
def test_with_a_film_nothing_is_added(media: Media, film_s: float) -> None:
    dry, wet = (with_film(session(room), film_s) for room in ("none", "hall"))
    assert length_s(wet, media) == length_s(dry, media) == max(film_s, SOUND_S)


@pytest.mark.parametrize("doppler", [False, True])
def test_a_dry_session_is_as_long_as_its_clips(media: Media, doppler: bool) -> None:
    assert length_s(session(doppler=doppler), media) == SOUND_S


def test_what_is_not_sent_into_the_room_does_not_ring(media: Media) -> None:
    closed = with_track(session("hall"), room_send_db=-144.0)
    assert length_s(closed, media) == SOUND_S


def test_a_measured_room_rings_as_long_as_its_response(media: Media) -> None:
    path = media.folder / "room.wav"
    response = np.random.default_rng(2).normal(0.0, 0.1, (1, RATE_HZ // 2))
    response *= 10.0 ** (-3.0 * np.linspace(0.0, 1.0, response.shape[1]))
    response[0, 40] = 1.0
    write_audio(path, response.astype(np.float32), RATE_HZ)
    assert length_s(session(str(path)), media) == pytest.approx(SOUND_S + 0.5, abs=0.02)


def test_every_file_of_a_delivery_rings_out_alike(media: Media, tmp_path: Path) -> None:
    project = session("bathroom")
    expected = compile_project(project, media.audio_path, ("stereo",)).length_samples
    assert expected > SOUND_S * RATE_HZ
    out = tmp_path / "out"
    report = deliver(project, media, ["stereo", "foa", "adm", "stems"], out)
    for file in report.files:
        samples = read_audio(out / file.path)[0]
        assert samples.shape[1] == expected
        assert file.duration_s == pytest.approx(expected / RATE_HZ)
        if file.format == "stems":
            assert not samples[:, seconds_to_samples(SOUND_S, RATE_HZ) :].any()
    assert "audioProgramme" in read_adm_chunks(out / "scene.adm.wav").axml


def test_playing_ends_when_the_room_has_rung_out(media: Media) -> None:
    project = session("bathroom")
    message = SetProject(1, encode_value(project), str(media.folder), {"track": 0})
    scene, _ = make_scene(message, "stereo", Butler(ChunkStore()))
    assert scene.end_sample / RATE_HZ == pytest.approx(length_s(project, media))
    assert scene.end_sample > SOUND_S * RATE_HZ
