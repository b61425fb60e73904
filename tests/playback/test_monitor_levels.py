"""Choosing another format to listen in does not make the scene louder or softer."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from msgspec import structs
from playing import tone_project
from scipy import signal

from engine.deliver.loudness import LoudnessMeter
from engine.errors import LayoutError
from engine.layouts import FORMATS
from engine.playback.butler import Butler
from engine.playback.chunks import ChunkStore
from engine.playback.client import PlaybackClient
from engine.playback.gauges import Gauges
from engine.playback.listening import listening_to, monitor_gain
from engine.playback.messages import SetProject
from engine.playback.monitor_formats import FOLDED
from engine.playback.path import OutputPath
from engine.playback.scene import SceneReader
from engine.playback.scene_making import make_scene
from engine.playback.shared import SharedBlock
from engine.project.coding import encode_value
from engine.project.model import Keyframe, Project, Trajectory
from engine.project.scene import FormatTrim
from engine.project.scene import Scene as ProjectScene
from engine.realtime.kernel import Kernel
from engine.realtime.snapshot import (
    HOP_SAMPLES,
    BedPlan,
    ClipPlan,
    MotionPlan,
    Snapshot,
    SourcePlan,
    StripPlan,
)
from engine.spatial.binaural import binaural_plan
from engine.spatial.encoders import channel_encoder
from engine.spatial.equal_loudness import ears_gain
from engine.spatial.harmonics import spherical_harmonics
from engine.spatial.hrir import load_hrirs
from engine.spatial.propagation import PointSource
from engine.spatial.space import space_plan
from engine.spatial.sphere import fibonacci_sphere

RATE_HZ = 48_000
HOPS = 150
SAMPLES = HOPS * HOP_SAMPLES
NAMES = ("binaural", "stereo", "5.1", "5.1.4", "7.1.4", "foa", "hoa3")
DIRECTIONS = fibonacci_sphere(32)


def pink(seed: int):
    white = np.fft.rfft(np.random.default_rng(seed).standard_normal(SAMPLES))
    frequency_hz = np.fft.rfftfreq(SAMPLES, 1.0 / RATE_HZ)
    white *= np.where(frequency_hz > 30.0, 1.0 / np.sqrt(np.maximum(frequency_hz, 1.0)), 0.0)
    return np.fft.irfft(white).astype(np.float32)[None]


def scene_of(objects: float, ambience: float) -> Snapshot:
    """Sources all around, and an ambience of first order that comes from all around."""
    eye = np.eye(1, dtype=np.float32)
    sources = tuple(
        SourcePlan(
            0,
            (ClipPlan(objects * pink(i), eye, 0, SAMPLES),),
            MotionPlan(np.zeros(1), direction[None]),
        )
        for i, direction in enumerate(DIRECTIONS)
    )
    waves = spherical_harmonics(1, DIRECTIONS)
    field = sum(waves[i][:, None] * pink(100 + i) for i in range(len(waves)))
    clip = ClipPlan((ambience * field).astype(np.float32), np.eye(4, dtype=np.float32), 0, SAMPLES)
    hrirs = load_hrirs("kemar", RATE_HZ)
    return Snapshot(
        sample_rate_hz=RATE_HZ, length_samples=SAMPLES, formats=NAMES,
        channels=tuple(FORMATS[name] for name in NAMES), strips=(StripPlan("t"),),
        sources=sources, beds=(BedPlan(0, (clip,)),),
        encoders={name: channel_encoder(name, RATE_HZ) for name in NAMES if name != "binaural"},
        binaural=binaural_plan(hrirs), distance=PointSource(), samples_per_metre=140.0,
        spaces=(space_plan(1, NAMES, hrirs),),
    )  # fmt: skip


def heard_lufs(scene: Snapshot, device_channels: int = 2) -> dict[str, float]:
    """Loudness at a device in every monitor format; channels count alike."""
    kernel = Kernel(scene)
    outs = [np.zeros((count, SAMPLES), np.float32) for count in scene.channels]
    kernel.process_hops(outs)
    loudness = {}
    for name, out in zip(NAMES, outs, strict=True):
        path = OutputPath(device_channels, RATE_HZ, is_alsa=False)
        path.set_format(
            name, RATE_HZ, listening_to(name, Project(), []), monitor_gain(name, Project())
        )
        meter = LoudnessMeter(device_channels, RATE_HZ, [1.0] * device_channels)
        meter.add(np.concatenate([path.convert(out[:, :HOP_SAMPLES]),
                                  path.convert(out[:, HOP_SAMPLES:])]).T)  # fmt: skip
        loudness[name] = meter.result().integrated_lufs
    return loudness


def test_a_diffuse_scene_is_as_loud_in_every_format_and_on_every_device() -> None:
    scene = scene_of(1.0, 1.0)
    pair, six = heard_lufs(scene), heard_lufs(scene, 6)
    third_order = pair.pop("hoa3")
    assert np.ptp([*pair.values(), six["5.1"], six["7.1.4"]]) < 1.0, (pair, six)
    # An ambience of first order alone lacks what third order hears as the treble's loudness.
    assert abs(third_order - pair["binaural"]) < 1.0


@pytest.mark.parametrize("parts", [(1.0, 0.0), (0.0, 1.0)], ids=["sources", "ambience"])
def test_either_half_of_it_is_about_as_loud(parts: tuple[float, float]) -> None:
    pair = heard_lufs(scene_of(*parts))
    usual = [pair[name] for name in ("binaural", "stereo", "5.1", "foa")]
    assert np.ptp(usual) < 1.0, pair
    assert all(abs(level - pair["stereo"]) < 2.6 for level in pair.values()), pair


def test_a_set_of_another_level_is_as_loud() -> None:
    from dataclasses import replace

    hrirs = load_hrirs("kemar", RATE_HZ)
    louder = replace(hrirs, responses=4.0 * hrirs.responses)
    assert ears_gain(louder) == pytest.approx(ears_gain(hrirs) / 4.0, rel=1e-6)
    assert -6.0 < 20 * np.log10(ears_gain(hrirs)) < -3.0


def test_other_ears_of_another_level_glide() -> None:
    path = OutputPath(2, RATE_HZ, is_alsa=False)
    path.set_format("binaural", RATE_HZ, None, 0.5)
    steady = np.ones((2, 512), np.float32)
    assert (path.convert(steady) == 0.5).all()
    path.follow(None, 1.0)
    gliding = path.convert(steady)[:, 0]
    assert (np.diff(gliding) > 0.0).all()
    assert np.abs(signal.lfilter([1.0, -2.0, 1.0], 1.0, gliding)[2:]).max() < 1e-6
    assert (path.convert(steady) == 1.0).all()


def test_the_level_one_listens_at_glides_and_stays_with_another_format() -> None:
    path = OutputPath(2, RATE_HZ, is_alsa=False)
    path.set_format("binaural", RATE_HZ, None, 0.5)
    steady = np.ones((2, 512), np.float32)
    path.set_level(0.1)
    gliding = path.convert(steady)[:, 0]
    assert (np.diff(gliding) < 0.0).all()
    assert gliding[0] < 0.5
    np.testing.assert_allclose(path.convert(steady), 0.05, rtol=1e-6)
    path.set_format("stereo", RATE_HZ)
    np.testing.assert_allclose(path.convert(steady), 0.1, rtol=1e-6)
    path.set_level(0.0)
    path.convert(steady)
    assert not path.convert(steady).any()


def test_the_folded_monitor_is_what_the_5_1_file_becomes_on_two_loudspeakers(
    tmp_path: Path,
) -> None:
    project = tone_project(tmp_path, 2.0)
    aside = Trajectory(keyframes=(Keyframe(time_s=0.0, x_m=0.3, y_m=2.0, z_m=0.0),))
    track = structs.replace(project.tracks[0], trajectory=aside)
    project = structs.replace(project, tracks=(track,))
    message = SetProject(1, encode_value(project), str(tmp_path), {"track": 0})
    heard = {}
    for name in ("5.1", FOLDED):
        butler = Butler(ChunkStore())
        scene, _ = make_scene(message, name, butler)
        assert scene.kernel is not None
        reader = SceneReader(scene.kernel, scene.channels, scene.fold)
        butler.serve()
        heard[name] = reader.read(8 * HOP_SAMPLES)
    left, right, centre, _, rear_left, rear_right = heard["5.1"].astype(float)
    assert np.abs(rear_left).max() > 0.01
    half = np.sqrt(0.5)
    folded = np.stack([left + half * (centre + rear_left), right + half * (centre + rear_right)])
    np.testing.assert_allclose(heard[FOLDED], folded, atol=1e-6)
    path = OutputPath(6, RATE_HZ, is_alsa=False)
    path.set_format(FOLDED, RATE_HZ)
    played = path.convert(heard[FOLDED])
    np.testing.assert_array_equal(played[:, :2].T, heard[FOLDED])
    assert not played[:, 2:].any()
    assert path.message == ""


def test_the_folded_monitor_is_measured_folded_and_has_the_trim_of_5_1() -> None:
    block = SharedBlock()
    try:
        gauges = Gauges(block)
        gauges.set_format(FOLDED, RATE_HZ)
        reader = SimpleNamespace(kernel=SimpleNamespace(strip_peaks=np.zeros(0), strip_ids=[]))
        gauges.set_strips(reader, {})  # type: ignore[arg-type]
        levels = gauges.measure(np.full((2, HOP_SAMPLES), 0.5, np.float32), reader)  # type: ignore[arg-type]
        assert levels is not None
        assert levels.scope.shape[0] == 2
    finally:
        block.close()
    client = PlaybackClient()
    try:
        scene = ProjectScene(format_trims=(FormatTrim(format_name="5.1", gain_db=-4.0),))
        client.set_monitor_format(FOLDED)
        client.set_master_gain(1.0, scene)
        assert client._block.get("master_db") == pytest.approx(-3.0)
        with pytest.raises(LayoutError):
            client.set_monitor_format("9.1-to-stereo")
    finally:
        client.close()
