"""Third-order scenes and 5.1 object mixes: how much one core does, beside peers.

Peers in the run are plain NumPy applications (`benchmarks.plain_peers`). Figures of another machine
of this kind, blocks of 512 at 48 kHz, encoding and binaural decoding, stand apart (`_elsewhere`):
Spatial_Audio_Framework 10,400 moving sources, IEM MultiEncoder and BinauralDecoder 3,510; IEM's
shared decode 30 us a block. The 5.1 peer is EBU's ``ear-render``
on the same objects: run here by turns with ours where the environment names it
(``FOLEYSTAGE_EAR_RENDER``), else told as absent, and only a speed stored earlier is beside ours.
Both are measured by processor time from the session (the ADM file) to the finished WAV, once their
programs are loaded. The files must be as long as each other; how far they differ is a figure too,
at the same level, since ours is not yet brought to its loudness, and without the edges, where what
is delivered as ADM is faded and our mix is not yet.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import soundfile
from msgspec import structs

from benchmarks.plain_peers import numpy_decode_us
from benchmarks.rendering import SAMPLE_RATE_HZ, moving_project
from benchmarks.results import Figure, print_figures_of, rate, tell_absent
from engine.deliver.bounce import DeliveryOptions, deliver
from engine.deliver.surround import write_mix
from engine.errors import FoleystageError
from engine.playback.listening import FieldListening
from engine.project.model import Project
from engine.project.store import Bundle
from engine.realtime.controls import Controls
from engine.realtime.field_decoder import FieldDecoder
from engine.realtime.kernel import Kernel
from engine.realtime.snapshot import HOP_SAMPLES
from engine.render.compiler import compile_project
from engine.render.renderer import render_snapshot
from engine.spatial.decoders import decoder_plan, whole_decoder_plan
from engine.spatial.hrir import load_hrirs

SOURCES = 512
OBJECTS = 64
OBJECTS_S = 20.0
STILL_S = 3.0
OBJECT_LEVEL = 0.004
"""So faint that all of them together nowhere reach full scale, where a file clips."""
ROUNDS = 7
SCENE_TURNS = 3
EAR_ROUNDS = 3
AS_MIXED = DeliveryOptions(as_mixed=True)
BLOCK_SAMPLES = 2 * HOP_SAMPLES
SAF_SOURCES = 10_400.0
IEM_DECODE_US = 30.0
EAR_OBJECT_SECONDS = 150.0
"""Seconds of one object that ``ear-render`` 2.1.0 renders in a second of processor time, when it
was last measured on a machine of this kind: 85 to 190 as more or fewer others work there."""
_EDGE_SAMPLES = SAMPLE_RATE_HZ // 20
"""Left out at both ends where the mixes are compared."""
_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
_NUMPY_PROGRAM = """
from benchmarks.plain_peers import numpy_scene_sources
print(numpy_scene_sources())
"""
_EAR_PROGRAM = """
import time
from ear.cmdline.render_file import main
begun_s = time.process_time()
main()
print(time.process_time() - begun_s)
"""


def measure_fields(folder: Path) -> list[Figure]:
    """`hoa3_moving_sources_512`, with and without travel, `hoa3_decode_us`, `object_51_vs_ear`."""
    bundle = Bundle.create(folder / "fields.foley", Project())
    try:
        project = moving_project(bundle, SOURCES)
        direct = tuple(structs.replace(t, doppler=False, air=False) for t in project.tracks)
        return [
            *_scenes(project, structs.replace(project, tracks=direct), bundle),
            *_decodes(),
            *_objects(folder, bundle),
        ]
    finally:
        bundle.close()


def _scenes(project: Project, direct: Project, bundle: Bundle) -> list[Figure]:
    """Without travel beside peers, and with it."""
    unit, name = "sources a core", "hoa3_moving_sources_512"
    found, theirs = [], [_numpy_on_one_core()]
    for _ in range(SCENE_TURNS):
        found.append(_scene_rate(direct, bundle))
        theirs.append(_numpy_on_one_core())
    ours = round(float(np.median(found)))
    return [
        rate(name, ours, unit, round(float(np.median(theirs)))),
        rate(f"{name}_beside_saf_elsewhere", ours, unit, SAF_SOURCES),
        rate("hoa3_full_chain_sources_512", _scene_rate(project, bundle), unit),
    ]


def _numpy_on_one_core() -> float:
    """`numpy_scene_sources` in a process of its own, whose BLAS has one thread: threads that wait
    for a busy core spend processor time."""
    done = subprocess.run(
        [sys.executable, "-c", _NUMPY_PROGRAM],
        check=True, capture_output=True, text=True, cwd=Path(__file__).parents[1],
        env={**os.environ, **dict.fromkeys(_THREADS, "1")},
    )  # fmt: skip
    return float(done.stdout.split()[-1])


def _scene_rate(project: Project, bundle: Bundle) -> int:
    """Moving sources encoded, the field turned with a moving head and decoded to two ears.

    The median of `ROUNDS`.
    """
    snapshot = compile_project(project, bundle.audio_path, ("hoa3",))
    kernel = Kernel(snapshot)
    head = Controls(snapshot)
    listening = FieldListening(3, whole_decoder_plan(load_hrirs("kemar", SAMPLE_RATE_HZ), 3), head)
    field = np.empty((16, BLOCK_SAMPLES), np.float32)
    halves = field[:, :HOP_SAMPLES], field[:, HOP_SAMPLES:]
    blocks, spent_s = 40, []
    for turn in range(ROUNDS + 1):
        begun_s = time.process_time()
        for block in range(blocks):
            head.set_head(0.5 * (turn * blocks + block))
            for half in halves:
                kernel.process([half])
            listening.process(field)
        if turn:
            spent_s.append(time.process_time() - begun_s)
    return round(SOURCES * blocks * BLOCK_SAMPLES / SAMPLE_RATE_HZ / float(np.median(spent_s)))


def _decodes() -> list[Figure]:
    """The shared decode, beside a peer of the run and one of elsewhere."""
    ours, theirs = _decode_us(), numpy_decode_us()
    return [
        _less_us("hoa3_decode_us", ours, theirs),
        _less_us("hoa3_decode_us_beside_iem_elsewhere", ours, IEM_DECODE_US),
    ]


def _less_us(name: str, ours: float, theirs: float) -> Figure:
    figure = rate(name, round(ours, 2), "us a block of 512", round(theirs, 2))
    return replace(figure, ratio=round(theirs / ours, 3))


def _decode_us() -> float:
    """The kernel's shared decode of a third-order field, a block of 512; smaller is better."""
    decoder = FieldDecoder(decoder_plan(load_hrirs("kemar", SAMPLE_RATE_HZ), 3))
    ears = np.zeros((2, BLOCK_SAMPLES), np.float32)
    field = np.random.default_rng(1).standard_normal((16, BLOCK_SAMPLES)).astype(np.float32)
    spent_us = []
    for _ in range(400):
        begun_s = time.perf_counter()
        for half in (slice(0, HOP_SAMPLES), slice(HOP_SAMPLES, BLOCK_SAMPLES)):
            decoder.push(field[:, half])
            decoder.add_to(ears[:, half])
        spent_us.append(1e6 * (time.perf_counter() - begun_s))
    return float(np.median(spent_us))


def _objects(folder: Path, bundle: Bundle) -> list[Figure]:
    """A 5.1 file of moving objects against ear-render's: mixed into a file, as the command
    `export --loudness none` delivers it, and delivered with loudness and limiter, too."""
    project = _direct(moving_project(bundle, OBJECTS, OBJECTS_S, OBJECT_LEVEL))
    object_s = OBJECTS * project.duration_s
    deliver(project, bundle, ["5.1", "adm"], folder / "objects")
    plain_s, mixed_s, whole_s, theirs_s = [], [], [], []
    for _ in range(EAR_ROUNDS):
        for _ in range(3):
            plain_s += [_spent_s(lambda: _write_51(project, bundle, folder / "mix.wav"))]
            mixed_s += [
                _spent_s(
                    lambda: deliver(project, bundle, ["5.1"], folder / "as_mixed", options=AS_MIXED)
                )
            ]
            whole_s += [_spent_s(lambda: deliver(project, bundle, ["5.1"], folder / "mix"))]
        theirs_s += _ear_s(folder / "objects" / "scene.adm.wav", folder)
    plain, mixed, whole = (
        object_s / float(np.median(spent_s)) for spent_s in (plain_s, mixed_s, whole_s)
    )
    unit = "object seconds a second"
    if not theirs_s:
        tell_absent("ear-render", "FOLEYSTAGE_EAR_RENDER does not name it")
        return [
            rate("object_51_vs_ear", round(plain), unit),
            rate("object_51_beside_ear_stored", round(plain), unit, EAR_OBJECT_SECONDS),
            rate("object_51_export_vs_ear", round(mixed), unit),
        ]
    theirs = round(object_s / float(np.median(theirs_s)), 1)
    return [
        rate("object_51_vs_ear", round(plain), unit, theirs),
        rate("object_51_export_vs_ear", round(mixed), unit, theirs),
        rate("object_51_delivery_vs_ear", round(whole), unit, theirs),
        Figure("object_51_difference_to_ear", _difference_db(folder), "dB"),
        _still_difference(folder, bundle),
    ]


def _direct(project: Project, *, still: bool = False) -> Project:
    """Objects that have nothing but gains; those that stand still stay where they begin."""
    tracks = []
    for track in project.tracks:
        path = track.trajectory
        if still:
            path = structs.replace(path, keyframes=path.keyframes[:1])
        tracks.append(structs.replace(track, doppler=False, air=False, trajectory=path))
    return structs.replace(project, tracks=tuple(tracks))


def _still_difference(folder: Path, bundle: Bundle) -> Figure:
    """Gains alone: nothing moves, so that no block of ADM fades."""
    project = _direct(moving_project(bundle, OBJECTS, STILL_S, OBJECT_LEVEL), still=True)
    deliver(project, bundle, ["adm"], folder / "still")
    _write_51(project, bundle, folder / "mix.wav")
    _ear_s(folder / "still" / "scene.adm.wav", folder)
    return Figure("object_51_still_difference_to_ear", _difference_db(folder), "dB")


def _difference_db(folder: Path) -> float:
    """Level of what is left of our mix when ear-render's, at the same level, is taken away.

    Raises
    ------
    FoleystageError
        If the two files are not of the same length and channels.
    """
    ours, theirs = (soundfile.read(folder / name)[0] for name in ("mix.wav", "ear.wav"))
    if ours.shape != theirs.shape:
        raise FoleystageError(
            f"the mixes have {ours.shape} and {theirs.shape} samples and channels"
        )
    ours, theirs = (mix[_EDGE_SAMPLES:-_EDGE_SAMPLES] for mix in (ours, theirs))
    level = (ours * theirs).sum() / (theirs**2).sum()
    left = ((ours - level * theirs) ** 2).sum() / (ours**2).sum()
    return round(float(10.0 * np.log10(left)), 1)


def _write_51(project: Project, bundle: Bundle, path: Path) -> None:
    snapshot = compile_project(project, bundle.audio_path, ("5.1",))
    write_mix(path, (b["5.1"] for b in render_snapshot(snapshot)), "5.1", SAMPLE_RATE_HZ)


def _spent_s(work: Callable[[], object]) -> float:
    """Processor time."""
    begun_s = time.process_time()
    work()
    return time.process_time() - begun_s


def _ear_s(scene: Path, folder: Path) -> list[float]:
    """Processor time of the reference renderer; empty where it is not at hand."""
    command = os.environ.get("FOLEYSTAGE_EAR_RENDER")
    if not command:
        return []
    python = str(Path(command).with_name("python"))
    arguments = ["-s", "0+5+0", str(scene), str(folder / "ear.wav")]
    done = subprocess.run(
        [python, "-c", _EAR_PROGRAM, *arguments], check=True, capture_output=True, text=True
    )
    return [float(done.stdout.split()[-1])]


if __name__ == "__main__":
    print_figures_of(measure_fields)
