"""Project to snapshot: tracks, takes of any rate and channel count, what is missing."""

import errno
import os
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
from msgspec import structs

from engine.errors import CancelledError, LayoutError, MediaError
from engine.layouts import FORMATS
from engine.project.model import Clip, Project, Scene, Strip, Take, Track, Trajectory, Video
from engine.render import takes
from engine.render.channel_mixes import mono_mix
from engine.render.compiler import compile_project
from engine.render.renderer import render_snapshot
from engine.render.takes import open_take, resampled_blocks

RATE_HZ = 48_000


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setattr(takes, "default_cache_folder", lambda: folder)
    return folder


def write_noise(path: Path, channels: int = 1, rate_hz: int = RATE_HZ, subtype: str = "FLOAT"):
    samples = 0.1 * np.random.default_rng(channels).standard_normal((rate_hz, channels))
    soundfile.write(path, samples, rate_hz, subtype=subtype)
    return samples.T


def project_of(*tracks: Track, channels: int = 1, rate_hz: int = RATE_HZ, **more) -> Project:
    take = Take(
        id="t", name="t", audio="h", sample_rate_hz=rate_hz, channels=channels, samples=rate_hz
    )
    clips = tuple(
        Clip(id=f"c{t.id}", track_id=t.id, take_id="t", name="c", start_s=0.25, duration_s=0.5)
        for t in tracks
    )
    return Project(tracks=tracks, takes=(take,), clips=clips, **more)


def track(name: str = "a", azimuth=(0.0, 1.0, 0.0), **more) -> Track:
    more.setdefault("doppler", False)
    more.setdefault("air", False)
    return Track(id=name, name=name, trajectory=Trajectory.from_arrays([0.0], [azimuth]), **more)


def render(project: Project, path: Path, formats, **more) -> dict[str, np.ndarray]:
    blocks = list(render_snapshot(compile_project(project, lambda _: path, formats), **more))
    return {name: np.concatenate([b[name] for b in blocks], axis=1) for name in formats}


def test_a_track_is_sent_to_the_lfe_as_it_says(tmp_path: Path) -> None:
    write_noise(tmp_path / "a.wav")
    ahead = track(azimuth=(1.0, 0.0, 0.0))
    alone = render(project_of(ahead), tmp_path / "a.wav", ["5.1"])["5.1"]
    assert (alone[3] == 0.0).all()
    sent = structs.replace(ahead, lfe_send_db=-10.0)
    both = render(project_of(sent), tmp_path / "a.wav", ["5.1"])["5.1"]
    frequency_hz = np.fft.rfftfreq(both.shape[1], 1.0 / RATE_HZ)
    low = (frequency_hz > 20.0) & (frequency_hz < 50.0)
    before, after = (
        10 * np.log10(np.sum(np.abs(np.fft.rfft(out)[:, low]) ** 2, axis=1) + 1e-9)
        for out in (alone, both)
    )
    np.testing.assert_allclose(after[2], before[2], atol=0.3)  # turned in phase only
    np.testing.assert_allclose(after[3] - after[2], -10.0, atol=0.3)


def test_a_clip_sounds_where_it_lies(tmp_path: Path) -> None:
    samples = write_noise(tmp_path / "a.wav")
    out = render(project_of(track()), tmp_path / "a.wav", ["foa"])["foa"]
    assert out.shape == (4, 36_000)
    assert not out[:, :12_000].any()
    np.testing.assert_allclose(out[1, 12_000:], samples[0, :24_000], atol=1e-6)


def test_the_scene_lasts_as_long_as_the_picture(tmp_path: Path) -> None:
    write_noise(tmp_path / "a.wav")
    video = Video(
        path="v", fingerprint="", width=2, height=2, duration_s=1.2345, rate_numerator=25,
        rate_denominator=1,
    )  # fmt: skip
    out = render(project_of(track(), video=video), tmp_path / "a.wav", ["stereo"])["stereo"]
    assert out.shape == (2, 59_256)


@pytest.mark.parametrize("hop_multiple", [1, 7, 64])
def test_block_size_changes_nothing(tmp_path: Path, hop_multiple: int) -> None:
    write_noise(tmp_path / "a.wav")
    project = project_of(track(doppler=True), track("b", (1.0, -3.0, 1.0)))
    expected = render(project, tmp_path / "a.wav", tuple(FORMATS))
    actual = render(project, tmp_path / "a.wav", tuple(FORMATS), hop_multiple=hop_multiple)
    for name in FORMATS:
        np.testing.assert_array_equal(actual[name], expected[name])


def test_strips_of_the_project(tmp_path: Path) -> None:
    samples = write_noise(tmp_path / "a.wav")
    tracks = (
        track("a", strip=Strip(gain_db=-20.0, soloed=True)),
        track("b"),
        track("c", strip=Strip(soloed=True, muted=True)),
    )
    project = project_of(*tracks, master=Strip(gain_db=20.0))
    out = render(project, tmp_path / "a.wav", ["foa"])["foa"]
    np.testing.assert_allclose(out[0, 12_000:], samples[0, :24_000], atol=1e-5)
    silent = project_of(track("a"), master=Strip(muted=True))
    assert not render(silent, tmp_path / "a.wav", ["foa"])["foa"].any()


@pytest.mark.parametrize("channels", [1, 2, 3, 4, 6, 7, 16])
def test_ambience_of_any_channel_count_reaches_every_format(tmp_path: Path, channels: int) -> None:
    samples = write_noise(tmp_path / "a.wav", channels)
    project = project_of(track(kind="ambience"), channels=channels)
    outs = render(project, tmp_path / "a.wav", tuple(FORMATS))
    for name, out in outs.items():
        assert np.isfinite(out).all()
        assert np.abs(out).max() > 0.01, name
    assert outs["5.1"][3].any() == (channels == 6)
    if channels == 4:
        np.testing.assert_allclose(outs["foa"][:, 12_000:], samples[:, :24_000], atol=1e-6)
        np.testing.assert_allclose(outs["hoa3"][:4], outs["foa"])
        power = [np.sum(outs[name].astype(float) ** 2) for name in ("5.1", "stereo", "foa")]
        # Equal independent channels: W carries 1, and each of X, Y, Z as much.
        assert 0.7 < power[0] / power[1] < 1.4


def test_object_takes_are_mixed_to_mono() -> None:
    np.testing.assert_allclose(mono_mix(2), [[0.5, 0.5]])
    np.testing.assert_allclose(mono_mix(4), [[1.0, 0.0, 0.0, 0.0]])


@pytest.mark.parametrize("rate_hz", [44_100, 96_000, 16_000])
def test_takes_of_another_rate_are_resampled_once(
    tmp_path: Path, cache: Path, rate_hz: int
) -> None:
    time = np.arange(rate_hz) / rate_hz
    path = tmp_path / "a.wav"
    soundfile.write(path, 0.5 * np.sin(2 * np.pi * 997.0 * time), rate_hz, subtype="PCM_24")
    take = open_take(path, RATE_HZ)
    assert take.shape == (1, RATE_HZ)
    at = np.arange(1000, RATE_HZ - 1000)
    expected = 0.5 * np.sin(2 * np.pi * 997.0 * at / RATE_HZ)
    np.testing.assert_allclose(take[0, at], expected, atol=2e-5)
    (kept,) = cache.iterdir()
    stamp = kept.stat().st_mtime_ns
    open_take(path, RATE_HZ)
    assert kept.stat().st_mtime_ns == stamp


def test_resampling_in_blocks_has_no_seams(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    time = np.arange(200_000) / 44_100
    soundfile.write(path, 0.5 * np.sin(2 * np.pi * 5000.0 * time), 44_100, subtype="FLOAT")
    blocks = list(resampled_blocks(path, RATE_HZ))
    assert len(blocks) > 3
    out = np.concatenate(blocks, axis=1)[0]
    assert abs(len(out) - 200_000 * 48_000 / 44_100) < 1.5
    at = np.arange(1000, len(out) - 1000)
    np.testing.assert_allclose(out[at], 0.5 * np.sin(2 * np.pi * 5000.0 * at / RATE_HZ), atol=5e-5)


def test_a_full_disk_leaves_nothing_in_the_cache(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_noise(tmp_path / "a.wav", rate_hz=44_100)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(np.lib.format, "write_array_header_2_0", full)
    with pytest.raises(MediaError, match="No space left"):
        open_take(tmp_path / "a.wav", RATE_HZ)
    assert not list(cache.iterdir())


def test_the_oldest_leave_a_full_cache(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(takes, "_LARGEST_CACHE_BYTES", 2_500)
    cache.mkdir()
    for name, age_s in (
        ("old.npy", 900),
        ("new.npy", 300),
        (".a.partial", 90_000),
        (".b.complete", 9),
    ):
        (cache / name).write_bytes(bytes(1_000))
        os.utime(cache / name, (time.time() - age_s,) * 2)
    soundfile.write(tmp_path / "a.wav", np.zeros(200), 44_100, subtype="FLOAT")
    open_take(tmp_path / "a.wav", RATE_HZ)
    left = {path.name for path in cache.iterdir()}
    assert len(left) == 3
    assert {"new.npy", ".b.complete"} < left


def test_takes_at_the_right_rate_are_mapped_not_copied(tmp_path: Path, cache: Path) -> None:
    write_noise(tmp_path / "a.wav", 2)
    assert isinstance(open_take(tmp_path / "a.wav", RATE_HZ).base, np.memmap)
    assert not cache.exists()


def test_missing_takes_are_silent_and_named(tmp_path: Path) -> None:
    snapshot = compile_project(
        project_of(track(), track("b")), lambda _: tmp_path / "gone.wav", ["foa"]
    )
    assert len(snapshot.problems) == 1
    assert "gone.wav" in snapshot.problems[0]
    assert not np.concatenate([b["foa"] for b in render_snapshot(snapshot)], axis=1).any()


def test_unusable_hrirs_fall_back_and_say_so(tmp_path: Path) -> None:
    write_noise(tmp_path / "a.wav")
    project = project_of(track(), scene=Scene(hrir=str(tmp_path / "no.sofa")))
    snapshot = compile_project(project, lambda _: tmp_path / "a.wav", ["binaural"])
    assert "no.sofa" in snapshot.problems[0]
    assert snapshot.binaural is not None


def test_unknown_formats_and_unreadable_takes(tmp_path: Path) -> None:
    with pytest.raises(LayoutError, match=r"7\.1"):
        compile_project(Project(), lambda _: tmp_path, ["7.1"])
    (tmp_path / "text.wav").write_text("no sound")
    with pytest.raises(MediaError, match=r"text\.wav"):
        open_take(tmp_path / "text.wav", RATE_HZ)


def test_an_empty_project_renders_nothing() -> None:
    nothing = compile_project(Project(), lambda _: Path(), ["binaural"])
    assert list(render_snapshot(nothing)) == []


def test_cancel_stops_rendering(tmp_path: Path) -> None:
    write_noise(tmp_path / "a.wav")

    def cancel(stage: str, fraction: float) -> None:
        if fraction > 0.4:
            raise CancelledError("cancelled")

    with pytest.raises(CancelledError):
        render(project_of(track()), tmp_path / "a.wav", ["foa"], progress=cancel)


def test_muted_clips_and_clip_gain(tmp_path: Path) -> None:
    samples = write_noise(tmp_path / "a.wav")
    project = project_of(track())
    (clip,) = project.clips
    from msgspec import structs

    louder = project.with_clip(structs.replace(clip, gain_db=6.0, offset_s=0.1))
    out = render(louder, tmp_path / "a.wav", ["foa"])["foa"]
    np.testing.assert_allclose(out[0, 12_000:], 10 ** (6 / 20) * samples[0, 4800:28_800], atol=1e-5)
    muted = project.with_clip(structs.replace(clip, muted=True))
    assert not render(muted, tmp_path / "a.wav", ["foa"])["foa"].any()
