"""Rooms: decay times, levels, images."""

import numpy as np
import pytest

from engine.errors import FoleystageError
from engine.spatial import room as rooms
from engine.spatial.room import ROOMS, convolve_into, reflections, room_named, tail


@pytest.mark.parametrize("name", ["small_room", "hall"])
def test_tail_decays_at_the_set_time_in_each_octave(name: str) -> None:
    room = ROOMS[name]
    response = tail(room, 48000).astype(float)
    spectrum = np.fft.rfft(response, 2 * response.shape[1])
    shapes = rooms.band_shapes(2 * response.shape[1], 48000)
    for band in range(1, 6):
        filtered = np.fft.irfft(spectrum * shapes[band])[:, : response.shape[1]]
        left = np.cumsum(np.sum(filtered**2, 0)[::-1])[::-1]
        level_db = 10 * np.log10(left / left[0] + 1e-12)
        first, last = np.searchsorted(-level_db, [5.0, 25.0])
        assert (last - first) / 48000 * 3.0 == pytest.approx(room.rt60_s[band], rel=0.12)


def test_tail_is_diffuse_and_at_the_statistical_level() -> None:
    room = ROOMS["hall"]
    response = tail(room, 48000).astype(float)
    energy = np.sum(response**2, axis=1)
    np.testing.assert_allclose(energy[1:] / energy[0], 1.0 / 3.0, rtol=0.15)
    correlation = np.corrcoef(response)
    assert np.abs(correlation - np.eye(4)).max() < 0.1
    expected = rooms.reverberant_energy(room)
    assert 0.3 * expected.min() < energy[0] < expected.max()
    np.testing.assert_array_equal(response, tail(room, 48000).astype(float))


def test_images_are_mirrored_and_the_room_holds_the_path() -> None:
    path = np.array([[1.0, 2.0, 0.0], [100.0, 2.0, 0.0]])
    images = reflections(ROOMS["small_room"], path)
    assert len(images) == 6
    for image in images:
        assert (np.linalg.norm(image.positions_m, axis=1) > np.linalg.norm(path, axis=1)).all()
        assert 0.0 < image.gain < 1.0
    floor = images[-1].positions_m
    np.testing.assert_allclose(floor[:, 2], 2 * ROOMS["small_room"].planes[-1].offset_m)
    np.testing.assert_allclose(floor[:, :2], path[:, :2])


def test_convolution_in_pieces_is_convolution() -> None:
    random = np.random.default_rng(2)
    dry = random.standard_normal(200_000).astype(np.float32)
    response = random.standard_normal((2, 700)).astype(np.float32)
    out = np.zeros((2, 200_699), np.float32)
    convolve_into(dry, response, out)
    for row in range(2):
        np.testing.assert_allclose(
            out[row], np.convolve(dry.astype(float), response[row]), atol=1e-3
        )


def test_unknown_rooms_are_named() -> None:
    assert room_named("none") is None
    with pytest.raises(FoleystageError, match="small_room"):
        room_named("cathedral")
