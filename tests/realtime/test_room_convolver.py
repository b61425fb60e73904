"""Measured rooms: convolution in two sizes of partitions against plain convolution."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from realtime_scenes import RATE_HZ, clip, fixed, level_db, noise, render, source
from room_scenes import in_room, wet
from scipy import signal

from engine.errors import FoleystageError
from engine.realtime.convolver import HEAD_PARTITIONS, TAIL_HOPS, RoomConvolver
from engine.realtime.kernel import Kernel
from engine.realtime.snapshot import HOP_SAMPLES
from engine.render.measured_rooms import measured_plan
from engine.spatial.measured_room import response_plan


def decaying(channels: int, samples: int, direct: int = 40) -> np.ndarray:
    """A direct click, then noise that decays by 60 dB."""
    rng = np.random.default_rng(3)
    result = 0.05 * rng.standard_normal((channels, samples))
    result *= 10.0 ** (-3.0 * np.arange(samples) / samples)
    result[:, : direct + 200] = 0.0
    result[:, direct] = 1.0
    return result


def expected_wet(responses: np.ndarray, dry: np.ndarray, direct: int = 40) -> np.ndarray:
    late = responses.copy()[:, direct:]
    late[:, :1] = 0.0
    return signal.fftconvolve(late, dry[None].astype(float), axes=1)


@pytest.mark.parametrize("samples", [900, 5_000, 30_000])
@pytest.mark.parametrize("channels", [2, 4, 16])
def test_it_is_convolution(channels: int, samples: int) -> None:
    responses = decaying(channels, samples)
    plan = response_plan(responses, RATE_HZ, RATE_HZ)
    convolver = RoomConvolver(plan)
    dry = noise(160 * HOP_SAMPLES)[0]
    field = np.zeros((16, len(dry)), np.float32)
    ears = np.zeros((2, len(dry)), np.float32)
    for start in range(0, len(dry), HOP_SAMPLES):
        here = slice(start, start + HOP_SAMPLES)
        convolver.render(dry[here], True, field[:, here])
        convolver.add_to_ears(ears[:, here])
    expected = expected_wet(responses, dry)[:, : len(dry)]
    heard = ears if channels == 2 else field[:channels]
    assert level_db(heard - expected, expected) < -75.0
    assert field.any()
    assert plan.head.shape[1] <= HEAD_PARTITIONS
    assert (plan.tail.shape[1] > 0) == (samples - 40 > HEAD_PARTITIONS * HOP_SAMPLES)
    if plan.tail.shape[1]:
        assert plan.tail.shape[2] == TAIL_HOPS * HOP_SAMPLES + 1


def test_a_file_of_ears_is_heard_by_ears_and_from_the_sides_elsewhere(tmp_path: Path) -> None:
    path = tmp_path / "church.wav"
    responses = decaying(2, 20_000)
    responses[1, 300:] *= 0.5
    soundfile.write(path, responses.T, RATE_HZ, subtype="FLOAT")
    sources = [source(fixed(0.0, 0.0, 2.0), clip(noise(9_000)))]
    scene = in_room(sources, str(path), ("binaural", "stereo", "foa"))
    ears, stereo, foa = wet(scene, 140)
    expected = expected_wet(responses, noise(9_000)[0])
    length = min(expected.shape[1], ears.shape[1])
    assert level_db(ears[:, :length] - expected[:, :length], expected[:, :length]) < -60.0
    left, right = np.sum(stereo.astype(float) ** 2, axis=1)
    assert left > 2.0 * right
    assert np.abs(foa[[2, 3]]).max() < 1e-6 * np.abs(foa[0]).max()


@pytest.mark.parametrize(("channels", "fields"), [(1, 1), (2, 2), (4, 1)])
def test_a_file_of_ears_has_one_field_more_for_other_formats(
    tmp_path: Path, channels: int, fields: int
) -> None:
    path = tmp_path / "room.wav"
    soundfile.write(path, decaying(channels, 900).T, RATE_HZ, subtype="FLOAT")
    scene = in_room([source(fixed(0.0), clip(noise(900)))], str(path), ("binaural", "foa"))
    assert len(scene.spaces) == fields
    assert scene.room is not None
    assert scene.room.space == fields - 1


def test_a_mono_file_becomes_diffuse(tmp_path: Path) -> None:
    path = tmp_path / "mono.wav"
    soundfile.write(path, decaying(1, 24_000)[0], RATE_HZ, subtype="FLOAT")
    scene = in_room([source(fixed(0.0, 0.0, 2.0), clip(noise(24_000)))], str(path))
    field = wet(scene, 160)[0].astype(float)
    powers = np.sum(field**2, axis=1)
    np.testing.assert_allclose(powers[1:] / powers[0], 1 / 3, rtol=0.2)
    assert np.abs(np.corrcoef(field) - np.eye(4)).max() < 0.2


def test_anywhere_and_any_cut_is_the_same(tmp_path: Path) -> None:
    path = tmp_path / "field.wav"
    soundfile.write(path, decaying(4, 16_000).T, RATE_HZ, subtype="FLOAT")
    scene = in_room([source(fixed(0.0, 0.0, 2.0), clip(noise(60_000)))], str(path))
    whole = render(scene, 260)[0]
    start = 45_000
    after = render(Kernel(scene), 60, start)[0]
    expected = whole[:, start : start + after.shape[1]]
    assert level_db(after - expected, expected) < -90.0


@pytest.mark.parametrize(
    ("responses", "words"),
    [
        (np.ones((3, 900)), "has 3 channels"),
        (np.zeros((1, 900)), "is silent"),
        (np.full((1, 900), np.nan), "no numbers"),
        (np.eye(1, 900), "nothing after the direct sound"),
        (np.ones((1, 900_000)), "lasts 18.8 s"),
    ],
)
def test_what_is_no_rooms_response_is_refused(responses: np.ndarray, words: str) -> None:
    with pytest.raises(FoleystageError, match=words):
        response_plan(responses, RATE_HZ, RATE_HZ)


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(FoleystageError, match=r"nowhere\.wav"):
        measured_plan(str(tmp_path / "nowhere.wav"), RATE_HZ)
    (tmp_path / "bad.sofa").write_bytes(b"no sofa")
    with pytest.raises(FoleystageError, match=r"bad\.sofa"):
        measured_plan(str(tmp_path / "bad.sofa"), RATE_HZ)


def test_other_peoples_rooms_load(shared_data: Path) -> None:
    folder = shared_data / "hrir_brir"
    names = ["RealRoomBRIRs__UniS_Room_A_BRIR_16k.sofa",
             "3dti_AudioToolkit__3DTI_BRIR_small_48000Hz.sofa"]  # fmt: skip
    for name in names:
        plan = measured_plan(str(folder / name), RATE_HZ)
        assert plan.binaural
        assert 0.05 < plan.seconds < 3.0
        energy = np.sum(np.abs(plan.head) ** 2) + np.sum(np.abs(plan.tail) ** 2)
        assert np.isfinite(energy)
        assert energy > 0.0
