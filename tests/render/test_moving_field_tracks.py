"""Ambisonic takes on tracks with a path: fields that move, through the compiler and out of it."""

from pathlib import Path

import numpy as np
import soundfile
from msgspec import structs

from engine.project.model import Clip, EqBand, Project, Scene, Strip, Take, Track, Trajectory
from engine.render.compiler import compile_project
from engine.render.renderer import render_snapshot

RATE_HZ = 48_000
SAMPLES = 4_800


def project_of(folder: Path, *channels: int, **more) -> Project:
    """A track two metres to the left; a take of noise for each number of channels."""
    path = Trajectory.from_arrays([0.0], [(0.0, 2.0, 0.0)])
    more = {"doppler": False, "air": False} | more
    track = Track(id="t", name="t", trajectory=path, **more)
    takes, clips = [], []
    for count in channels:
        soundfile.write(folder / f"{count}.wav", noise(count).T, RATE_HZ, subtype="FLOAT")
        takes.append(
            Take(
                id=f"{count}", name="x", audio=f"{count}", sample_rate_hz=RATE_HZ,
                channels=count, samples=SAMPLES,
            )
        )  # fmt: skip
        clips.append(
            Clip(
                id=f"{count}", track_id="t", take_id=f"{count}", name="x", start_s=0.0,
                duration_s=SAMPLES / RATE_HZ,
            )
        )  # fmt: skip
    return Project(tracks=(track,), takes=tuple(takes), clips=tuple(clips))


def noise(channels: int) -> np.ndarray:
    random = np.random.default_rng(channels)
    return (0.1 * random.standard_normal((channels, SAMPLES))).astype(np.float32)


def render(folder: Path, project: Project, *formats: str) -> dict[str, np.ndarray]:
    snapshot = compile_project(project, lambda name: folder / f"{name}.wav", formats)
    assert not snapshot.problems
    blocks = list(render_snapshot(snapshot))
    return {name: np.concatenate([b[name] for b in blocks], axis=1) for name in formats}


def turned_left(field: np.ndarray) -> np.ndarray:
    """A first-order field two metres to the left."""
    w, y, z, x = field
    return 0.5 * np.stack([w, x, z, -y])


def test_a_field_on_a_track_faces_where_it_is(tmp_path: Path) -> None:
    out = render(tmp_path, project_of(tmp_path, 4), "foa", "hoa3")
    np.testing.assert_allclose(out["foa"], turned_left(noise(4)), atol=1e-6)
    np.testing.assert_allclose(out["hoa3"][:4], out["foa"], atol=1e-6)
    assert not out["hoa3"][4:].any()


def test_a_track_may_hold_fields_of_two_orders_and_a_mono_sound(tmp_path: Path) -> None:
    out = render(tmp_path, project_of(tmp_path, 1, 4, 9), "hoa2")["hoa2"]
    mono = 0.5 * noise(1)[0]
    expected = turned_left(noise(4)) + turned_left(noise(9)[:4])
    expected[:2] += mono  # from the left: W and Y
    np.testing.assert_allclose(out[:4], expected, atol=1e-6)
    assert np.abs(out[4:]).max() > 0.05


def test_the_strip_acts_on_every_channel(tmp_path: Path) -> None:
    cut = EqBand(kind="low_pass", frequency_hz=500.0)
    plain = render(tmp_path, project_of(tmp_path, 4), "foa")["foa"]
    strip = Strip(gain_db=-20.0, eq=(cut,))
    dull = render(tmp_path, project_of(tmp_path, 4, strip=strip), "foa")["foa"]
    high = np.fft.rfftfreq(SAMPLES, 1.0 / RATE_HZ) > 4_000.0
    ratio = [np.sum(np.abs(np.fft.rfft(out)[:, high]) ** 2, axis=1) for out in (dull, plain)]
    assert (10 * np.log10(ratio[0] / ratio[1]) < -20.0 - 30.0).all()


def test_the_room_hears_the_omnidirectional_channel_once(tmp_path: Path) -> None:
    hall = Scene(room="hall")
    only_w = project_of(tmp_path, 4)
    field = noise(4)
    field[1:] = 0.0
    soundfile.write(tmp_path / "4.wav", field.T, RATE_HZ, subtype="FLOAT")
    as_field = render(tmp_path, structs.replace(only_w, scene=hall), "foa")["foa"]
    dry = render(tmp_path, only_w, "foa")["foa"]
    as_field[:, : dry.shape[1]] -= dry  # the room rings on
    mono = project_of(tmp_path, 1)
    soundfile.write(tmp_path / "1.wav", field[:1].T, RATE_HZ, subtype="FLOAT")
    as_mono = render(tmp_path, structs.replace(mono, scene=hall), "foa")["foa"]
    dry = render(tmp_path, mono, "foa")["foa"]
    as_mono[:, : dry.shape[1]] -= dry
    assert np.abs(as_mono).max() > 1e-3
    np.testing.assert_allclose(as_field, as_mono, atol=1e-6)
