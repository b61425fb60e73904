"""The set-up scripts: sound shell, honest when they may not install, quick the second time."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
SCRIPTS = sorted((REPOSITORY / "packaging").glob("*.sh"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_are_sound_shell(script: Path) -> None:
    assert os.access(script, os.X_OK)
    subprocess.run(["sh", "-n", str(script)], check=True)
    assert "set -eu" in script.read_text(encoding="utf-8")


def _checkout(tmp_path: Path) -> Path:
    """A checkout with stand-ins for Python's installer and Debian's package manager."""
    root = tmp_path / "checkout"
    shutil.copytree(REPOSITORY / "packaging", root / "packaging")
    programs = tmp_path / "bin"
    programs.mkdir()
    stand_ins = {
        "dpkg-query": 'case "$*" in *libportaudio2*) exit 1;; esac; echo install ok installed',
        "apt-get": f'echo "$@" >>{tmp_path}/apt.log',
        "sudo": "exit 1",
        "id": f"cat {tmp_path}/uid",
    }
    for name, body in stand_ins.items():
        (programs / name).write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        (programs / name).chmod(0o755)
    python = root / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\necho "$@" >>{tmp_path}/python.log\n', encoding="utf-8")
    python.chmod(0o755)
    return root


def _set_up(root: Path, tmp_path: Path, uid: int) -> subprocess.CompletedProcess[str]:
    (tmp_path / "uid").write_text(f"{uid}\n", encoding="utf-8")
    environment = {
        **{key: value for key, value in os.environ.items() if key != "NO_APT"},
        "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
        "PYTHON": sys.executable,
    }
    command = [str(root / "packaging" / "setup.sh"), "run"]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def test_without_permission_the_exact_line_is_shown(tmp_path: Path) -> None:
    done = _set_up(_checkout(tmp_path), tmp_path, uid=1000)
    assert done.returncode == 0, done.stderr
    line = "sudo apt-get install -y --no-install-recommends libportaudio2 "
    assert line in done.stderr
    assert not (tmp_path / "apt.log").exists()


def test_root_installs_what_is_missing_and_nothing_else(tmp_path: Path) -> None:
    done = _set_up(_checkout(tmp_path), tmp_path, uid=0)
    assert done.returncode == 0, done.stderr
    calls = (tmp_path / "apt.log").read_text(encoding="utf-8").splitlines()
    assert calls == ["-q update", "install -y --no-install-recommends libportaudio2"]


def _bare_machine(tmp_path: Path, python3: str | None) -> Path:
    """A folder of programs with no Python but `python3`; the package manager brings a good one."""
    programs = tmp_path / "bin"
    for name in ("sh", "dirname", "sed", "grep", "tr", "mktemp", "rm", "tail", "env", "cat", "ln"):
        found = shutil.which(name)
        assert found is not None
        (programs / name).symlink_to(found)
    install = f'echo "$@" >>{tmp_path}/apt.log; ln -sf {sys.executable} {programs}/python3'
    (programs / "apt-get").write_text(f"#!/bin/sh\n{install}\n", encoding="utf-8")
    if python3 is not None:
        (programs / "python3").write_text(f"#!/bin/sh\n{python3}\n", encoding="utf-8")
        (programs / "python3").chmod(0o755)
    return programs


def _set_up_bare(tmp_path: Path, uid: int, python3: str | None) -> subprocess.CompletedProcess[str]:
    root = _checkout(tmp_path)
    programs = _bare_machine(tmp_path, python3)
    (tmp_path / "uid").write_text(f"{uid}\n", encoding="utf-8")
    command = [str(root / "packaging" / "setup.sh"), "run"]
    environment = {"PATH": str(programs)}
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def test_a_machine_without_python_gets_one(tmp_path: Path) -> None:
    done = _set_up_bare(tmp_path, uid=0, python3=None)
    assert done.returncode == 0, done.stderr
    calls = (tmp_path / "apt.log").read_text(encoding="utf-8").splitlines()
    assert calls[1].startswith("install -y --no-install-recommends python3 python3-venv")


def test_a_machine_without_python_is_told_when_nothing_may_be_installed(tmp_path: Path) -> None:
    done = _set_up_bare(tmp_path, uid=1000, python3=None)
    assert done.returncode == 1
    assert "sudo apt-get install -y python3 python3-venv" in done.stderr
    assert not (tmp_path / "apt.log").exists()


def test_a_python_that_is_too_old_is_named(tmp_path: Path) -> None:
    old = 'case "$1" in --version) echo Python 3.10.12;; *) exit 1;; esac'
    done = _set_up_bare(tmp_path, uid=0, python3=old)
    assert done.returncode == 1
    assert "Python 3.10.12; 3.11 or newer is needed" in done.stderr
    assert "python3.11 python3.11-venv" in done.stderr


def _python_packages(purpose: str, tmp_path: Path, **settings: str) -> str:
    """What pip is asked for when everything is set up for `purpose`."""
    root = _checkout(tmp_path)
    environment = {
        "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
        "PYTHON": sys.executable,
        "NO_APT": "1",
        **settings,
    }
    (tmp_path / "uid").write_text("0\n", encoding="utf-8")
    command = [str(root / "packaging" / "setup.sh"), purpose]
    subprocess.run(command, capture_output=True, env=environment, check=True)
    calls = (tmp_path / "python.log").read_text(encoding="utf-8").splitlines()
    (installing,) = (call for call in calls if "pip install" in call)
    return installing.split()[-1]


@pytest.mark.parametrize(
    ("purpose", "settings", "asked"),
    [
        ("run", {}, "."),
        ("dev", {}, ".[dev,learned,generators]"),
        ("dev", {"NO_LEARNED": "1"}, ".[dev]"),
    ],
)
def test_pytorch_comes_with_the_tests_alone(
    purpose: str, settings: dict[str, str], asked: str, tmp_path: Path
) -> None:
    assert _python_packages(purpose, tmp_path, **settings) == asked


def test_pytorch_is_in_no_extra_but_those_that_need_it() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    for wanted in (*project["dependencies"], *extras["dev"], *extras["remote"]):
        assert not re.match(r"torch|ultralytics", wanted)


def test_package_lists_hold_package_names() -> None:
    for file in (REPOSITORY / "packaging" / "debian").glob("*.txt"):
        names = re.sub(r"#.*", "", file.read_text(encoding="utf-8")).split()
        assert names
        assert len(names) == len(set(names))
        assert all(re.fullmatch(r"[a-z0-9][a-z0-9+.-]+", name) for name in names)


def test_no_window_without_a_display(tmp_path: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    if sys.platform == "darwin":
        pytest.skip("macOS always has a display")
    command = [str(REPOSITORY / "packaging" / "open_window.sh"), "out/demo/scene.foley"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    assert "foleystage out/demo/scene.foley" in done.stdout


def test_desktop_entry_is_installed_for_the_user_and_removed(tmp_path: Path) -> None:
    environment = {**os.environ, "XDG_DATA_HOME": str(tmp_path)}
    script = str(REPOSITORY / "packaging" / "install_desktop.sh")
    subprocess.run([script], env=environment, check=True, capture_output=True)
    entry = tmp_path / "applications" / "foleystage.desktop"
    assert f'Exec="{REPOSITORY}/.venv/bin/foleystage" %f' in entry.read_text(encoding="utf-8")
    assert (tmp_path / "icons/hicolor/scalable/apps/foleystage.svg").exists()
    subprocess.run([script, "--remove"], env=environment, check=True, capture_output=True)
    assert not entry.exists()


def test_licence_is_the_one_declared() -> None:
    text = (REPOSITORY / "LICENSE").read_text(encoding="utf-8")
    assert "GNU AFFERO GENERAL PUBLIC LICENSE" in text
    assert "Version 3, 19 November 2007" in text
    assert "END OF TERMS AND CONDITIONS" in text
    pyproject = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    assert 'license = "AGPL-3.0-or-later"' in pyproject
