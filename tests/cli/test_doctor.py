"""`foleystage doctor`: looks at everything, changes nothing, and survives whatever is missing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from engine.cli import doctor, doctor_probes
from engine.cli.doctor_weights import weights_found
from engine.errors import PluginError
from engine.pipeline.preflight import check_settings
from engine.pipeline.settings import RunSettings
from engine.weights import folder
from engine.weights.registry import known


@pytest.fixture(scope="module")
def sections() -> doctor.Sections:
    return doctor.examine()


def test_says_what_is_there(sections: doctor.Sections) -> None:
    assert list(sections) == [
        *("system", "packages", "audio", "picture", "graphics", "learning", "parts in use"),
        "weights",
    ]
    assert all(found for found in sections.values())
    packages = {finding.name: finding for finding in sections["packages"]}
    assert packages["numpy"].state == "ok"
    parts = {finding.name: finding.value for finding in sections["parts in use"]}
    assert parts["detector"] == "motion+names"
    assert parts["depth"] == "geometry"
    assert parts["HRIR"] == (
        "kemar: 710 directions, elevations -40 to 90 degrees, 1.4 m, 576 taps at 48000 Hz"
    )


def test_weights_at_hand_and_which_would_be_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(folder.VARIABLE, str(tmp_path))
    before = {finding.name: finding for finding in weights_found()}
    assert "not fetched" in before["yolox-tiny"].value
    assert before["--detector yolox"].value == "no weights at hand"
    assert "models fetch yolox-nano" in before["--detector yolox"].note
    (tmp_path / "yolox-tiny.onnx").write_bytes(b"0" * known("yolox-tiny").size_bytes)
    after = {finding.name: finding for finding in weights_found()}
    assert after["--detector yolox"].value == "uses yolox-tiny"
    assert str(tmp_path) in after["yolox-tiny"].value
    assert after["--depth depth-anything"].value == "no weights at hand"


def test_ears_that_cannot_be_used_are_missing(tmp_path: Path) -> None:
    (finding,) = doctor._hrir(str(tmp_path / "none.sofa"))
    assert finding.state == "missing"
    assert "no such SOFA file" in finding.value


def test_table_shows_every_finding(sections: doctor.Sections) -> None:
    table = doctor.as_text(sections)
    for found in sections.values():
        for finding in found:
            assert finding.name in table
            assert finding.value in table


def test_json_is_one_object_and_torch_stays_out() -> None:
    code = (
        "import sys; from app.command import main; status = main(['doctor', '--json']);"
        "assert 'torch' not in sys.modules and 'PySide6' not in sys.modules; sys.exit(status)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert set(report) == {"sections", "fallbacks", "missing"}
    assert not any(entry.startswith("packages") for entry in report["missing"])


def test_silent_probe_is_an_answer_not_a_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    assert "ended with status 1" in doctor._probe("audio")["error"]
    audio = doctor._audio()
    assert [finding.state for finding in audio] == ["fallback"]


def test_hanging_probe_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(command: list[str], **options: object) -> None:
        raise subprocess.TimeoutExpired(command, 20.0)

    monkeypatch.setattr(subprocess, "run", hang)
    assert "no answer" in doctor._probe("opengl")["error"]


def test_unloadable_library_is_an_answer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    monkeypatch.setattr(sys, "argv", ["doctor_probes", "audio"])
    doctor_probes.main()
    assert "does not load" in json.loads(capsys.readouterr().out)["error"]


def test_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "PACKAGES", ("no-such-package-at-all",))
    (finding,) = doctor._packages()
    assert finding.state == "missing"
    assert "pip install no-such-package-at-all" in finding.note


def test_a_generator_offered_for_choice_is_one_that_run_takes(sections: doctor.Sections) -> None:
    values = {finding.name: finding.value for finding in sections["parts in use"]}
    offered = [values["generator"], *values["generators to choose"].split(", ")]
    for name in offered:
        if name != "no other":
            check_settings(RunSettings(generator=name), 48_000)
    for name in values["single sounds"].split(", "):
        assert name not in offered
        with pytest.raises(PluginError, match="makes one kind of sound"):
            check_settings(RunSettings(generator=name), 48_000)
