"""Other people's binaural renderers on the kernel's own work: sources that one core keeps up with.

Each is measured if it is on the machine, by its processor time; None where it is not.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import os
import resource
import shutil
import subprocess
import time

import numpy as np
from scipy import signal

from engine import resources
from engine.spatial.hrir import HrirSet

BLOCK_SAMPLES = 256
RATE_HZ = 48_000

_ALC_FREQUENCY, _ALC_MONO_SOURCES = 0x1007, 0x1010
_ALC_CHANNELS, _ALC_STEREO = 0x1990, 0x1501
_ALC_TYPE, _ALC_FLOAT = 0x1991, 0x1406
_ALC_HRTF, _ALC_HRTF_STATUS, _ALC_HRTF_ENABLED = 0x1992, 0x1993, 1
_AL_MONO16, _AL_BUFFER, _AL_LOOPING, _AL_POSITION = 0x1101, 0x1009, 0x1007, 0x1004

_SAF_SOURCES, _SAF_BLOCKS = 64, 100
"""Spatial_Audio_Framework takes 128 sources at most."""
_SOFALIZER_CHANNELS = 16
_SOFALIZER_S = 20


def scipy_overlap_add(hrirs: HrirSet, sources: int = 8, blocks: int = 40) -> float:
    """The plain application: every block of every source by `scipy.signal.oaconvolve` with the
    nearest response, tails added up."""
    rng = np.random.default_rng(1)
    dry = rng.standard_normal((sources, blocks, BLOCK_SAMPLES)).astype(np.float32)
    responses = hrirs.responses.astype(np.float32)[..., :512]
    out = np.zeros((2, blocks * BLOCK_SAMPLES + 512), dtype=np.float32)
    begun = time.thread_time()
    for block in range(blocks):
        place = block * BLOCK_SAMPLES
        for source in range(sources):
            turn = 0.01 * block + source
            nearest = hrirs.nearest([np.cos(turn), np.sin(turn), 0.0])
            heard = signal.oaconvolve(dry[source, block][None], responses[nearest], axes=-1)
            out[:, place : place + heard.shape[1]] += heard
    return _sources(sources, blocks, time.thread_time() - begun)


def openal_soft(sources: int = 200, blocks: int = 200) -> float | None:
    """OpenAL Soft's HRTF mixer (its own short responses), every source moved every block."""
    name = ctypes.util.find_library("openal")
    if name is None:
        return None
    al = ctypes.CDLL(name)
    for function in ("alcLoopbackOpenDeviceSOFT", "alcCreateContext"):
        getattr(al, function).restype = ctypes.c_void_p
    device = ctypes.c_void_p(al.alcLoopbackOpenDeviceSOFT(None))
    wanted = (_ALC_CHANNELS, _ALC_STEREO, _ALC_TYPE, _ALC_FLOAT, _ALC_FREQUENCY, RATE_HZ,
              _ALC_HRTF, 1, _ALC_MONO_SOURCES, sources, 0)  # fmt: skip
    context = ctypes.c_void_p(al.alcCreateContext(device, (ctypes.c_int * len(wanted))(*wanted)))
    status = ctypes.c_int()
    al.alcMakeContextCurrent(context)
    al.alcGetIntegerv(device, _ALC_HRTF_STATUS, 1, ctypes.byref(status))
    try:
        if status.value != _ALC_HRTF_ENABLED:
            return None
        return _openal_moving(al, device, sources, blocks)
    finally:
        al.alcMakeContextCurrent(None)
        al.alcDestroyContext(context)
        al.alcCloseDevice(device)


def _openal_moving(al: ctypes.CDLL, device: ctypes.c_void_p, sources: int, blocks: int) -> float:
    noise = np.random.default_rng(1).integers(-3000, 3000, RATE_HZ).astype(np.int16)
    buffer, names = ctypes.c_uint(), (ctypes.c_uint * sources)()
    al.alGenBuffers(1, ctypes.byref(buffer))
    al.alBufferData(
        buffer, _AL_MONO16, noise.ctypes.data_as(ctypes.c_void_p), noise.nbytes, RATE_HZ
    )
    al.alGenSources(sources, names)
    for source in names:
        al.alSourcei(source, _AL_BUFFER, ctypes.c_int(buffer.value))
        al.alSourcei(source, _AL_LOOPING, 1)
        al.alSourcePlay(source)
    out = np.zeros((BLOCK_SAMPLES, 2), dtype=np.float32)
    into = out.ctypes.data_as(ctypes.c_void_p)
    spent_s = 0.0
    for block in range(-10, blocks):
        for index, source in enumerate(names):
            turn = 0.01 * block + index
            x, z = ctypes.c_float(np.sin(turn)), ctypes.c_float(-np.cos(turn))
            al.alSource3f(source, _AL_POSITION, x, ctypes.c_float(0.0), z)
        begun = time.thread_time()
        al.alcRenderSamplesSOFT(device, into, BLOCK_SAMPLES)
        spent_s += time.thread_time() - begun if block >= 0 else 0.0
    assert np.abs(out).max() > 0.0
    return _sources(sources, blocks, spent_s)


def spatial_audio_framework() -> float | None:
    """Spatial_Audio_Framework's binauraliser (256 taps, a filter bank's bands), every source moved
    every block: a shared library of its framework and that example, which FOLEYSTAGE_SAF names."""
    path = os.environ.get("FOLEYSTAGE_SAF")
    if not path:
        return None
    saf, handle = ctypes.CDLL(path), ctypes.c_void_p()
    saf.binauraliser_create(ctypes.byref(handle))
    try:
        saf.binauraliser_init(handle, RATE_HZ)
        saf.binauraliser_setNumSources(handle, _SAF_SOURCES)
        saf.binauraliser_setUseDefaultHRIRsflag(handle, 1)
        saf.binauraliser_initCodec(handle)
        return _saf_moving(saf, handle)
    finally:
        saf.binauraliser_destroy(ctypes.byref(handle))


def _saf_moving(saf: ctypes.CDLL, handle: ctypes.c_void_p) -> float:
    size = saf.binauraliser_getFrameSize()
    rng = np.random.default_rng(1)
    dry = rng.standard_normal((_SAF_SOURCES, size)).astype(np.float32)
    out, spent_s, loudest = np.zeros((2, size), dtype=np.float32), 0.0, 0.0
    ins, outs = ((ctypes.c_void_p * len(rows))(*(row.ctypes.data for row in rows))
                 for rows in (dry, out))  # fmt: skip
    for block in range(-10, _SAF_BLOCKS):
        for source in range(_SAF_SOURCES):
            azimuth_deg = np.degrees(0.01 * block + source) % 360.0 - 180.0
            saf.binauraliser_setSourceAzi_deg(handle, source, ctypes.c_float(azimuth_deg))
        for _ in range(BLOCK_SAMPLES // size):
            begun = time.thread_time()
            saf.binauraliser_process(handle, ins, outs, _SAF_SOURCES, 2, size)
            spent_s += time.thread_time() - begun if block >= 0 else 0.0
        loudest = max(loudest, float(np.abs(out).max()))
    assert loudest > 0.0
    return _sources(_SAF_SOURCES, _SAF_BLOCKS, spent_s)


def sofalizer() -> float | None:
    """FFmpeg's `sofalizer` with the same KEMAR: sources that stand still, in blocks of 1024."""
    if shutil.which("ffmpeg") is None:
        return None
    sofa = str(resources.path("hrir/mit_kemar_normal_pinna.sofa")).replace(":", r"\:")
    spread = "|".join(f"c{channel}=c0" for channel in range(_SOFALIZER_CHANNELS))
    channels = f"pan=hexadecagonal|{spread}"
    bare_s = _ffmpeg_s(channels)
    spent_s = _ffmpeg_s(f"{channels},sofalizer=sofa={sofa}:type=freq") - bare_s
    return _SOFALIZER_CHANNELS * _SOFALIZER_S / spent_s if spent_s > 0.0 else None


def _ffmpeg_s(filters: str) -> float:
    noise = f"anoisesrc=r=44100:d={_SOFALIZER_S}:seed=1"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        ["ffmpeg", "-v", "error", "-filter_threads", "1", "-f", "lavfi", "-i", noise,
         "-af", filters, "-f", "null", "-"],
        check=True, capture_output=True,
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def _sources(sources: int, blocks: int, spent_s: float) -> float:
    return sources * blocks * BLOCK_SAMPLES / RATE_HZ / spent_s
