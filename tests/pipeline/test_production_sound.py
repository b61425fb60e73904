"""The film's own sound made binaural: a take for two ears, where it is heard, in one step."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import av
import numpy as np
import pytest
from msgspec import structs

torch = pytest.importorskip("torch")

from engine.cli.main import main  # noqa: E402
from engine.errors import CancelledError, MediaError, ProjectError  # noqa: E402
from engine.media.audio_file import read_audio  # noqa: E402
from engine.media.probe import probe_video  # noqa: E402
from engine.models.binauralise import binauralise  # noqa: E402
from engine.models.checkpoint import save_checkpoint  # noqa: E402
from engine.models.names import load_spatialiser  # noqa: E402
from engine.models.pseudobinaural.config import CONFIGS  # noqa: E402
from engine.models.pseudobinaural.network import PseudoBinaural  # noqa: E402
from engine.pipeline.production_sound import (  # noqa: E402
    sound_begins_s,
    spatialise_production_sound,
)
from engine.project.media_folder import MediaFolder  # noqa: E402
from engine.project.model import Project  # noqa: E402
from engine.project.store import Bundle  # noqa: E402

TINY = CONFIGS["tiny"]
RATE_HZ = 48_000
FIRST_PICTURE_S = 0.4


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("weights") / "tiny.safetensors"
    network = PseudoBinaural(TINY, torch.Generator().manual_seed(1))
    for module in network.modules():
        if isinstance(module, torch.nn.ConvTranspose2d):
            module.weight.data *= 8.0
    save_checkpoint(path, network.state_dict(), {"model": "pseudobinaural", "config": asdict(TINY)})
    return path


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of sound; the picture begins after 0.4 s of it. Lossless."""
    path = tmp_path_factory.mktemp("film") / "late.mkv"
    noise = 0.1 * np.random.default_rng(0).normal(size=(1, 2 * RATE_HZ)).astype(np.float32)
    with av.open(str(path), "w") as container:
        seen, heard = container.add_stream("mpeg4", rate=10), container.add_stream("flac", RATE_HZ)
        seen.width, seen.height, heard.layout = 64, 32, "mono"
        whole = np.round(noise * 32_767).astype(np.int16)
        for start in range(0, whole.shape[1], 4096):
            piece = np.ascontiguousarray(whole[:, start : start + 4096])
            sound = av.AudioFrame.from_ndarray(piece, format="s16", layout="mono")
            sound.sample_rate, sound.pts = RATE_HZ, start
            container.mux(heard.encode(sound))
        for number in range(16):
            picture = np.zeros((32, 64, 3), np.uint8)
            picture[:, 4 * number : 4 * number + 6] = 255
            shown = av.VideoFrame.from_ndarray(picture, "rgb24")
            shown.pts = number + round(10 * FIRST_PICTURE_S)
            container.mux(seen.encode(shown))
        container.mux(seen.encode())
        container.mux(heard.encode())
    return path


@pytest.fixture
def session(tmp_path: Path, film: Path) -> Path:
    bundle = Bundle.create(tmp_path / "late.foley", Project(video=probe_video(film)))
    bundle.close()
    return bundle.path


def test_it_is_the_sound_that_the_command_makes_where_the_film_has_it(
    session: Path, film: Path, weights: Path, tmp_path: Path
) -> None:
    project, media = Project(video=probe_video(film)), MediaFolder(session)
    edit = spatialise_production_sound(project, media, weights=str(weights))
    made = edit.apply(project)
    (take,), (track,), (clip,) = made.takes, made.tracks, made.clips
    assert (take.binaural, take.channels, track.kind) == (True, 2, "ambience")
    assert take.recipe is not None
    assert take.recipe.generator == "pseudobinaural"
    assert take.recipe.parameters["weights"] == weights.name
    network, _ = load_spatialiser("pseudobinaural", str(weights))
    out = tmp_path / "same.wav"
    binauralise(film, film, network.config.sample_rate_hz, network.difference, out)
    np.testing.assert_array_equal(media.audio(take.audio)[0], read_audio(out)[0])
    # The session's time begins with the first picture: what is heard before it is left out.
    assert clip.start_s == 0.0
    assert clip.offset_s == pytest.approx(FIRST_PICTURE_S, abs=0.03)
    assert clip.offset_s + clip.duration_s == pytest.approx(take.duration_s)
    assert sound_begins_s(film) == pytest.approx(0.0, abs=0.03)


def test_done_twice_there_are_two(session: Path, film: Path, weights: Path) -> None:
    project, media = Project(video=probe_video(film)), MediaFolder(session)
    for count in (1, 2):
        edit = spatialise_production_sound(project, media, weights=str(weights))
        project = edit.apply(project)
        assert [len(x) for x in (project.tracks, project.takes, project.clips)] == [count] * 3


def test_cancelled_it_leaves_nothing(session: Path, film: Path, weights: Path) -> None:
    def stop(stage: str, fraction: float) -> None:
        if "listening" in stage:
            raise CancelledError("cancelled")

    project = Project(video=probe_video(film))
    before = sorted(session.rglob("*"))
    with pytest.raises(CancelledError):
        spatialise_production_sound(
            project, MediaFolder(session), weights=str(weights), progress=stop
        )
    assert sorted(session.rglob("*")) == before


def test_by_command_into_the_session_and_out_again(
    session: Path, weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is exported for two ears is what the network made, but for one gain."""
    told = ["binauralise", str(session), "--weights", str(weights), "--json"]
    assert main(told) == 0
    report = json.loads(capsys.readouterr().out)
    bundle, project, _ = Bundle.open(session, read_only=True)
    with bundle:
        take = project.take(report["take"])
        assert take.binaural
        made, _ = bundle.media.audio(take.audio)
    out = tmp_path / "binaural.wav"
    assert main(["export", str(session), "--format", "binaural", "-o", str(out)]) == 0
    heard, _ = read_audio(out)
    offset = round(project.clips[0].offset_s * RATE_HZ)
    inside = slice(4_800, heard.shape[1] - 4_800)
    wanted = made[:, offset : offset + heard.shape[1]][:, inside]
    given = heard[:, : wanted.shape[1] + 4_800][:, inside]
    gain = np.vdot(wanted, given) / np.vdot(wanted, wanted)
    assert np.abs(given - gain * wanted).max() < 1e-3 * np.abs(given).max()
    assert not np.allclose(given[0], given[1], rtol=0.01)


def test_a_session_without_a_film_or_a_silent_film_says_so(session: Path, film: Path) -> None:
    media = MediaFolder(session)
    with pytest.raises(ProjectError, match="no film"):
        spatialise_production_sound(Project(), media)
    silent = structs.replace(probe_video(film), has_audio=False)
    with pytest.raises(ProjectError, match="silent"):
        spatialise_production_sound(Project(video=silent), media)
    gone = structs.replace(probe_video(film), path=str(film.with_name("gone.mkv")))
    with pytest.raises(MediaError, match="gone"):
        spatialise_production_sound(Project(video=gone), media)


def test_wrong_usage(session: Path, film: Path, tmp_path: Path) -> None:
    wrong = [[str(film)], [str(session), "-o", str(tmp_path / "x.wav")]]
    for told in wrong:
        with pytest.raises(SystemExit) as stopped:
            main(["binauralise", *told])
        assert stopped.value.code == 2
