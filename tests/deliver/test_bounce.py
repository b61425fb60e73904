"""A whole delivery: loudness, layouts, coherence, reproducibility, all or nothing."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections import namedtuple
from pathlib import Path

import msgspec
import numpy as np
import pytest
from msgspec import structs
from scenes import LEFT_M, RATE_HZ, Folder, add_track, noise, scene

from engine.deliver import staging
from engine.deliver.bounce import DeliveryOptions, deliver
from engine.deliver.loudness import measure
from engine.deliver.report import DeliveryReport
from engine.deliver.surround import FILM_ORDER_INDICES
from engine.errors import CancelledError, DeliveryError, HrirError, LayoutError
from engine.media.audio_file import read_audio
from engine.project.model import Project, Strip
from engine.render.compiler import compile_project
from engine.render.renderer import render_snapshot
from engine.riff import read_wave_file

ALL_SOUND = ("binaural", "stereo", "5.1", "foa", "hoa3", "adm", "stems")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return Folder(tmp_path_factory.mktemp("takes"))


@pytest.fixture(scope="module")
def delivered(
    folder: Folder, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, DeliveryReport]:
    out = tmp_path_factory.mktemp("delivery") / "out"
    return out, deliver(scene(folder), folder, ALL_SOUND, out)


def test_every_file_is_there_and_described(delivered: tuple[Path, DeliveryReport]) -> None:
    out, report = delivered
    found = sorted(str(p.relative_to(out)) for p in out.rglob("*") if p.is_file())
    assert found == sorted(file.path for file in report.files)
    assert not report.problems
    for file in report.files:
        assert hashlib.sha256((out / file.path).read_bytes()).hexdigest() == file.sha256
        sound, rate_hz = read_audio(out / file.path)
        assert sound.shape == (file.channels, 3 * RATE_HZ)
        assert rate_hz == file.sample_rate_hz
        assert np.abs(sound).max() > 0.001
    json.dumps(msgspec.to_builtins(report), allow_nan=False)


@pytest.mark.parametrize("name", ["binaural", "stereo", "5.1"])
def test_mixes_reach_the_target(delivered: tuple[Path, DeliveryReport], name: str) -> None:
    out, report = delivered
    file = next(file for file in report.files if file.format == name)
    sound, rate_hz = read_audio(out / file.path)
    figures = measure(sound, rate_hz)
    assert figures.integrated_lufs == pytest.approx(-23.0, abs=0.15)
    assert figures.true_peak_dbtp <= -1.0
    assert file.integrated_lufs == pytest.approx(figures.integrated_lufs, abs=0.01)
    assert file.true_peak_dbtp == pytest.approx(figures.true_peak_dbtp, abs=0.02)
    assert file.integrated_lufs_before + file.gain_db == pytest.approx(-23.0, abs=0.01)


def test_ambisonics_objects_and_stems_share_the_surround_gain(
    delivered: tuple[Path, DeliveryReport],
) -> None:
    out, report = delivered
    gains = {file.format: file.gain_db for file in report.files}
    for name in ("foa", "hoa3", "adm", "stems"):
        assert gains[name] == gains["5.1"]
    foa, _ = read_audio(out / "foa.wav")
    hoa, _ = read_audio(out / "hoa3.wav")
    np.testing.assert_allclose(hoa[:4], foa, atol=2e-6)
    adm, _ = read_audio(out / "scene.adm.wav")
    np.testing.assert_allclose(adm[:2].sum(axis=0) + adm[2], foa[0], atol=3e-6)


def test_headers_tell_the_layout(delivered: tuple[Path, DeliveryReport]) -> None:
    out, _ = delivered
    masks = {
        name: read_wave_file(out / f"{name}.wav").wave.wave_mask
        for name in ("binaural", "stereo", "surround51", "foa", "hoa3", "scene.adm")
    }
    expected = {"binaural": None, "stereo": None, "surround51": 0x3F}
    assert masks == {**expected, "foa": 0, "hoa3": 0, "scene.adm": None}


def test_height_states_its_loudspeakers_and_higher_orders_have_their_channels(
    folder: Folder, tmp_path: Path
) -> None:
    report = deliver(scene(folder), folder, ["7.1.4", "5.1.4", "hoa2", "5.1"], tmp_path)
    wave = read_wave_file(tmp_path / "surround714.wav").wave
    assert (wave.channels, wave.wave_mask) == (12, 0x2D63F)
    wave = read_wave_file(tmp_path / "surround514.wav").wave
    assert (wave.channels, wave.wave_mask) == (10, 0x2D03F)
    assert read_wave_file(tmp_path / "hoa2.wav").wave.channels == 9
    levels = {f.format: f.integrated_lufs for f in report.files}
    assert levels["7.1.4"] == pytest.approx(levels["5.1"], abs=0.2)
    assert levels["5.1.4"] == pytest.approx(levels["5.1"], abs=0.2)


def test_stems_are_dry_aligned_and_safely_named(
    delivered: tuple[Path, DeliveryReport],
) -> None:
    out, report = delivered
    names = sorted(path.name for path in (out / "stems").iterdir())
    assert names == ["Door _ left.wav", "Rolling ball.wav", "Wind.wav"]
    gain = 10 ** (next(f.gain_db for f in report.files if f.format == "stems") / 20)
    door, _ = read_audio(out / "stems" / "Door _ left.wav")
    expected = np.zeros((1, 3 * RATE_HZ))
    expected[:, RATE_HZ : 2 * RATE_HZ] = gain * noise(1.0, 0.2, seed=1)
    np.testing.assert_allclose(door, expected, atol=5e-5)
    wind, _ = read_audio(out / "stems" / "Wind.wav")
    assert wind.shape == (4, 3 * RATE_HZ)


def test_the_same_project_gives_the_same_bytes(
    delivered: tuple[Path, DeliveryReport], folder: Folder, tmp_path: Path
) -> None:
    _, report = delivered
    again = deliver(scene(folder), folder, ALL_SOUND, tmp_path)
    assert again == report
    alone = deliver(scene(folder), folder, ["foa"], tmp_path / "alone")
    assert alone.files[0].sha256 == next(f.sha256 for f in report.files if f.format == "foa")


def test_film_order_and_a_name_of_ones_own(
    delivered: tuple[Path, DeliveryReport], folder: Folder, tmp_path: Path
) -> None:
    out, _ = delivered
    options = DeliveryOptions(film_order=True, file_name="film.wav")
    report = deliver(scene(folder), folder, ["5.1"], tmp_path, options=options)
    assert [file.path for file in report.files] == ["film.wav"]
    usual, _ = read_audio(out / "surround51.wav")
    film, _ = read_audio(tmp_path / "film.wav")
    np.testing.assert_array_equal(film, usual[list(FILM_ORDER_INDICES)])
    assert FILM_ORDER_INDICES == (0, 2, 1, 4, 5, 3)
    assert read_wave_file(tmp_path / "film.wav").wave.wave_mask == 0


def peaky(folder: Folder, spike: float) -> Project:
    sound = noise(3.0, 0.003, seed=7)
    sound[0, 10_000::24_000] = spike
    return add_track(Project(title="Clicks"), folder, "Clicks", sound, LEFT_M)


def test_the_limiter_makes_room_for_the_target(folder: Folder, tmp_path: Path) -> None:
    report = deliver(peaky(folder, 0.14), folder, ["5.1", "binaural"], tmp_path)
    for file in report.files:
        figures = measure(read_audio(tmp_path / file.path)[0], RATE_HZ)
        assert figures.true_peak_dbtp <= -1.0
        assert figures.integrated_lufs == pytest.approx(-23.0, abs=0.2)
        assert file.limiter_reduction_db > 0.5
        heavy = any("softens attacks" in note for note in file.notes)
        assert heavy == (file.limiter_reduction_db > 3.0)


def test_a_target_out_of_reach_is_said(folder: Folder, tmp_path: Path) -> None:
    report = deliver(peaky(folder, 4.0), folder, ["5.1", "stems"], tmp_path)
    surround, stem = report.files
    assert "not -23.0" in surround.notes[0]
    assert surround.integrated_lufs < -24.0
    assert surround.true_peak_dbtp <= -1.0
    assert "below the 5.1 mix" in stem.notes[0]
    assert np.abs(read_audio(tmp_path / stem.path)[0]).max() <= 10 ** (-1 / 20)


def test_a_limited_scene_is_equally_loud_in_every_format(folder: Folder, tmp_path: Path) -> None:
    """Omnidirectional sounds differ by nothing but the formats' own limiters; directions stay."""
    project = peaky(folder, 0.18)
    project = add_track(project, folder, "Bed", noise(3.0, 0.003, 4), LEFT_M, kind="ambience")
    formats = ["5.1", "foa", "hoa3", "adm"]
    files = {f.format: f for f in deliver(project, folder, formats, tmp_path).files}
    assert files["5.1"].limiter_reduction_db > 3.0
    raised_lu = files["5.1"].integrated_lufs - files["5.1"].integrated_lufs_before
    sounds = {name: read_audio(tmp_path / file.path)[0] for name, file in files.items()}
    for name in formats[1:]:
        sound = sounds[name]
        assert files[name].limiter_reduction_db > 3.0
        assert files[name].true_peak_dbtp <= -1.0
        assert measure(sound[:1], RATE_HZ).true_peak_dbtp <= -1.0
        omni = (sound[0] + sound[1])[None] if name == "adm" else sound[:1]
        gained = measure(omni, RATE_HZ).integrated_lufs
        plain = measure(_rendered_omni(project, folder), RATE_HZ).integrated_lufs
        assert gained - plain == pytest.approx(raised_lu, abs=0.2)
        assert not any("quieter" in note for note in files[name].notes)
    still = slice(10_000 - 100, 10_000 + 100)  # a click from the left: W and Y alike, also limited
    w, y, _, x = sounds["foa"][:, still]
    loud = np.abs(w) > 0.3
    np.testing.assert_allclose(y[loud], w[loud], rtol=0.1)
    assert np.abs(x[loud]).max() < 0.1 * np.abs(w[loud]).max()


def _rendered_omni(project: Project, folder: Folder) -> np.ndarray:
    blocks = render_snapshot(compile_project(project, folder.audio_path, ["foa"]))
    return np.concatenate([block["foa"][:1] for block in blocks], axis=1)


@pytest.mark.parametrize(
    ("duration_s", "level", "click"),
    [(1.0, 1e-2, 0.0), (3.0, 5e-5, 0.0), (20.0, 3e-5, 0.02)],
    ids=["one second", "below the gate", "one knock in twenty seconds of it"],
)
def test_quiet_short_and_sparse_scenes_reach_the_target(
    folder: Folder, tmp_path: Path, duration_s: float, level: float, click: float
) -> None:
    """Sound below -70 LUFS counts as soon as the gain lifts it over the gate."""
    sound = noise(duration_s, level)
    sound[0, 24_000:28_800] += noise(1.0, click)[0, :4800]
    project = add_track(Project(), folder, "Quiet", sound, LEFT_M)
    for file in deliver(project, folder, ["5.1", "stereo", "foa"], tmp_path).files:
        assert file.limiter_reduction_db < 3.0
        if file.format != "foa":
            figures = measure(read_audio(tmp_path / file.path)[0], RATE_HZ)
            assert figures.integrated_lufs == pytest.approx(-23.0, abs=0.2)
            assert file.notes == ()


def test_silence_and_short_sounds_get_no_gain(folder: Folder, tmp_path: Path) -> None:
    silent = add_track(Project(), folder, "Nothing", np.zeros((1, 48_000), np.float32), LEFT_M)
    report = deliver(silent, folder, ALL_SOUND, tmp_path / "silent")
    assert {file.gain_db for file in report.files} == {0.0}
    assert {file.integrated_lufs for file in report.files} == {None}
    assert "silent" in report.files[0].notes[0]
    short = add_track(Project(), folder, "Tick", noise(0.2, 1.0), LEFT_M)
    tick = deliver(short, folder, ["5.1"], tmp_path / "short").files[0]
    assert "too short" in tick.notes[0]
    assert tick.true_peak_dbtp <= -1.0


def test_muted_tracks_are_in_no_file(folder: Folder, tmp_path: Path) -> None:
    project = scene(folder)
    muted = structs.replace(project.tracks[0], strip=Strip(muted=True))
    report = deliver(project.with_track(muted), folder, ["stems", "adm"], tmp_path)
    stems = [file.path for file in report.files if file.format == "stems"]
    assert stems == ["stems/Door _ left.wav", "stems/Wind.wav"]
    assert next(file.channels for file in report.files if file.format == "adm") == 5


def test_cancelling_at_any_moment_leaves_nothing(folder: Folder, tmp_path: Path) -> None:
    calls: list[str] = []
    deliver(scene(folder), folder, ALL_SOUND, tmp_path / "a", lambda *state: calls.append(state[0]))
    for stop in {0, len(calls) // 2, len(calls) - 1}:
        count = 0

        def cancel(stage: str, fraction: float, stop: int = stop) -> None:
            nonlocal count
            assert 0.0 <= fraction <= 1.0
            if count == stop:
                raise CancelledError("cancelled")
            count += 1

        with pytest.raises(CancelledError):
            deliver(scene(folder), folder, ALL_SOUND, tmp_path / "b" / "c", cancel)
        assert not (tmp_path / "b").exists()


def test_earlier_files_survive_a_failure(folder: Folder, tmp_path: Path) -> None:
    (tmp_path / "binaural.wav").write_bytes(b"earlier")
    (tmp_path / "stereo.wav").mkdir()
    (tmp_path / "stereo.wav" / "in the way").write_bytes(b"")
    before = sorted(tmp_path.rglob("*"))

    def fail(stage: str, fraction: float) -> None:
        if stage == "writing stereo.wav":
            raise CancelledError("cancelled")

    with pytest.raises(CancelledError):
        deliver(scene(folder), folder, ["binaural", "stereo"], tmp_path, fail)
    assert sorted(tmp_path.rglob("*")) == before
    assert (tmp_path / "binaural.wav").read_bytes() == b"earlier"


def test_a_full_disk_is_seen_beforehand(
    folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10**9, 10**9, 10**6))
    with pytest.raises(DeliveryError, match="free"):
        deliver(scene(folder), folder, ["stereo"], tmp_path / "out")
    assert not list(tmp_path.iterdir())


def test_publishing_is_undone_when_it_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = tmp_path / "made"
    made.mkdir()
    files = {}
    for name in ("a", "b"):
        (made / name).write_bytes(b"new")
        files[made / name] = tmp_path / name
    (tmp_path / "a").write_bytes(b"old")
    replace = os.replace

    def refuse(source: Path, target: Path) -> None:
        if Path(target).name == "b":
            raise OSError(28, "No space left on device", str(source), None, str(target))
        replace(source, target)

    monkeypatch.setattr(staging.os, "replace", refuse)
    with pytest.raises(DeliveryError, match="No space"):
        staging.publish(files)
    assert (tmp_path / "a").read_bytes() == b"old"
    assert not (tmp_path / "b").exists()


def test_what_cannot_be_delivered_is_said(folder: Folder, tmp_path: Path) -> None:
    project = scene(folder)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DeliveryError, match="cannot be written"):
        deliver(project, folder, ["stereo"], tmp_path / "file" / "out")
    with pytest.raises(DeliveryError, match="no picture"):
        deliver(project, folder, ["video"], tmp_path)
    with pytest.raises(DeliveryError, match="no length"):
        deliver(Project(), folder, ["stereo"], tmp_path)
    with pytest.raises(LayoutError, match=r"7\.1"):
        deliver(project, folder, ["7.1"], tmp_path)
    with pytest.raises(LayoutError, match="no format"):
        deliver(project, folder, [], tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_missing_take_is_refused_or_silent_and_named(folder: Folder, tmp_path: Path) -> None:
    project = scene(folder)
    take = structs.replace(project.takes[0], audio="gone")
    with pytest.raises(DeliveryError, match=r"gone\.wav: clip 'Rolling ball.*missing; put"):
        deliver(project.with_take(take), folder, ["stereo"], tmp_path / "out")
    assert not (tmp_path / "out").exists()
    allowing = DeliveryOptions(allow_missing=True)
    report = deliver(project.with_take(take), folder, ["stereo"], tmp_path, options=allowing)
    assert "Rolling ball" in report.problems[0]


def test_an_hrir_set_that_cannot_be_read_is_not_replaced_in_silence(
    folder: Folder, tmp_path: Path
) -> None:
    project = scene(folder)
    broken = structs.replace(project, scene=structs.replace(project.scene, hrir="/nowhere.sofa"))
    with pytest.raises(HrirError, match=r"nowhere\.sofa"):
        deliver(broken, folder, ["binaural"], tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert deliver(broken, folder, ["5.1"], tmp_path / "out").files
