"""Sound fields of one's own in a session, through the command, as they are heard."""

import numpy as np
import pytest
import soundfile

from engine.cli.main import main
from engine.coordinates import to_cartesian
from engine.project.model import Project
from engine.project.store import Bundle
from engine.render.compiler import compile_project
from engine.render.renderer import render_snapshot
from engine.spatial.conventions import to_ambix
from engine.spatial.harmonics import spherical_harmonics

RATE_HZ = 48_000


def imported(tmp_path, samples: np.ndarray, *options: str) -> dict[str, np.ndarray]:
    """What a session of that file alone sounds like in two formats."""
    Bundle.create(tmp_path / "s.foley", Project()).close()
    soundfile.write(tmp_path / "field.wav", samples.T, RATE_HZ, subtype="FLOAT")
    command = ["import", str(tmp_path / "s.foley"), str(tmp_path / "field.wav"), *options]
    assert main(command) == 0
    bundle, project, recovery = Bundle.open(tmp_path / "s.foley", read_only=True)
    assert recovery is None
    snapshot = compile_project(project, bundle.audio_path, ("hoa3", "5.1"))
    blocks = list(render_snapshot(snapshot))
    bundle.close()
    return {name: np.concatenate([b[name] for b in blocks], axis=1) for name in ("hoa3", "5.1")}


@pytest.mark.parametrize("convention", ["ambix", "n3d", "fuma"])
def test_a_third_order_file_comes_out_as_it_is(tmp_path, convention) -> None:
    wave = spherical_harmonics(3, to_cartesian(110.0, 0.0))
    noise = 0.1 * np.random.default_rng(2).standard_normal(4800)
    field = np.outer(wave, noise)
    written = np.linalg.solve(to_ambix(convention, 16), field).astype(np.float32)
    heard = imported(tmp_path, written, "--convention", convention)
    np.testing.assert_allclose(heard["hoa3"][:, :4800], field, atol=1e-5)
    power = np.sum(heard["5.1"] ** 2, axis=1)
    assert np.argmax(power) == 4  # Ls stands at 110 degrees


def test_it_begins_where_it_is_put(tmp_path) -> None:
    heard = imported(tmp_path, np.full((4, 4800), 0.1, np.float32), "--at", "0.1")
    assert not heard["hoa3"][:, :4800].any()
    np.testing.assert_allclose(heard["hoa3"][0, 4900:9000], 0.1, atol=1e-5)


def test_a_second_one_has_a_track_of_its_own(tmp_path) -> None:
    imported(tmp_path, np.full((2, 4800), 0.1, np.float32))
    again = ["import", str(tmp_path / "s.foley"), str(tmp_path / "field.wav")]
    assert main(again) == 0
    with Bundle.open(tmp_path / "s.foley")[0] as bundle:
        pass
    _, project, _ = Bundle.open(bundle.path, read_only=True)
    assert len(project.tracks) == len(project.clips) == len(project.takes) == 2


@pytest.mark.parametrize(
    ("channels", "options"), [(6, ("--convention", "fuma")), (25, ("--convention", "fuma"))]
)
def test_a_convention_that_does_not_fit_is_told(tmp_path, capsys, channels, options) -> None:
    Bundle.create(tmp_path / "s.foley", Project()).close()
    soundfile.write(tmp_path / "f.wav", np.zeros((100, channels)), RATE_HZ)
    assert main(["import", str(tmp_path / "s.foley"), str(tmp_path / "f.wav"), *options]) == 1
    assert "channels" in (said := capsys.readouterr().err) or "order" in said
    _, project, _ = Bundle.open(tmp_path / "s.foley", read_only=True)
    assert not project.tracks


def test_what_is_damaged_in_the_session_is_told(tmp_path, caplog) -> None:
    Bundle.create(tmp_path / "s.foley", Project()).close()
    with (tmp_path / "s.foley" / "journal.jsonl").open("a") as journal:
        journal.write("not a line of a journal\n")
    soundfile.write(tmp_path / "bed.wav", np.zeros((4800, 2)), RATE_HZ)
    assert main(["import", str(tmp_path / "s.foley"), str(tmp_path / "bed.wav")]) == 0
    assert "s.foley: the journal is damaged after line 1, the rest is lost" in caplog.text
