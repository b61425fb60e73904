"""Two ears of a track by FoleySpace: heard in place of HRIRs, under all that is the track's."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from msgspec import structs

pytest.importorskip("torch")

from engine.cli.main import main
from engine.deliver.scene_channels import scene_channels
from engine.deliver.stems import plan_stems
from engine.errors import ProjectError
from engine.metrics.binaural import compare_binaural
from engine.pipeline.learned_ears import make_learned_ears
from engine.project.edits import ChooseSpatialiser, decode_edit, encode_edit
from engine.project.learned_ears import why_measured
from engine.project.model import (
    Clip,
    EqBand,
    Project,
    Scene,
    Strip,
    Take,
    Track,
    Trajectory,
)
from engine.project.store import Bundle
from engine.render.compiler import compile_project
from engine.render.renderer import render_snapshot

RATE_HZ = 48_000
BEGINS_S = 0.5


def noise(channels: int = 1, seconds: float = 1.5) -> np.ndarray:
    random = np.random.default_rng(2)
    return (0.1 * random.standard_normal((channels, round(seconds * RATE_HZ)))).astype(np.float32)


def session(folder: Path, channels: int = 1, **more) -> tuple[Bundle, Project]:
    """A noise from half a second on, which goes from the left to the right, two metres away."""
    bundle = Bundle.create(folder / "scene.foley", Project())
    sound = noise(channels)
    audio = bundle.put_audio(sound, RATE_HZ)
    take = Take(
        id="noise", name="noise", audio=audio, sample_rate_hz=RATE_HZ, channels=channels,
        samples=sound.shape[1],
    )  # fmt: skip
    turn = np.radians(np.linspace(70.0, -70.0, 21))
    path = 2.0 * np.stack([np.cos(turn), np.sin(turn), np.zeros(21)], axis=1)
    track = Track(
        id="goes", name="Goes", trajectory=Trajectory.from_arrays(np.linspace(0.5, 2.0, 21), path),
        doppler=False, air=False, end_s=2.0,
    )  # fmt: skip
    clip = Clip(
        id="clip", track_id="goes", take_id="noise", name="noise", start_s=BEGINS_S,
        duration_s=sound.shape[1] / RATE_HZ,
    )  # fmt: skip
    tracks = (structs.replace(track, **more),)
    project = Project(tracks=tracks, takes=(take,), clips=(clip,))
    bundle.save(project)
    return bundle, project


def heard(bundle: Bundle, project: Project, *formats: str) -> dict[str, np.ndarray]:
    snapshot = compile_project(project, bundle.media.audio_path, formats)
    blocks = list(render_snapshot(snapshot))
    return {name: np.concatenate([b[name] for b in blocks], axis=1) for name in formats}


def assert_same_place(measured: np.ndarray, made: np.ndarray) -> None:
    """Time and level between the ears are within hearing's limits, over a way that has both."""
    scores = compare_binaural(measured, made, RATE_HZ)
    mono = compare_binaural(measured, np.tile(measured.mean(axis=0), (2, 1)), RATE_HZ)
    assert mono.itd_us > 200.0
    assert mono.ild_db > 4.0
    assert scores.itd_us < 60.0
    assert scores.ild_db < 0.8


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory):
    bundle, project = session(tmp_path_factory.mktemp("session"))
    with bundle:
        edit = make_learned_ears(project, bundle.media, "goes")
        yield bundle, project, edit.apply(project)


def test_two_ears_hear_nearly_what_measured_ones_do(made) -> None:
    """Where it is, and how loud; yet it is another render, and begins when the sound does."""
    bundle, project, learned = made
    measured, by_network = (heard(bundle, p, "binaural")["binaural"] for p in (project, learned))
    assert_same_place(measured, by_network)
    assert abs(np.log10(measured.std() / by_network.std())) < 0.02
    assert not np.array_equal(measured, by_network)
    assert not by_network[:, : round(BEGINS_S * RATE_HZ) - 48].any()


def test_loudspeakers_stems_and_objects_know_nothing_of_it(made) -> None:
    bundle, project, learned = made
    formats = ("stereo", "5.1", "foa")
    before, after = (heard(bundle, p, "binaural", *formats) for p in (project, learned))
    for name in formats:
        np.testing.assert_array_equal(before[name], after[name])
    snapshot = compile_project(learned, bundle.media.audio_path, ("binaural", "5.1"))
    assert len(plan_stems(learned, snapshot)) == 1
    assert [lane.source for lane in scene_channels(snapshot).objects] == [0]


def test_going_back_to_measured_ears_is_one_edit_and_to_learned_ones_again_another(made) -> None:
    bundle, project, learned = made
    back = ChooseSpatialiser(track_id="goes", spatialiser="measured")
    again = ChooseSpatialiser(track_id="goes", spatialiser="foleyspace")
    assert decode_edit(encode_edit(again)) == again
    measured = back.apply(learned)
    as_before = heard(bundle, measured, "binaural")["binaural"]
    np.testing.assert_array_equal(as_before, heard(bundle, project, "binaural")["binaural"])
    assert again.apply(measured) == learned
    with pytest.raises(ProjectError, match="nothing was made"):
        again.apply(project)


def test_distance_fader_and_equaliser_act_live(made) -> None:
    """Twice as far and 6 dB louder is the same; a low pass takes the highs; none makes it stale."""
    bundle, _, learned = made
    plain = heard(bundle, learned, "binaural")["binaural"]
    track = learned.tracks[0]
    low = EqBand(kind="low_pass", frequency_hz=500.0)
    softer = structs.replace(track, strip=Strip(gain_db=-6.0206, eq=(low,)))
    dull = heard(bundle, learned.with_track(softer), "binaural")["binaural"]
    spectra = [np.abs(np.fft.rfft(sound)).sum(axis=0) for sound in (plain, dull)]
    ratio = spectra[1] / np.maximum(spectra[0], 1e-9)
    hz = np.fft.rfftfreq(plain.shape[1], 1.0 / RATE_HZ)
    assert np.median(ratio[(hz > 60) & (hz < 150)]) == pytest.approx(0.5, rel=0.05)
    assert np.median(ratio[(hz > 4_000) & (hz < 6_000)]) < 0.02


def test_what_has_changed_since_is_measured_and_said(made) -> None:
    bundle, project, learned = made
    track = learned.tracks[0]
    elsewhere = Trajectory.from_arrays([0.0], [(0.0, 2.0, 0.0)])
    moved = learned.with_track(structs.replace(track, trajectory=elsewhere))
    louder = learned.with_clip(structs.replace(learned.clip("clip"), gain_db=3.0))
    other_ears = structs.replace(learned, scene=Scene(hrir_equalisation="diffuse_field"))
    turned = structs.replace(learned, scene=Scene(rotation_deg=(20.0, 0.0, 0.0)))
    for changed in (moved, louder, other_ears, turned):
        snapshot = compile_project(changed, bundle.media.audio_path, ("binaural",))
        (problem,) = snapshot.problems
        assert "Goes: two ears are measured" in problem
        as_measured = ChooseSpatialiser(track_id="goes", spatialiser="measured").apply(changed)
        np.testing.assert_array_equal(
            heard(bundle, changed, "binaural")["binaural"],
            heard(bundle, as_measured, "binaural")["binaural"],
        )
    assert why_measured(learned, track) == ""
    assert make_learned_ears(learned, bundle.media, "goes").apply(learned) == learned
    assert project.tracks[0].ears_take is None


def test_a_turned_scene_is_made_as_it_is_turned(tmp_path: Path) -> None:
    bundle, project = session(tmp_path)
    project = structs.replace(project, scene=Scene(rotation_deg=(-15.0, 8.0, 0.0)))
    with bundle:
        learned = make_learned_ears(project, bundle.media, "goes").apply(project)
        measured, made = (heard(bundle, p, "binaural")["binaural"] for p in (project, learned))
    assert_same_place(measured, made)
    assert "note" not in learned.takes[-1].recipe.parameters


def test_behind_the_listener_it_is_said_that_the_network_guesses(tmp_path: Path) -> None:
    bundle, project = session(tmp_path)
    project = structs.replace(project, scene=Scene(rotation_deg=(-60.0, 0.0, 0.0)))
    with bundle:
        learned = make_learned_ears(project, bundle.media, "goes").apply(project)
    assert "guesses" in learned.takes[-1].recipe.parameters["note"]


@pytest.mark.parametrize(
    ("more", "channels", "words"),
    [
        ({"kind": "ambience"}, 1, "ambience"),
        ({"width_deg": ((0.0, 30.0),)}, 1, "wide"),
        ({"stereo": True}, 2, "stereo"),
        ({}, 4, "sound field"),
    ],
)
def test_what_is_no_point_stays_measured(tmp_path: Path, more, channels: int, words: str) -> None:
    bundle, project = session(tmp_path, channels, **more)
    with bundle, pytest.raises(ProjectError, match=words):
        make_learned_ears(project, bundle.media, "goes")


def test_by_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bundle, _ = session(tmp_path)
    bundle.close()
    told = ["binauralise", str(bundle.path), "--track", "Goes"]
    assert main([*told, "--model", "foleyspace", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["spatialiser"] == "foleyspace"
    out = tmp_path / "binaural.wav"
    assert main(["export", str(bundle.path), "--format", "binaural", "-o", str(out)]) == 0
    assert main([*told, "--model", "measured"]) == 0
    reopened, project, _ = Bundle.open(bundle.path, read_only=True)
    reopened.close()
    assert project.tracks[0].spatialiser == "measured"
    assert project.tracks[0].ears_take is not None
    nobody = ["binauralise", str(bundle.path), "--track", "Nobody"]
    assert main([*nobody, "--model", "foleyspace"]) == 1
    assert "Nobody" in capsys.readouterr().err
