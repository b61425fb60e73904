"""`foleystage doctor`: what is installed, which devices, parts and fallbacks are in use."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import os
import platform
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

from msgspec import to_builtins

from engine import plugins
from engine.cli.doctor_weights import weights_found
from engine.cli.findings import Finding, State
from engine.cli.options import add_hrir
from engine.errors import FoleystageError
from engine.library.meaning import ready_listeners
from engine.pipeline.film_generators import film_generators, single_generators
from engine.spatial.hrir import KEMAR, load_hrirs

PACKAGES = (
    *("foleystage", "numpy", "scipy", "numba", "h5py", "msgspec"),
    *("soundfile", "sounddevice", "rtmixer", "av", "opencv-python"),
    *("PySide6-Essentials", "platformdirs"),
)
OPTIONAL_PACKAGES = {
    "torch": "--detector yolo, yolo-world and --depth depth-anything",
    "ultralytics": "--detector yolo and yolo-world",
    "transformers": "--depth depth-anything, the words of yolo-world, library search by clap",
    "safetensors": "--depth depth-anything",
    "mido": "MIDI control surfaces; nothing needs it yet",
    "python-osc": "OSC remotes; nothing needs it yet",
}
ENCODERS = ("aac", "flac", "pcm_s24le")
DEFAULTS = {"detector": "motion+names", "depth": "geometry", "generator": "synthesis"}
PROBE_LIMIT_S = 20.0
HRIR_RATE_HZ = 48_000
_MARKS = {"ok": "  ", "fallback": "~ ", "missing": "! "}


Sections = dict[str, list[Finding]]


def add_parser(subparsers: Any) -> None:
    """Add the `doctor` command."""
    parser = subparsers.add_parser(
        "doctor", help="what is installed, which devices, which parts and fallbacks are in use"
    )
    add_hrir(parser)


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Look at everything; print a table, or give the same as a JSON-ready report."""
    sections = examine(args.hrir)
    if not args.json:
        print(as_text(sections))
    return {
        "sections": to_builtins(sections),
        "fallbacks": _named(sections, "fallback"),
        "missing": _named(sections, "missing"),
    }


def examine(hrir: str = KEMAR) -> Sections:
    """Findings by section; `hrir` is the set of ears to look at.

    Looks only: nothing is installed, fetched or changed.
    """
    return {
        "system": _system(),
        "packages": _packages(),
        "audio": _audio(),
        "picture": _picture(),
        "graphics": _graphics(),
        "learning": _learning(),
        "parts in use": _parts(hrir),
        "weights": weights_found(),
    }


def as_text(sections: Sections) -> str:
    """The findings as a table for people."""
    width = max(len(finding.name) for found in sections.values() for finding in found)
    lines = []
    for title, found in sections.items():
        lines.append(title)
        for finding in found:
            note = f"  ({finding.note})" if finding.note else ""
            mark = _MARKS[finding.state]
            lines.append(f"  {mark}{finding.name:<{width}}  {finding.value}{note}".rstrip())
        lines.append("")
    lines.append("~ works in a plainer way   ! does not work until it is installed")
    return "\n".join(lines)


def _named(sections: Sections, state: State) -> list[str]:
    return [
        f"{title}: {finding.name}"
        for title, found in sections.items()
        for finding in found
        if finding.state == state
    ]


def _system() -> list[Finding]:
    too_old = sys.version_info < (3, 11)
    return [
        Finding(
            "Python",
            f"{platform.python_version()} ({sys.executable})",
            "missing" if too_old else "ok",
            "3.11 or newer is needed" if too_old else "",
        ),
        Finding("system", _operating_system()),
        Finding("processors", f"{_usable_processors()} ({platform.machine()})"),
    ]


def _operating_system() -> str:
    try:
        return str(platform.freedesktop_os_release()["PRETTY_NAME"])
    except (OSError, KeyError):  # macOS, Windows, or a Linux that does not say
        return f"{platform.system()} {platform.release()}"


def _usable_processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _packages() -> list[Finding]:
    found = []
    for name in PACKAGES:
        version = _version(name)
        if version:
            found.append(Finding(name, version))
        else:
            found.append(Finding(name, "not installed", "missing", f"pip install {name}"))
    return found


def _probe(name: str) -> dict[str, Any]:
    """Answer of a probe, run in a process of its own: a driver may print, hang or crash there."""
    command = [sys.executable, "-m", "engine.cli.doctor_probes", name]
    try:
        done = subprocess.run(command, capture_output=True, timeout=PROBE_LIMIT_S, check=False)
    except subprocess.TimeoutExpired:
        return {"error": f"no answer within {PROBE_LIMIT_S:.0f} s"}
    try:
        return dict(json.loads(done.stdout.splitlines()[-1]))
    except (IndexError, ValueError):
        return {"error": f"the probe ended with status {done.returncode}"}


def _audio() -> list[Finding]:
    answer = _probe("audio")
    silent = "playback follows a clock, without sound"
    if "error" in answer:
        return [Finding("PortAudio", answer["error"], "fallback", silent)]
    found = [Finding("PortAudio", answer["version"].removeprefix("PortAudio ").split(",")[0])]
    for api in answer["host_apis"]:
        found.append(Finding("host API", f"{api['name']}, {api['devices']} devices"))
    for device in answer["outputs"]:
        mark = ", default" if device["default"] else ""
        about = f"{device['channels']} channels, {device['sample_rate_hz']:.0f} Hz{mark}"
        found.append(Finding("output", f"{device['name']} ({about})"))
    if not answer["outputs"]:
        found.append(Finding("output", "none", "fallback", silent))
    return found


def _picture() -> list[Finding]:
    found = []
    try:
        av = importlib.import_module("av")
    except ImportError as error:
        found.append(Finding("FFmpeg in PyAV", f"does not load: {error}", "missing"))
    else:
        for name, version in sorted(av.library_versions.items()):
            found.append(Finding(name, ".".join(map(str, version))))
        lacking = [name for name in ENCODERS if name not in av.codecs_available]
        found.append(
            Finding("encoders", f"without {', '.join(lacking)}", "missing")
            if lacking
            else Finding("encoders", ", ".join(ENCODERS))
        )
    answer = _probe("opencv")
    if "error" in answer:
        found.append(Finding("OpenCV", answer["error"], "missing", "see packaging/debian/run.txt"))
    else:
        people = answer["people_detector"]
        note = "" if people else "no people detector in this version: people are only movers"
        found.append(Finding("OpenCV", answer["version"], "ok" if people else "fallback", note))
    return found


def _graphics() -> list[Finding]:
    display = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY")
    if sys.platform in ("darwin", "win32"):
        return [
            Finding("display", "the desktop"),
            Finding("OpenGL", "the system's own library"),
        ]
    answer = _probe("opengl")
    plain = "the stage is drawn in two dimensions"
    return [
        Finding("display", display) if display else _no_display(),
        Finding("OpenGL", answer["error"], "fallback", plain)
        if "error" in answer
        else Finding("OpenGL", f"{answer['renderer']} ({answer['version']})"),
    ]


def _no_display() -> Finding:
    return Finding("display", "none", "fallback", "the command line does everything without one")


def _learning() -> list[Finding]:
    found = [_gpu()]
    for name, use in OPTIONAL_PACKAGES.items():
        version = _version(name)
        note = "optional" if version else f"optional, for {use}"
        found.append(Finding(name, version or "not installed", "ok", note))
    broken = _version("torch") is not None and importlib.util.find_spec("torch") is None
    if broken:
        found.append(Finding("torch", "installed, but not importable", "missing"))
    return found


def _gpu() -> Finding:
    if sys.platform == "darwin" and platform.machine() == "arm64":
        return Finding("GPU", "Apple silicon (Metal)")
    program = shutil.which("nvidia-smi")
    none = Finding("GPU", "none", "ok", "nothing in the defaults needs one")
    if program is None:
        return none
    command = [program, "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        return Finding("GPU", "nvidia-smi does not answer", "fallback", type(error).__name__)
    cards = done.stdout.strip().splitlines()
    return Finding("GPU", "; ".join(cards)) if cards else none


def _parts(hrir: str) -> list[Finding]:
    for module in ("engine.vision.detect", "engine.vision.depth", "engine.foley.generate"):
        importlib.import_module(module)  # each offers its embedded parts to the registry
    found = []
    notes = {
        "detector": "motion joined with OpenCV's people detector, named by a shipped network",
        "depth": "apparent size and ground contact, not measured; no weights",
        "generator": "physically informed synthesis; no weights",
    }
    for kind, name in DEFAULTS.items():
        found.append(Finding(kind, name, "ok", notes[kind]))
        known = film_generators() if kind == "generator" else plugins.names(kind)
        others = [other for other in known if other != name]
        found.append(Finding(f"{kind}s to choose", ", ".join(others) or "no other"))
    for name in film_generators()[1:]:
        able = plugins.abilities_of(plugins.create("generator", name))
        found.append(Finding(f"generator {name}", able.words))
    listeners = ", ".join(ready_listeners())
    found.append(
        Finding("library search", "by words", "ok", f"by meaning: {listeners or 'no weights here'}")
    )
    single = ", ".join(single_generators())
    found.append(
        Finding("single sounds", single, "ok", "for events of a script, see docs/script.md")
    )
    found.extend(_hrir(hrir))
    found.append(
        Finding("weights", "none to fetch", "ok", "every default works with what is shipped")
    )
    return found


def _hrir(source: str) -> list[Finding]:
    """The HRIR set as it is used, and what is odd about it."""
    try:
        hrirs = load_hrirs(source, HRIR_RATE_HZ)
    except FoleystageError as error:
        return [Finding("HRIR", str(error), "missing")]
    name = KEMAR if source == KEMAR else Path(source).name
    found = [Finding("HRIR", f"{name}: {hrirs.describe()}")]
    return found + [Finding("HRIR note", note, "fallback") for note in hrirs.notes]
