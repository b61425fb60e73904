"""What a track's settings make of its sound: equaliser, occlusion, air, width, stereo pairs."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.project.model import Clip, EqBand, Project, Strip, Take, Track, Trajectory
from engine.realtime.equaliser import band_section, response
from engine.render import takes
from engine.render.compiler import compile_project
from engine.render.renderer import render_snapshot
from engine.spatial.air_absorption import absorption_db_per_m
from engine.spatial.propagation import FARTHEST_M, longest_delay_samples
from engine.units import SPEED_OF_SOUND_M_PER_S

RATE_HZ = 48_000
HZ = np.fft.rfftfreq(RATE_HZ, 1 / RATE_HZ)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(takes, "default_cache_folder", lambda: tmp_path / "cache")


def project_of(channels: int = 1, *positions_m, **settings) -> Project:
    places = positions_m or ((0.0, 1.0, 0.0),)
    path = Trajectory.from_arrays(np.arange(len(places)), places)
    settings = {"doppler": False, "air": False} | settings
    track = Track(id="a", name="a", trajectory=path, **settings)
    take = Take(
        id="t", name="t", audio="h", sample_rate_hz=RATE_HZ, channels=channels, samples=RATE_HZ
    )
    clip = Clip(id="c", track_id="a", take_id="t", name="c", start_s=0.0, duration_s=1.0)
    return Project(tracks=(track,), takes=(take,), clips=(clip,))


def render(project: Project, samples: np.ndarray, tmp_path: Path, name: str = "foa") -> np.ndarray:
    path = tmp_path / "take.wav"
    soundfile.write(path, samples.T, RATE_HZ, subtype="FLOAT")
    snapshot = compile_project(project, lambda _: path, (name,))
    assert not snapshot.problems
    return np.concatenate([b[name] for b in render_snapshot(snapshot)], axis=1).astype(float)


def impulse(channels: int = 1, at: int = 1000) -> np.ndarray:
    samples = np.zeros((channels, RATE_HZ), np.float32)
    samples[:, at] = 0.5
    return samples


def level_db(out: np.ndarray, hz: float) -> float:
    return float(20 * np.log10(np.abs(np.fft.rfft(out[0]))[round(hz)] / 0.5))


def test_the_strips_equaliser_is_heard_and_off_bands_are_not(tmp_path: Path) -> None:
    bands = (
        EqBand(kind="high_pass", frequency_hz=100.0),
        EqBand(kind="bell", frequency_hz=2000.0, gain_db=9.0, q=1.5),
        EqBand(kind="high_shelf", frequency_hz=8000.0, gain_db=-12.0, on=False),
    )
    out = render(project_of(strip=Strip(eq=bands)), impulse(), tmp_path)
    sections = np.array(
        [band_section(b.kind, b.frequency_hz, b.gain_db, b.q, RATE_HZ) for b in bands[:2]]
    )
    hz = np.array([60.0, 500.0, 2000.0, 12_000.0])
    wanted_db = 20 * np.log10(response(sections, 2 * np.pi * hz / RATE_HZ))
    got_db = [level_db(out, f) for f in hz]
    np.testing.assert_allclose(got_db, wanted_db, atol=0.05)


def test_ambience_has_an_equaliser_too(tmp_path: Path) -> None:
    band = EqBand(kind="bell", frequency_hz=1000.0, gain_db=-10.0, q=1.0)
    plain = render(project_of(kind="ambience"), impulse(), tmp_path)
    cut = render(project_of(kind="ambience", strip=Strip(eq=(band,))), impulse(), tmp_path)
    assert level_db(cut, 1000.0) - level_db(plain, 1000.0) == pytest.approx(-10.0, abs=0.05)


def test_air_dulls_by_the_standard_and_may_be_switched_off(tmp_path: Path) -> None:
    far = (0.0, 120.0, 0.0)
    dull = render(project_of(1, far, air=True), impulse(), tmp_path)
    clear = render(project_of(1, far), impulse(), tmp_path)
    for hz in (500.0, 4000.0, 9000.0):
        loss_db = level_db(clear, hz) - level_db(dull, hz)
        assert loss_db == pytest.approx(float(absorption_db_per_m(hz)) * 120.0, abs=0.3)


def test_tracks_have_air_unless_told_otherwise() -> None:
    path = Trajectory.from_arrays([0.0], [(0.0, 1.0, 0.0)])
    assert Track(id="a", name="a", trajectory=path).air


def test_occlusion_follows_its_curve(tmp_path: Path) -> None:
    curve = ((0.3, 0.0), (0.31, 1.0))
    tone = (0.5 * np.sin(2 * np.pi * 2000.0 * np.arange(RATE_HZ) / RATE_HZ))[None]
    out = render(project_of(occlusion=curve), tone.astype(np.float32), tmp_path)[0]
    before, after = out[4000:14_000], out[20_000:40_000]
    fall_db = 20 * np.log10(np.sqrt(np.mean(after**2)) / np.sqrt(np.mean(before**2)))
    assert fall_db == pytest.approx(-12.0 - 10 * np.log10(1 + 8.0**2), abs=0.3)


def test_a_stereo_take_is_averaged_or_kept_apart(tmp_path: Path) -> None:
    left = impulse(2)
    left[1] = 0.0
    mono = render(project_of(2, (2.0, 0.0, 0.0)), left, tmp_path)
    np.testing.assert_allclose(mono[:, 1000], 0.5 * 0.5 / 2.0 * np.array([1, 0, 0, 1]), atol=1e-6)
    settings = {"stereo": True, "width_deg": ((0.0, 60.0),)}
    apart = render(project_of(2, (2.0, 0.0, 0.0), **settings), left, tmp_path)
    gain = 0.5 * np.sqrt(0.5) / 2.0
    wanted = gain * np.array([1.0, np.sin(np.pi / 6), 0.0, np.cos(np.pi / 6)])
    np.testing.assert_allclose(apart[:, 1000], wanted, atol=1e-6)


def test_a_pair_follows_the_path_and_the_width(tmp_path: Path) -> None:
    settings = {"stereo": True, "width_deg": ((0.0, 0.0), (1.0, 90.0))}
    project = project_of(2, (2.0, 0.0, 0.0), (0.0, 2.0, 0.0), **settings)
    path = tmp_path / "take.wav"
    soundfile.write(path, impulse(2).T, RATE_HZ, subtype="FLOAT")
    left, right = compile_project(project, lambda _: path, ("foa",)).sources
    end = np.array([left.motion.at(np.array(RATE_HZ)), right.motion.at(np.array(RATE_HZ))])
    np.testing.assert_allclose(np.degrees(np.arctan2(end[:, 1], end[:, 0])), [135.0, 45.0])
    np.testing.assert_allclose(left.motion.at(np.array(0.0)), [2.0, 0.0, 0.0])
    assert left.width_deg is None


def test_surround_takes_are_folded_down_to_a_pair(tmp_path: Path) -> None:
    settings = {"stereo": True, "width_deg": ((0.0, 180.0),)}
    for channel, (left, right) in enumerate(
        [(1, 0), (0, 1), (np.sqrt(0.5),) * 2, (0, 0), (np.sqrt(0.5), 0), (0, np.sqrt(0.5))]
    ):
        one = impulse(6)
        one[np.arange(6) != channel] = 0.0
        heard = render(project_of(6, (2.0, 0.0, 0.0), **settings), one, tmp_path)[:, 1000]
        gain = 0.5 * np.sqrt(0.5) / 2.0
        np.testing.assert_allclose(
            heard[:2], gain * np.array([left + right, left - right]), atol=1e-6
        )


def test_mono_takes_stay_one_source_on_stereo_tracks(tmp_path: Path) -> None:
    out = render(project_of(1, (2.0, 0.0, 0.0), stereo=True), impulse(), tmp_path)
    assert out[0, 1000] == pytest.approx(0.25)


def test_a_field_of_width_is_made_only_where_it_is_heard(tmp_path: Path) -> None:
    path = tmp_path / "take.wav"
    soundfile.write(path, impulse()[0], RATE_HZ, subtype="FLOAT")
    through = ((0.0, 2.0, 0.0), (0.0, -2.0, 0.0))
    for wanted, project in (
        (False, project_of()),
        (False, project_of(width_deg=((0.0, 0.0),))),
        (True, project_of(width_deg=((0.0, 0.0), (1.0, 40.0)))),
        (True, project_of(1, *through)),
    ):
        made = compile_project(project, lambda _: path, ("binaural",)).width is not None
        assert made == wanted
        assert compile_project(project, lambda _: path, ("foa",)).width is None


@pytest.mark.parametrize(
    ("distance_m", "heard_as_from_m"), [(300.0, 300.0), (900.0, 900.0), (3000.0, FARTHEST_M)]
)
def test_sound_is_late_by_its_way_up_to_the_farthest(distance_m, heard_as_from_m) -> None:
    positions_m = [[0.0, 5.0, 0.0], [distance_m, 0.0, 0.0]]
    longest = longest_delay_samples(positions_m, 48_000)
    exact = heard_as_from_m * 48_000 / SPEED_OF_SOUND_M_PER_S
    assert exact < longest < exact + 2.0
