"""Making sound binaural by pictures: no seams, any length, both files' troubles in words."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import av
import numpy as np
import pytest

torch = pytest.importorskip("torch")

from engine.cli.main import main  # noqa: E402
from engine.errors import ShapeError  # noqa: E402
from engine.media.audio_file import read_audio, write_audio  # noqa: E402
from engine.models.binauralise import binauralise, spread  # noqa: E402
from engine.models.checkpoint import save_checkpoint  # noqa: E402
from engine.models.pseudobinaural.config import CONFIGS  # noqa: E402
from engine.models.pseudobinaural.infer import Binauraliser, load_binauraliser  # noqa: E402
from engine.models.pseudobinaural.network import PseudoBinaural  # noqa: E402

TINY = CONFIGS["tiny"]


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny network that has learned nothing, and hears and sees all the same."""
    path = tmp_path_factory.mktemp("weights") / "tiny.safetensors"
    network = PseudoBinaural(TINY, torch.Generator().manual_seed(1))
    for module in network.modules():
        if isinstance(module, torch.nn.ConvTranspose2d):
            module.weight.data *= 8.0
    save_checkpoint(path, network.state_dict(), {"model": "pseudobinaural", "config": asdict(TINY)})
    return path


@pytest.fixture(scope="module")
def binauraliser(weights: Path) -> Binauraliser:
    return load_binauraliser(weights)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of a bar that moves, without sound."""
    path = tmp_path_factory.mktemp("film") / "bar.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height = 64, 32
        for number in range(20):
            picture = np.zeros((32, 64, 3), np.uint8)
            picture[:, 3 * number : 3 * number + 6] = 255
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
        container.mux(stream.encode())
    return path


@pytest.fixture(scope="module")
def film_with_sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of picture and of stereo sound in one file."""
    path = tmp_path_factory.mktemp("film") / "sound.mp4"
    with av.open(str(path), "w") as container:
        seen, heard = container.add_stream("mpeg4", rate=10), container.add_stream("aac", 48_000)
        seen.width, seen.height, heard.layout = 64, 32, "stereo"
        sound = av.AudioFrame.from_ndarray(
            np.stack([noise(96_000), noise(96_000, 1)]), format="fltp", layout="stereo"
        )
        sound.sample_rate = 48_000
        container.mux(heard.encode(sound))
        for number in range(20):
            picture = np.full((32, 64, 3), 10 * number, np.uint8)
            container.mux(seen.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
        container.mux(seen.encode())
        container.mux(heard.encode())
    return path


def noise(samples: int, seed: int = 0) -> np.ndarray:
    return 0.1 * np.random.default_rng(seed).normal(size=samples).astype(np.float32)


def shade(time_s: float) -> np.ndarray:
    """A picture that changes all the time."""
    picture = np.zeros((*TINY.picture_px, 3), np.uint8)
    picture[:, int(20 * time_s) % 64 :] = 200
    return picture


def test_pieces_join_without_a_seam(binauraliser: Binauraliser) -> None:
    """A sound from 2 s on is as in the whole, but for what hangs on its cut edge."""
    mono = noise(6 * 16_000)
    whole = binauraliser.difference(mono, shade)
    later = binauraliser.difference(mono[2 * 16_000 :], shade, 2.0)
    assert whole.shape == mono.shape
    assert np.abs(whole).max() > 1e-3
    assert later[12_000:] == pytest.approx(whole[2 * 16_000 + 12_000 :], abs=1e-5)


def test_it_is_linear_in_level_and_silent_in_silence(binauraliser: Binauraliser) -> None:
    mono = noise(8_000)
    soft = binauraliser.difference(0.01 * mono, shade)
    assert soft == pytest.approx(0.01 * binauraliser.difference(mono, shade), abs=1e-6)
    assert not binauraliser.difference(np.zeros(5_000, np.float32), shade).any()
    assert binauraliser.difference(noise(3), shade).shape == (3,)
    assert binauraliser.difference(noise(0), shade).shape == (0,)


def test_the_picture_matters(binauraliser: Binauraliser) -> None:
    mono = noise(8_000)
    one, other = (
        binauraliser.difference(mono, lambda _, level=level: np.full((9, 18, 3), level, np.uint8))
        for level in (0, 255)
    )
    assert not np.allclose(one, other, atol=1e-4)


@pytest.mark.parametrize("rate_hz", [16_000, 44_100, 48_000])
def test_the_sum_of_both_ears_is_the_mono(rate_hz: int, binauraliser: Binauraliser) -> None:
    mono = noise(rate_hz)
    ears = spread(mono, rate_hz, 16_000, lambda m, s: binauraliser.difference(m, shade, s), 0.0)
    assert ears.mean(axis=0) == pytest.approx(mono, abs=1e-6)
    assert np.abs(ears[0] - ears[1]).max() > 1e-3


def test_long_sound_is_worked_on_in_pieces(
    binauraliser: Binauraliser, film: Path, tmp_path: Path
) -> None:
    """Eleven seconds in pieces of eight: as if made in one go."""
    mono = noise(11 * 16_000 + 1_234)
    write_audio(tmp_path / "in.wav", mono, 16_000, subtype="FLOAT")
    done = binauralise(
        tmp_path / "in.wav", film, 16_000, lambda m, _, s: binauraliser.difference(m, shade, s),
        tmp_path / "out.wav",
    )  # fmt: skip
    ears, rate_hz = read_audio(tmp_path / "out.wav")
    assert (ears.shape, rate_hz) == ((2, len(mono)), 16_000)
    assert done.seconds == pytest.approx(len(mono) / 16_000)
    at_once = spread(mono, 16_000, 16_000, lambda m, s: binauraliser.difference(m, shade, s), 0.0)
    assert ears == pytest.approx(at_once, abs=2e-4)
    power = np.square([ears[0] - ears[1], ears[0] + ears[1]]).sum(axis=1)
    assert done.difference_db == pytest.approx(10 * np.log10(power[0] / power[1]), abs=0.01)


def test_the_command(
    weights: Path,
    film: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    sound, out = tmp_path / "in.wav", tmp_path / "out.wav"
    write_audio(sound, np.stack([noise(48_000), noise(48_000, 1)]), 48_000)
    command = ["binauralise", "--weights", str(weights), "-o", str(out), "--json"]
    with caplog.at_level("INFO"):
        assert main([*command, str(sound), "--video", str(film)]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["model"], report["input_channels"]) == ("pseudobinaural", 2)
    assert "spatialised by pseudobinaural, with tiny.safetensors" in caplog.text
    assert "2 channels were mixed to mono" in caplog.text
    ears, _ = read_audio(out)
    mono = read_audio(sound)[0].mean(axis=0)
    assert ears.mean(axis=0) == pytest.approx(mono, abs=1e-6)
    before = out.read_bytes()
    for arguments, words in (
        ([str(sound)], "sound but no picture"),
        ([str(film)], "no sound"),
        ([str(sound), "--video", str(film), "--model", "other"], "no spatialiser 'other'"),
        ([str(sound), "--video", str(film), "--weights", "a.safetensors"], "not there"),
    ):
        assert main([*command, *arguments]) == 1, arguments
        assert words in capsys.readouterr().err
    surround = tmp_path / "5.1.wav"
    write_audio(surround, np.zeros((6, 100)), 48_000)
    assert main([*command, str(surround), "--video", str(film)]) == 1
    assert "6 channels" in capsys.readouterr().err
    assert out.read_bytes() == before


def test_a_films_own_sound(weights: Path, film_with_sound: Path, tmp_path: Path) -> None:
    """Films' first packet of sound may decode to nothing."""
    out = tmp_path / "out.wav"
    assert (
        main(["binauralise", str(film_with_sound), "--weights", str(weights), "-o", str(out)]) == 0
    )
    ears, rate_hz = read_audio(out)
    mono = read_audio(film_with_sound)[0].mean(axis=0)
    assert rate_hz == 48_000
    assert ears.mean(axis=0) == pytest.approx(mono, abs=1e-6)


def test_sound_without_samples_is_told(
    weights: Path, film: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty, out = tmp_path / "empty.wav", tmp_path / "out.wav"
    write_audio(empty, np.zeros((1, 0)), 48_000)
    command = ["binauralise", str(empty), "--video", str(film), "--weights", str(weights)]
    assert main([*command, "-o", str(out)]) == 1
    assert "holds no samples" in capsys.readouterr().err
    assert not out.exists()


def test_what_is_no_sound_is_told(binauraliser: Binauraliser) -> None:
    with pytest.raises(ShapeError, match="NaN"):
        binauraliser.difference(np.full(10, np.nan, np.float32), shade)
    with pytest.raises(ShapeError, match="shape"):
        binauraliser.difference(np.zeros((2, 10), np.float32), shade)
