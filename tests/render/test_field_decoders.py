"""How ambience reaches two ears is the session's choice."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile
from msgspec import structs

from engine.errors import ProjectError
from engine.pipeline.importing import import_ambience
from engine.project.edits import SetScene
from engine.project.model import Project, Scene
from engine.project.store import Bundle
from engine.render.compiler import compile_project
from engine.render.renderer import render_snapshot
from engine.spatial.decoders import field_decoder
from engine.spatial.hrir import load_hrirs


@pytest.mark.parametrize("method", ["magls", "virtual_loudspeakers"])
def test_ambience_is_decoded_as_the_scene_says(tmp_path, method) -> None:
    impulse = np.zeros((4800, 4), np.float32)
    impulse[1000] = [1.0, 0.6, 0.0, 0.8]
    soundfile.write(tmp_path / "impulse.wav", impulse, 48_000, subtype="FLOAT")
    with Bundle.create(tmp_path / "s.foley", Project()) as bundle:
        edit = import_ambience(bundle.media, Project(), tmp_path / "impulse.wav")
        project = SetScene(scene=Scene(field_decoder=method)).apply(edit.apply(Project()))
        snapshot = compile_project(project, bundle.audio_path, ("binaural",))
        heard = np.concatenate([b["binaural"] for b in render_snapshot(snapshot)], axis=1)
    responses = field_decoder(load_hrirs("kemar", 48_000), 1, method)
    expected = np.einsum("c,cet->et", impulse[1000], responses)
    gain = 10 ** (project.tracks[0].strip.gain_db / 20)
    taps = expected.shape[1]
    np.testing.assert_allclose(heard[:, 1000 : 1000 + taps], gain * expected, atol=2e-5)


def test_another_word_is_refused() -> None:
    scene = structs.replace(Scene(), field_decoder="cubes")
    with pytest.raises(ProjectError, match="cubes"):
        SetScene(scene=scene).apply(Project())
