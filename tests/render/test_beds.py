"""Channel beds: untouched on their own loudspeakers, from where those stand everywhere else."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from msgspec import structs

from engine.coordinates import to_cartesian
from engine.layouts import BED_LAYOUTS, LOUDSPEAKER_LAYOUTS
from engine.project.model import Clip, Project, Scene, Strip, Take, Track, Trajectory
from engine.realtime.kernel import Kernel
from engine.realtime.snapshot import HOP_SAMPLES
from engine.render.compiler import compile_project
from engine.render.renderer import render_snapshot
from engine.spatial.bed_routing import bed_routes
from engine.spatial.harmonics import spherical_harmonics
from engine.spatial.hrir import load_hrirs

RATE_HZ = 48_000
SAMPLES = 9_600
START = 480


def bed(name: str = "bed", **more) -> Track:
    path = Trajectory.from_arrays([0.0], [(1.0, 0.0, 0.0)])
    return Track(id=name, name=name, kind="ambience", trajectory=path, **more)


def project_of(folder: Path, sounds: dict[str, np.ndarray], *tracks: Track, **more) -> Project:
    """Each track has the sound of its name, which begins at `START`."""
    takes, clips = [], []
    for name, samples in sounds.items():
        soundfile.write(folder / f"{name}.wav", samples.T, RATE_HZ, subtype="FLOAT")
        takes.append(
            Take(
                id=name, name=name, audio=name, sample_rate_hz=RATE_HZ, channels=len(samples),
                samples=samples.shape[1],
            )
        )  # fmt: skip
        clips.append(
            Clip(
                id=name, track_id=name, take_id=name, name=name, start_s=START / RATE_HZ,
                duration_s=samples.shape[1] / RATE_HZ,
            )
        )  # fmt: skip
    return Project(tracks=tracks, takes=tuple(takes), clips=tuple(clips), **more)


def render(folder: Path, project: Project, *formats: str) -> dict[str, np.ndarray]:
    snapshot = compile_project(project, lambda name: folder / f"{name}.wav", formats)
    blocks = list(render_snapshot(snapshot))
    return {name: np.concatenate([b[name] for b in blocks], axis=1)[:, START:] for name in formats}


def noise(channels: int, seed: int = 1) -> np.ndarray:
    random = np.random.default_rng(seed)
    return (0.1 * random.standard_normal((channels, SAMPLES))).astype(np.float32)


@pytest.mark.parametrize("layout", LOUDSPEAKER_LAYOUTS.values(), ids=lambda layout: layout.name)
def test_a_bed_comes_out_of_its_own_layout_sample_by_sample(tmp_path: Path, layout) -> None:
    sound = noise(layout.channels)
    out = render(tmp_path, project_of(tmp_path, {"bed": sound}, bed()), layout.name)
    np.testing.assert_array_equal(out[layout.name], sound)


def test_a_bed_among_other_formats_and_tracks_is_as_untouched(tmp_path: Path) -> None:
    sound = noise(12)
    ahead = structs.replace(bed("other"), kind="object", doppler=False, air=False)
    tracks = (bed(), structs.replace(ahead, strip=Strip(muted=True)))
    project = project_of(tmp_path, {"bed": sound, "other": noise(1)}, *tracks)
    out = render(tmp_path, project, "binaural", "stereo", "7.1.4", "hoa3")
    np.testing.assert_array_equal(out["7.1.4"], sound)


@pytest.mark.parametrize("layout", BED_LAYOUTS.values(), ids=lambda layout: layout.name)
def test_other_loudspeakers_get_what_is_routed_to_them(tmp_path: Path, layout) -> None:
    sound = noise(layout.channels)
    formats = tuple(LOUDSPEAKER_LAYOUTS)
    out = render(tmp_path, project_of(tmp_path, {"bed": sound}, bed()), *formats)
    for name in formats:
        expected = bed_routes(layout, LOUDSPEAKER_LAYOUTS[name]) @ sound
        np.testing.assert_allclose(out[name], expected, atol=2e-7)


def test_ambisonics_has_every_loudspeaker_at_full_order_and_no_lfe(tmp_path: Path) -> None:
    sound = noise(6)
    out = render(tmp_path, project_of(tmp_path, {"bed": sound}, bed()), "foa", "hoa5")
    places = to_cartesian([30.0, -30.0, 0.0, 110.0, -110.0], 0.0)
    for name, order in (("foa", 1), ("hoa5", 5)):
        expected = spherical_harmonics(order, places).T @ sound[[0, 1, 2, 4, 5]]
        np.testing.assert_allclose(out[name], expected, atol=1e-6)


def test_two_ears_hear_the_loudspeakers_through_their_responses(tmp_path: Path) -> None:
    sound = np.zeros((10, SAMPLES), dtype=np.float32)
    sound[np.arange(10), 800 * np.arange(10)] = 1.0
    heard = render(tmp_path, project_of(tmp_path, {"bed": sound}, bed()), "binaural")["binaural"]
    layout = BED_LAYOUTS[10]
    hrirs = load_hrirs("kemar", RATE_HZ)
    expected = np.zeros((2, SAMPLES + 1000))
    for channel, speaker in enumerate(layout.loudspeakers):
        place = to_cartesian([speaker.azimuth_deg], speaker.elevation_deg)
        response = hrirs.interpolate(place)[0] * (not speaker.lfe)
        expected[:, 800 * channel : 800 * channel + response.shape[1]] += response
    late = _lag(heard[0], expected[0])
    expected = expected[:, late : late + heard.shape[1]]
    assert np.sum((heard - expected) ** 2) < 1e-5 * np.sum(expected**2)


def _lag(heard: np.ndarray, expected: np.ndarray) -> int:
    """By how many samples the renderer leaves out what all responses have before their onsets."""
    size = 1 << 15
    both = np.fft.irfft(np.fft.rfft(expected, size) * np.conj(np.fft.rfft(heard, size)))
    return int(np.argmax(both[:200]))


def test_a_head_turns_among_the_loudspeakers(tmp_path: Path) -> None:
    project = project_of(tmp_path, {"bed": noise(6)}, bed())
    turned = structs.replace(project, scene=Scene(rotation_deg=(-40.0, 0.0, 0.0)))
    outs = []
    for scene, yaw_deg in ((project, 40.0), (turned, 0.0)):
        kernel = Kernel(compile_project(scene, lambda name: tmp_path / f"{name}.wav", ["binaural"]))
        kernel.controls.set_head(yaw_deg)
        kernel.locate(0)
        out = np.zeros((2, 20 * HOP_SAMPLES), dtype=np.float32)
        for hop in range(20):
            kernel.process([out[:, hop * HOP_SAMPLES : (hop + 1) * HOP_SAMPLES]])
        outs.append(out)
    assert np.abs(outs[0]).max() > 0.05
    np.testing.assert_allclose(outs[0], outs[1], atol=1e-6)


def test_a_turned_scene_takes_its_bed_along(tmp_path: Path) -> None:
    sound = noise(6)
    turned = Scene(rotation_deg=(30.0, 0.0, 0.0))
    project = project_of(tmp_path, {"bed": sound}, bed(), scene=turned)
    out = render(tmp_path, project, "5.1", "hoa3")
    np.testing.assert_array_equal(out["5.1"][3], sound[3])
    places = to_cartesian([60.0, 0.0, 30.0, 140.0, -80.0], 0.0)
    expected = spherical_harmonics(3, places).T @ sound[[0, 1, 2, 4, 5]]
    np.testing.assert_allclose(out["hoa3"], expected, atol=1e-6)


def test_what_was_in_the_centre_is_left_in_a_turned_scene(tmp_path: Path) -> None:
    sound = noise(6) * np.array([[0.0], [0.0], [1.0], [0.0], [0.0], [0.0]], dtype=np.float32)
    turned = Scene(rotation_deg=(30.0, 0.0, 0.0))
    out = render(tmp_path, project_of(tmp_path, {"bed": sound}, bed(), scene=turned), "5.1")
    np.testing.assert_allclose(out["5.1"][0], sound[2], atol=1e-6)
    np.testing.assert_allclose(out["5.1"][1:], 0.0, atol=1e-6)


def test_a_beds_lfe_keeps_its_phase_against_the_mains(tmp_path: Path) -> None:
    click = np.zeros((6, SAMPLES), dtype=np.float32)
    click[[2, 3], 100] = 0.5
    sent = structs.replace(bed("sent"), kind="object", lfe_send_db=-16.0)
    silence = np.zeros((1, SAMPLES), dtype=np.float32)
    project = project_of(tmp_path, {"bed": click, "sent": silence}, bed(), sent)
    out = render(tmp_path, project, "5.1")["5.1"]
    assert np.abs(out[2] - click[2]).max() > 0.01  # a send is there: the mains pass an all-pass,
    np.testing.assert_allclose(out[3], out[2], atol=1e-7)  # and the LFE with them


def test_faders_fades_equaliser_and_volume_hold_for_every_channel(tmp_path: Path) -> None:
    sound = noise(6)
    curve = ((0.0, -6.0), (1.0, -6.0))
    track = bed(strip=Strip(gain_db=-14.0), gain_curve_db=curve)
    project = project_of(tmp_path, {"bed": sound}, track)
    out = render(tmp_path, project, "5.1")["5.1"]
    np.testing.assert_allclose(out, 0.1 * sound, atol=1e-6)


def test_beds_are_not_sent_to_the_room(tmp_path: Path) -> None:
    project = project_of(tmp_path, {"bed": noise(6)}, bed(), scene=Scene(room="hall"))
    out = render(tmp_path, project, "5.1")
    np.testing.assert_array_equal(out["5.1"], noise(6))


def test_a_track_may_hold_a_bed_and_a_field(tmp_path: Path) -> None:
    bed_sound, field = noise(6), noise(4, 2)
    project = project_of(tmp_path, {"bed": bed_sound, "field": field}, bed())
    moved = tuple(structs.replace(clip, track_id="bed") for clip in project.clips)
    both = render(tmp_path, structs.replace(project, clips=moved), "foa")["foa"]
    alone = render(tmp_path, project_of(tmp_path, {"bed": bed_sound}, bed()), "foa")["foa"]
    np.testing.assert_allclose(both - alone, field, atol=1e-6)
