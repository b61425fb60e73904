"""`foleystage spatialise`, through the command line."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from scipy import signal

from engine.cli.main import main
from engine.layouts import FORMATS
from engine.riff import read_wave_file
from engine.spatial.hrir import load_hrirs
from engine.spatial.room import room_named

HEADER = "time_s,azimuth_deg,elevation_deg,distance_m\n"


@pytest.fixture
def scene(tmp_path: Path) -> Path:
    """A folder with a second of noise and a path that crosses from left to right."""
    samples = 0.1 * np.random.default_rng(1).standard_normal(44_100)
    soundfile.write(tmp_path / "noise.wav", samples, 44_100, subtype="FLOAT")
    (tmp_path / "path.csv").write_text(HEADER + "0,60,0,2\n1,-60,0,2\n")
    return tmp_path


def command(folder: Path, *more: str, audio: str = "noise.wav", path: str = "path.csv") -> int:
    arguments = ["spatialise", str(folder / audio), "--trajectory", str(folder / path)]
    if "-o" not in more:
        more = (*more, "-o", str(folder / "out.wav"))
    return main([*arguments, *more])


@pytest.mark.parametrize("format_name", FORMATS)
def test_every_format_is_written(scene: Path, format_name: str, capsys) -> None:
    assert command(scene, "--format", format_name, "--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert report["mixed_to_mono"] is False
    out, rate_hz = soundfile.read(scene / "out.wav")
    assert (rate_hz, out.shape[1]) == (44_100, FORMATS[format_name])
    assert len(out) == report["samples"]
    if format_name == "5.1":
        assert read_wave_file(scene / "out.wav").wave.wave_mask == 0x3F
    assert not list(scene.glob(".*"))


def test_a_sound_field_is_turned_to_where_it_is(scene: Path, capsys) -> None:
    samples = 0.1 * np.random.default_rng(2).standard_normal((44_100, 4))
    soundfile.write(scene / "field.wav", samples, 44_100, subtype="FLOAT")
    (scene / "left.csv").write_text(HEADER + "0,90,0,2\n")
    arguments = ("--format", "foa", "--json")
    assert command(scene, *arguments, audio="field.wav", path="left.csv") == 0
    assert json.loads(capsys.readouterr().out)["mixed_to_mono"] is False
    out, _ = soundfile.read(scene / "out.wav")
    w, y, z, x = samples.T  # the front goes to the left, and the left to the back
    np.testing.assert_allclose(out.T, 0.5 * np.stack([w, x, z, -y]), atol=1e-6)


def test_a_path_beyond_what_is_told_of_distance_is_said(scene: Path, capsys) -> None:
    for distance_m, words in (("900", []), ("30000", ["30,000 m away"])):
        (scene / "far.csv").write_text(HEADER + f"0,10,0,{distance_m}\n")
        assert command(scene, "--format", "stereo", "--json", path="far.csv") == 0
        notes = json.loads(capsys.readouterr().out)["notes"]
        assert len(notes) == len(words)
        assert all(word in note for word, note in zip(words, notes, strict=True))


def test_a_wide_stereo_sound_keeps_its_sides(scene: Path, capsys) -> None:
    samples = 0.1 * np.random.default_rng(3).standard_normal((44_100, 2))
    soundfile.write(scene / "stereo.wav", samples, 44_100, subtype="FLOAT")
    (scene / "ahead.csv").write_text(HEADER + "0,0,0,1\n")
    arguments = ("--format", "stereo", "--width", "60", "--json")
    assert command(scene, *arguments, audio="stereo.wav", path="ahead.csv") == 0
    assert json.loads(capsys.readouterr().out)["mixed_to_mono"] is False
    out, _ = soundfile.read(scene / "out.wav")
    np.testing.assert_allclose(out, np.sqrt(0.5) * samples, atol=1e-6)
    assert command(scene, "--format", "stereo", "--width", "-1") == 1


def test_a_measured_direction_equals_direct_convolution(scene: Path) -> None:
    (scene / "still.csv").write_text(HEADER + "0,-96,-30,1\n")
    assert command(scene, "--format", "binaural", path="still.csv") == 0
    out, _ = soundfile.read(scene / "out.wav")
    dry, _ = soundfile.read(scene / "noise.wav")
    hrirs = load_hrirs("kemar", 44_100)
    response = hrirs.responses[hrirs.nearest([-0.09, -0.86, -0.5])]
    expected = np.stack([np.convolve(dry, ear) for ear in response], axis=1)
    assert out.shape == expected.shape
    residual_db = 10 * np.log10(np.sum((out - expected) ** 2) / np.sum(expected**2))
    assert residual_db < -75.0


def test_the_lfe_holds_low_sound_only(scene: Path) -> None:
    assert command(scene, "--format", "5.1", "--lfe-send", "-10") == 0
    out, rate_hz = soundfile.read(scene / "out.wav")
    frequency, power = signal.welch(out.T, rate_hz, nperseg=8192)
    low = power[3, (frequency > 30) & (frequency < 80)].mean()
    high = power[3, frequency > 240].mean()
    assert 10 * np.log10(high / low) < -40.0
    first, last = out[4410:8820, :3], out[-8820:-4410, :3]
    assert (np.sum(first[:, 0] ** 2), np.sum(last[:, 1] ** 2)) > (
        np.sum(first[:, 1] ** 2), np.sum(last[:, 0] ** 2),
    )  # fmt: skip


@pytest.mark.parametrize("room", ["bathroom", "church", "forest", "street"])
def test_rooms_ring_on(scene: Path, room: str) -> None:
    assert command(scene, "--format", "foa", "--room", room) == 0
    out, _ = soundfile.read(scene / "out.wav")
    dry_energy = 0.1**2 * 44_100 / 4.0
    assert 0.5 < np.sum(out[:, 0] ** 2) / dry_energy < 60.0
    tail = out[44_100 + 2000 :]
    if room_named(room).rt60_s is not None:
        assert np.sum(tail**2) > 0.0
        assert np.sum(tail[-500:] ** 2) < 1e-2 * np.sum(tail[:500] ** 2)


BETWEEN_WALLS = """title = "Between two walls"
size_m = [10.0, 10.0, 10.0]
listener_m = [4.0, 5.0, 5.0]
[walls]
front = "concrete"
back = "concrete"
"""


def test_reflections_are_of_the_order_that_is_asked_for(scene: Path, capsys) -> None:
    click = np.zeros(4410)
    click[0] = 1.0
    soundfile.write(scene / "click.wav", click, 44_100, subtype="FLOAT")
    room = scene / "walls.toml"
    room.write_text(BETWEEN_WALLS)
    (scene / "still.csv").write_text(HEADER + "0,90,0,2\n")
    # in front and behind; those of two walls arrive together; the direct click, at 0, is no peak
    for order, expected in enumerate((0, 2, 3, 5)):
        options = ("--format", "foa", "--room", str(room), "--reflections", str(order), "--json")
        assert command(scene, *options, audio="click.wav", path="still.csv") == 0
        assert json.loads(capsys.readouterr().out)["reflections"] == order
        out, _ = soundfile.read(scene / "out.wav")
        peaks, _ = signal.find_peaks(np.abs(out[:, 0]), height=0.01, distance=200)
        assert len(peaks) == expected


def test_without_reflections_the_tail_is_left(scene: Path) -> None:
    assert command(scene, "--format", "foa", "--room", "hall", "--reflections", "0") == 0
    out, rate_hz = soundfile.read(scene / "out.wav")
    assert np.sum(out[rate_hz + 2000 : 2 * rate_hz, 0] ** 2) > 0.0


def test_reflections_of_no_room_are_not_told(scene: Path, capsys) -> None:
    assert command(scene, "--format", "foa", "--json") == 0
    assert json.loads(capsys.readouterr().out)["reflections"] is None


def test_more_reflections_than_there_are_is_refused(scene: Path, capsys) -> None:
    assert command(scene, "--format", "foa", "--room", "hall", "--reflections", "4") == 2
    assert "--reflections" in capsys.readouterr().err


def test_rooms_reach_every_format_with_doppler(scene: Path) -> None:
    for format_name in FORMATS:
        more = ("--format", format_name, "--room", "small_room", "--doppler")
        assert command(scene, *more) == 0


def test_two_channels_are_mixed_and_said(scene: Path, capsys) -> None:
    stereo = np.random.default_rng(0).standard_normal((4410, 2)) * 0.1
    soundfile.write(scene / "two.flac", stereo, 44_100)
    assert command(scene, "--format", "foa", "--json", audio="two.flac") == 0
    assert json.loads(capsys.readouterr().out)["mixed_to_mono"] is True
    out, _ = soundfile.read(scene / "out.wav")
    np.testing.assert_allclose(out[:4410, 0], stereo.mean(1) / 2.0, atol=1e-4)


@pytest.mark.parametrize(
    ("more", "path", "words"),
    [
        ((), "missing.csv", "missing.csv"),
        ((), "zero.csv", "zero.csv:3: distance_m 0"),
        (("--hrir", "bad.sofa"), "path.csv", "bad.sofa"),
        (("--room", "attic"), "path.csv", "attic"),
        (("-o", "/proc/nowhere/out.wav"), "path.csv", "/proc/nowhere: there is no such folder"),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(
    scene: Path, more: tuple[str, ...], path: str, words: str, capsys
) -> None:
    (scene / "zero.csv").write_text(HEADER + "0,0,0,1\n1,0,0,0\n")
    (scene / "bad.sofa").write_bytes(b"\x89HDF\r\n\x1a\n" + b"\0" * 100)
    more = tuple(str(scene / m) if m.endswith(".sofa") else m for m in more)
    before = sorted(scene.iterdir())
    assert command(scene, "--format", "binaural", *more, path=path) == 1
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert last.startswith("foleystage: ")
    assert words in last
    assert sorted(scene.iterdir()) == before


@pytest.mark.parametrize("content", [b"", b"not a sound at all"])
def test_unreadable_audio(scene: Path, content: bytes, capsys) -> None:
    (scene / "bad.wav").write_bytes(content)
    assert command(scene, "--format", "foa", audio="bad.wav") == 1
    assert "bad.wav" in capsys.readouterr().err
    assert not (scene / "out.wav").exists()


@pytest.mark.parametrize("rate_hz", [1, 7_999, 384_001])
def test_rates_beyond_reason_are_refused_at_once(scene: Path, rate_hz: int, capsys) -> None:
    soundfile.write(scene / "rate.wav", np.zeros(100), rate_hz)
    before = sorted(scene.iterdir())
    for format_name in ("binaural", "foa"):
        assert command(scene, "--format", format_name, audio="rate.wav") == 1
        words = capsys.readouterr().err
        assert "rate.wav" in words
        assert f"{rate_hz} samples a second" in words
        assert "convert it to 44100 or 48000 Hz" in words
    assert sorted(scene.iterdir()) == before


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (np.nan, "is no number"),
        (-np.inf, "is no number"),
        (1e38, "60 dB above full scale"),
        (-1001.0, "60 dB above full scale"),
    ],
)
@pytest.mark.parametrize("everywhere", [True, False])
def test_sound_that_is_none_is_refused(
    scene: Path, value: float, words: str, everywhere: bool, capsys
) -> None:
    samples = np.full(100_000, value if everywhere else 0.1)
    samples[90_000] = value
    soundfile.write(scene / "odd.wav", samples, 44_100, subtype="FLOAT")
    before = sorted(scene.iterdir())
    assert command(scene, "--format", "foa", audio="odd.wav") == 1
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert "odd.wav" in last
    assert words in last
    assert "export the sound again" in last
    assert sorted(scene.iterdir()) == before
