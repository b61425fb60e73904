"""What is measured as it is rendered, and read as it is heard."""

from types import SimpleNamespace

import numpy as np
import pytest

from engine.deliver.loudness import measure
from engine.playback.gauges import Gauges, beams, direction_grid
from engine.playback.heard import Piece, Score
from engine.playback.publishing import Publisher
from engine.playback.readings import Readings
from engine.playback.shared import SharedBlock
from engine.spatial.harmonics import spherical_harmonics

RATE_HZ = 48_000


@pytest.fixture
def block():
    shared = SharedBlock()
    shared.reset_engine_fields()
    yield shared
    shared.close()


def reader(peaks=(), ids=()) -> SimpleNamespace:
    kernel = SimpleNamespace(strip_peaks=np.array(peaks, np.float32), strip_ids=list(ids))
    return SimpleNamespace(kernel=kernel)


def publish(block: SharedBlock, levels: list, sounding: bool = True) -> Readings:
    """All pieces but the last have been heard."""
    score = Score(RATE_HZ)
    for number, one in enumerate(levels):
        score.add(Piece(256 * number, 256, 0.0, 1.0, True, 0, 1, one if sounding else None))
    Publisher(block, 0.0).publish(0.0, 256.0 * len(levels) - 1.0, score, {})
    return Readings(block)


def test_loudness_and_true_peak_arrive_in_the_window(block: SharedBlock) -> None:
    gauges = Gauges(block)
    gauges.set_format("stereo", RATE_HZ)
    block.put({"meter_channels": 2})
    sound = (0.1 * np.random.default_rng(0).standard_normal((2, 4 * RATE_HZ))).astype(np.float32)
    levels = [
        gauges.measure(np.ascontiguousarray(sound[:, at : at + 256]), reader())
        for at in range(0, sound.shape[1], 256)
    ]
    shown = publish(block, levels).programme()
    offline = measure(sound, RATE_HZ)
    assert shown.integrated_lufs == pytest.approx(offline.integrated_lufs, abs=0.01)
    assert shown.true_peak_dbtp == pytest.approx(offline.true_peak_dbtp, abs=0.001)
    assert shown.short_term_lufs == pytest.approx(shown.momentary_lufs, abs=1.0)
    assert abs(shown.correlation) < 0.1
    np.testing.assert_allclose(Readings(block).rms(), -20.0, atol=0.5)


def test_track_levels_go_to_their_faders(block: SharedBlock) -> None:
    gauges = Gauges(block)
    gauges.set_format("binaural", RATE_HZ)
    playing = reader((0.5, 0.25, 0.1), ("a", "b", "gone"))
    gauges.set_strips(playing, {"b": 7, "a": 2})
    levels = gauges.measure(np.zeros((2, 256), np.float32), playing)
    shown = publish(block, [levels]).tracks({"a": 2, "b": 7, "c": 9})
    assert shown["a"] == pytest.approx(-6.0, abs=0.1)
    assert shown["b"] == pytest.approx(-12.0, abs=0.1)
    assert shown["c"] == -120.0


def test_a_pause_reads_silence_and_keeps_the_programme(block: SharedBlock) -> None:
    block.put({"integrated_lufs": -20.0, "momentary_lufs": -10.0})
    shown = publish(block, [None], sounding=False).programme()
    assert (shown.momentary_lufs, shown.integrated_lufs) == (-np.inf, -20.0)


def test_clearing_begins_a_new_programme(block: SharedBlock) -> None:
    gauges = Gauges(block)
    gauges.set_format("stereo", RATE_HZ)
    loud = (0.5 * np.random.default_rng(0).standard_normal((2, 256))).astype(np.float32)
    for _ in range(400):
        levels = gauges.measure(loud, reader())
    assert levels.reading.integrated_lufs > -10.0
    block.put({"clips_cleared": 1})
    assert gauges.measure(loud, reader()).reading.integrated_lufs == -np.inf


@pytest.mark.parametrize(("name", "order"), [("foa", 1), ("hoa3", 3)])
def test_a_sound_field_shows_where_its_energy_is(block: SharedBlock, name: str, order: int) -> None:
    gauges = Gauges(block)
    gauges.set_format(name, RATE_HZ)
    grid = direction_grid()
    wave = spherical_harmonics(order, grid[[20]]).T * np.sin(0.3 * np.arange(256))
    for _ in range(300):
        levels = gauges.measure(wave.astype(np.float32), reader())
    shown = publish(block, [levels]).directions()
    assert np.argmax(shown) == 20
    assert shown[20] == pytest.approx(0.5, rel=0.05)
    assert shown[np.argmin(grid @ grid[20])] < 0.1 * shown[20]


def test_beams_are_one_where_they_look() -> None:
    for order in (1, 2, 7):
        gains = np.sum(beams(order) * spherical_harmonics(order, direction_grid()), axis=1)
        np.testing.assert_allclose(gains, 1.0)
