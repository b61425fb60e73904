"""Bad input: one line with place and remedy, status 1, and nothing left behind."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from engine import resources
from engine.cli.main import main
from engine.project.model import Project
from engine.project.store import Bundle


@pytest.fixture(scope="module")
def media(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("media")
    (folder / "notes.mp4").write_text("this is no film")
    (folder / "empty.mp4").write_bytes(b"")
    demo = resources.path("demo/demo.mp4").read_bytes()
    (folder / "truncated.mp4").write_bytes(demo[: len(demo) // 2])
    soundfile.write(folder / "sound.wav", np.zeros(48_000), 48_000)
    _write_clip(folder / "no_pictures.mp4", 0)
    _write_clip(folder / "one_picture.mp4", 1)
    noise = np.random.default_rng(1).standard_normal(24_000) * 0.1
    soundfile.write(folder / "noise.wav", noise, 48_000)
    return folder


def _write_clip(path: Path, pictures: int) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.width, stream.height = 320, 240
        stream.pix_fmt = "yuv420p"
        for index in range(pictures):
            picture = av.VideoFrame.from_ndarray(np.zeros((240, 320, 3), np.uint8))
            picture.pts = index
            container.mux(stream.encode(picture))
        container.mux(stream.encode())


def _one_line(capsys, *words: str) -> str:
    error = capsys.readouterr().err.strip().splitlines()
    told = [line for line in error if line.startswith("foleystage:")]
    assert len(told) == 1, error
    for word in words:
        assert word in told[0], told[0]
    assert "Traceback" not in "\n".join(error)
    return told[0]


@pytest.mark.parametrize(
    "name", ["notes.mp4", "empty.mp4", "truncated.mp4", "sound.wav", "no_pictures.mp4", "gone.mp4"]
)
def test_run_refuses_what_is_not_a_whole_video(media, tmp_path, capsys, name):
    out = tmp_path / "out"
    assert main(["run", str(media / name), "-o", str(out)]) == 1
    line = _one_line(capsys, name)
    assert ";" in line, f"no remedy: {line}"
    assert not out.exists()


def test_run_refuses_a_single_picture(media, tmp_path, capsys):
    out = tmp_path / "out"
    arguments = ["run", str(media / "one_picture.mp4"), "-o", str(out), "--formats", "stereo"]
    assert main(arguments) == 1
    _one_line(capsys, "one_picture.mp4")
    assert not out.exists()


def test_run_refuses_a_video_shorter_than_an_analysis_window(tmp_path, capsys):
    _write_clip(tmp_path / "short.mp4", 3)
    out = tmp_path / "out"
    arguments = ["run", str(tmp_path / "short.mp4"), "-o", str(out), "--formats", "stereo"]
    assert main(arguments) == 1
    _one_line(capsys, "short.mp4", "give a longer one")
    assert not out.exists()


@pytest.mark.skipif(not Path("/proc/version").exists(), reason="needs Linux's /proc")
def test_run_into_an_unwritable_place(capsys):
    assert main(["run", str(resources.path("demo/demo.mp4")), "-o", "/proc/nowhere"]) == 1
    _one_line(capsys, "/proc/nowhere", "choose another folder")


def test_run_keeps_what_was_in_the_folder_when_it_fails(media, tmp_path, capsys):
    (tmp_path / "mine.txt").write_text("keep me")
    assert main(["run", str(media / "notes.mp4"), "-o", str(tmp_path)]) == 1
    assert [item.name for item in tmp_path.iterdir()] == ["mine.txt"]
    capsys.readouterr()


def test_run_with_an_unknown_format_names_the_known_ones(media, tmp_path, capsys):
    demo = str(resources.path("demo/demo.mp4"))
    assert main(["run", demo, "-o", str(tmp_path / "o"), "--formats", "9.1.6"]) == 2
    told = capsys.readouterr().err.splitlines()[-1]
    assert "unknown format '9.1.6'" in told
    assert "binaural" in told
    assert not (tmp_path / "o").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "clip.mp4", "-o", "o", "--mapping", "x"],
        ["run", "clip.mp4", "-o", "o", "--formats", ","],
        ["export", "scene.foley", "-o", "o", "--format", "mp9"],
    ],
)
def test_a_choice_that_there_is_not_is_a_mistake_of_use(arguments, capsys):
    assert main(arguments) == 2
    assert "choose" in capsys.readouterr().err.splitlines()[-1]


def test_run_with_an_unknown_detector_names_the_known_ones(tmp_path, capsys):
    demo = str(resources.path("demo/demo.mp4"))
    assert main(["run", demo, "-o", str(tmp_path / "o"), "--detector", "psychic"]) == 1
    _one_line(capsys, "psychic", "motion")
    assert not (tmp_path / "o").exists()


HEADER = "time_s,azimuth_deg,elevation_deg,distance_m\n"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("time_s,azimuth_deg,distance_m\n0,0,1\n", "elevation_deg"),
        (HEADER + "0,0,0,1\n1,nan,0,1\n", "3"),
        (HEADER + "0,0,0,1\n2,0,0,1\n1,0,0,1\n", "4"),
        (HEADER + "0,left,0,1\n", "left"),
        (HEADER + "0,0,0,-1\n", "-1"),
        (HEADER, ""),
        ("", ""),
    ],
)
def test_spatialise_names_the_line_of_a_malformed_trajectory(media, tmp_path, capsys, text, word):
    csv = tmp_path / "path.csv"
    csv.write_text(text)
    out = tmp_path / "out.wav"
    arguments = ["spatialise", str(media / "noise.wav"), "--trajectory", str(csv)]
    assert main([*arguments, "--format", "binaural", "-o", str(out)]) == 1
    _one_line(capsys, "path.csv", word)
    assert [item.name for item in tmp_path.iterdir()] == ["path.csv"]


def test_spatialise_refuses_an_unreadable_sofa(media, tmp_path, capsys):
    csv = tmp_path / "path.csv"
    csv.write_text(HEADER + "0,0,0,1\n")
    sofa = tmp_path / "mine.sofa"
    sofa.write_bytes(b"not HDF5 at all")
    arguments = ["spatialise", str(media / "noise.wav"), "--trajectory", str(csv)]
    arguments += ["--format", "binaural", "--hrir", str(sofa), "-o", str(tmp_path / "out.wav")]
    assert main(arguments) == 1
    _one_line(capsys, "mine.sofa")
    assert not (tmp_path / "out.wav").exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["-o", "out.mp3"], ("out.mp3", "name a .wav file")),
        (["-o", "out.wav", "--room-level", "nan"], ("--room-level is nan", "from -144")),
        (["-o", "out.wav", "--lfe-send", "inf"], ("--lfe-send is inf", "from -144")),
        (["-o", "out.wav", "--trajectory", "gone.csv"], ("gone.csv", "no such file; check")),
    ],
)
def test_spatialise_refuses_what_it_cannot_do(media, tmp_path, monkeypatch, capsys, options, words):
    monkeypatch.chdir(tmp_path)
    Path("path.csv").write_text(HEADER + "0,0,0,1\n")
    arguments = ["spatialise", str(media / "noise.wav"), "--trajectory", "path.csv"]
    assert main([*arguments, "--format", "stereo", *options]) == 1
    _one_line(capsys, *words)
    assert [item.name for item in tmp_path.iterdir()] == ["path.csv"]


@pytest.mark.parametrize(
    ("formats", "out", "words"),
    [
        ("stereo", "mix.mp3", "sound is written as WAV, not as '.mp3'; name a .wav file"),
        ("stereo,5.1", "mix.wav", "2 formats do not fit one file; name a folder"),
        ("stems", "taken.wav", "this is a file, and stems go into a folder; name a folder"),
    ],
)
def test_export_refuses_a_name_that_cannot_hold_the_formats(tmp_path, capsys, formats, out, words):
    (tmp_path / "taken.wav").write_bytes(b"")
    Bundle.create(tmp_path / "scene.foley", Project()).close()
    arguments = ["export", str(tmp_path / "scene.foley"), "--format", formats]
    assert main([*arguments, "-o", str(tmp_path / out)]) == 1
    _one_line(capsys, f"{tmp_path / out}: {words}")
    assert sorted(item.name for item in tmp_path.iterdir()) == ["scene.foley", "taken.wav"]


def test_import_names_the_file_that_it_cannot_take(media, tmp_path, capsys):
    session = tmp_path / "scene.foley"
    Bundle.create(session, Project()).close()
    before = sorted(session.rglob("*"))
    soundfile.write(tmp_path / "nan.wav", np.full((480, 2), np.nan), 48_000, subtype="FLOAT")
    soundfile.write(tmp_path / "none.wav", np.zeros((0, 2)), 48_000)
    demo = str(resources.path("demo/demo.mp4"))
    for file, words in {
        str(tmp_path / "nan.wav"): "no number; export the sound again",
        str(tmp_path / "none.wav"): "no samples; choose another file",
        demo: "the file holds no sound; give a file with sound",
    }.items():
        assert main(["import", str(session), file]) == 1
        _one_line(capsys, file, words)
    noise = str(media / "noise.wav")
    assert main(["import", str(session), noise, "--convention", "fuma"]) == 1
    _one_line(capsys, noise, "channels, not 1; import the file as loudspeakers")
    assert main(["import", str(session), noise, "--at", "nan"]) == 2
    assert main(["import", str(session), noise, "--at", "-1"]) == 2
    assert sorted(session.rglob("*")) == before
    capsys.readouterr()


def test_metrics_name_the_file_that_is_wrong(media, tmp_path, capsys):
    noise = np.random.default_rng(1).standard_normal((4800, 2)) * 0.1
    for channels in (2, 5):
        soundfile.write(tmp_path / f"{channels}.wav", np.resize(noise, (4800, channels)), 48_000)
    two, five = str(tmp_path / "2.wav"), str(tmp_path / "5.wav")
    assert main(["metrics", "binaural", two, five]) == 1
    _one_line(capsys, f"{five}: the estimate has 5 channels, a binaural")
    assert main(["metrics", "binaural", str(media / "noise.wav"), two]) == 1
    _one_line(capsys, f"{media / 'noise.wav'}: the reference has 1 channel, a binaural")


@pytest.mark.parametrize("command", ["run", "tracks"])
def test_a_vocabulary_there_is_not_is_refused(tmp_path, capsys, command):
    out = tmp_path / "out.csv"
    demo = str(resources.path("demo/demo.mp4"))
    assert main([command, demo, "-o", str(out), "--prompt", "dog, @nope"]) == 1
    _one_line(capsys, "'@nope'", "choose one of @coco")
    assert not out.exists()


def test_names_that_nothing_can_hold(media, tmp_path, capsys):
    demo = resources.path("demo/demo.mp4")
    assert main(["run", str(demo), "-o", str(tmp_path / ("y" * 256))]) == 1
    _one_line(capsys, "File name too long", "choose another folder")
    odd = tmp_path / os.fsdecode(b"\xff\xfe.mp4")
    try:
        odd.write_bytes(demo.read_bytes())
    except OSError:
        pytest.skip("this disk takes names in Unicode only")
    assert main(["run", str(odd), "-o", str(tmp_path / "out")]) == 1
    _one_line(capsys, "not valid Unicode; rename it")
    assert list(tmp_path.iterdir()) == [odd]


def test_export_of_a_hand_damaged_session(tmp_path, capsys):
    bundle = tmp_path / "scene.foley"
    bundle.mkdir()
    (bundle / "project.json").write_text('{"schema_version": 1, "tracks": [')
    arguments = ["export", str(bundle), "--format", "binaural", "-o", str(tmp_path / "o.wav")]
    assert main(arguments) == 1
    _one_line(capsys, "project.json")


def test_a_full_disk_leaves_nothing_behind(tmp_path, capsys):
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("mounting a small disk needs root")
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.system(f"mount -t tmpfs -o size=1m tmpfs {disk} 2>/dev/null") != 0:
        pytest.skip("this machine does not let us mount a small disk")
    try:
        demo = str(resources.path("demo/demo.mp4"))
        assert main(["run", demo, "-o", str(disk / "out")]) == 1
        line = _one_line(capsys)
        assert "space" in line or "disk" in line, line
        assert list(disk.iterdir()) == []
    finally:
        os.system(f"umount {disk}")


def test_wrong_usage_is_status_2(capsys):
    assert main(["run"]) == 2
    assert main(["no-such-command"]) == 2
    capsys.readouterr()


def test_a_fault_of_ours_is_one_line_too(monkeypatch, tmp_path, capsys):
    def fail(args):
        raise IndexError("index -1 is out of bounds")

    monkeypatch.setattr("engine.cli.doctor.run", fail)
    assert main(["doctor"]) == 1
    _one_line(capsys, "IndexError", "FOLEYSTAGE_DEBUG")


def test_what_is_no_film_is_told_before_anything_heavy_is_loaded(media, tmp_path):
    program = (
        "import sys\nfrom engine.cli.main import main\n"
        f"status = main(['run', {str(media / 'notes.mp4')!r}, '-o', {str(tmp_path / 'out')!r}])\n"
        "heavy = {'scipy', 'numba', 'cv2', 'engine.pipeline.produce', 'engine.deliver.bounce'}\n"
        "print(status, *sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["1"]
    assert "notes.mp4" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", ["run", "tracks", "spatialise", "export"])
def test_an_output_without_a_name_is_wrong_usage(media, tmp_path, capsys, monkeypatch, command):
    monkeypatch.chdir(tmp_path)
    assert main([command, str(media / "sound.wav"), "-o", ""]) == 2
    assert "the output has no name" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
