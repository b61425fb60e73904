"""Takes made for two ears: sample by sample in them, stereo elsewhere, and nothing turns them."""

from pathlib import Path

import numpy as np
import pytest
from msgspec import structs
from test_beds import RATE_HZ, START, bed, noise, project_of, render

from engine.deliver.rendering import heard_gains
from engine.errors import ProjectError
from engine.layouts import LOUDSPEAKER_LAYOUTS
from engine.project.checks import check_take
from engine.project.model import Clip, EqBand, Project, Scene, Strip
from engine.realtime.kernel import Kernel
from engine.realtime.snapshot import HOP_SAMPLES
from engine.render.compiler import compile_project
from engine.spatial.bed_routing import bed_routes
from engine.spatial.equal_loudness import ears_gain
from engine.spatial.hrir import load_hrirs

HEARD = ears_gain(load_hrirs("kemar", RATE_HZ))
"""What monitoring and deliveries do to all that two ears hear."""


def with_ears(project: Project, name: str = "ears") -> Project:
    return project.with_take(structs.replace(project.take(name), binaural=True))


@pytest.mark.parametrize("kind", ["ambience", "object"])
def test_each_ear_hears_its_channel_and_nothing_else(tmp_path: Path, kind: str) -> None:
    """Whatever the track, its path, its room, the head and the turn of the scene."""
    sound = noise(2)
    scene = Scene(room="living_room", rotation_deg=(40.0, 0.0, 0.0))
    track = bed("ears", room_send_db=0.0)
    track = structs.replace(track, kind=kind, doppler=True, air=True)
    project = with_ears(project_of(tmp_path, {"ears": sound}, track, scene=scene))
    heard = render(tmp_path, project, "binaural")["binaural"] * HEARD
    np.testing.assert_allclose(heard[:, : sound.shape[1]], sound, atol=2e-7)
    assert heard_gains(load_hrirs("kemar", RATE_HZ), scene, ("binaural",))["binaural"] == HEARD


def test_a_turned_head_takes_them_with_it(tmp_path: Path) -> None:
    project = with_ears(project_of(tmp_path, {"ears": noise(2)}, bed("ears")))
    snapshot = compile_project(project, lambda name: tmp_path / f"{name}.wav", ["binaural"])
    heard = []
    for yaw_deg in (0.0, 90.0):
        kernel = Kernel(snapshot)
        kernel.controls.set_head(yaw_deg, 0.0, 0.0)
        kernel.locate(0)
        block = np.empty((2, 20 * HOP_SAMPLES), np.float32)
        kernel.process_hops([block])
        heard.append(block)
    np.testing.assert_array_equal(*heard)
    assert heard[0].any()


@pytest.mark.parametrize("layout", LOUDSPEAKER_LAYOUTS.values(), ids=lambda layout: layout.name)
def test_loudspeakers_have_them_as_stereo(tmp_path: Path, layout) -> None:
    sound = noise(2)
    scene = Scene(rotation_deg=(40.0, 0.0, 0.0))
    project = with_ears(project_of(tmp_path, {"ears": sound}, bed("ears"), scene=scene))
    out = render(tmp_path, project, layout.name)[layout.name]
    stereo = bed_routes(LOUDSPEAKER_LAYOUTS["stereo"], layout)
    np.testing.assert_allclose(out, stereo @ sound, atol=2e-7)


def test_a_sound_field_has_them_where_the_two_loudspeakers_stand(tmp_path: Path) -> None:
    sound = noise(2)
    plain = project_of(tmp_path, {"ears": sound}, bed("ears"))
    formats = ("foa", "hoa3")
    as_stereo = render(tmp_path, plain, *formats)
    as_ears = render(tmp_path, with_ears(plain), *formats)
    for name in formats:
        np.testing.assert_allclose(as_ears[name], as_stereo[name], atol=1e-6)


def test_a_fader_and_an_equaliser_act_on_them(tmp_path: Path) -> None:
    sound = noise(2)
    low = EqBand(kind="low_pass", frequency_hz=300.0)
    track = bed("ears", strip=Strip(gain_db=-6.0206, eq=(low,)))
    heard = render(tmp_path, with_ears(project_of(tmp_path, {"ears": sound}, track)), "binaural")
    spectrum = np.abs(np.fft.rfft(heard["binaural"][:, : sound.shape[1]] * HEARD))
    true = np.abs(np.fft.rfft(sound))
    ratio = np.sqrt((spectrum**2).sum(axis=0) / (true**2).sum(axis=0))
    hz = np.fft.rfftfreq(sound.shape[1], 1.0 / RATE_HZ)
    assert np.median(ratio[(hz > 30) & (hz < 100)]) == pytest.approx(0.5, rel=0.02)
    assert np.median(ratio[(hz > 3_000) & (hz < 6_000)]) < 0.01


def test_beside_a_plain_take_on_the_same_track_each_goes_its_way(tmp_path: Path) -> None:
    """The plain one through HRIRs as alone, the other to the ears as alone."""
    both = project_of(tmp_path, {"ears": noise(2), "mono": noise(1, 2)}, bed("ears"), bed("mono"))
    clip = structs.replace(both.clip("mono"), track_id="ears")
    both = with_ears(structs.replace(both, clips=(both.clips[0], clip), tracks=(both.tracks[0],)))

    def alone(kept: Clip) -> np.ndarray:
        return render(tmp_path, structs.replace(both, clips=(kept,)), "binaural")["binaural"]

    together = render(tmp_path, both, "binaural")["binaural"]
    np.testing.assert_allclose(together, alone(both.clips[0]) + alone(clip), atol=1e-6)
    assert START


def test_only_two_channels_are_two_ears(tmp_path: Path) -> None:
    project = project_of(tmp_path, {"ears": noise(1)}, bed("ears"))
    take = structs.replace(project.take("ears"), audio="0" * 64, binaural=True)
    with pytest.raises(ProjectError, match="1 channels"):
        check_take(take)
