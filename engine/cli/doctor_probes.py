"""What `foleystage doctor` asks of drivers, each in a process of its own.

``python -m engine.cli.doctor_probes NAME`` prints one JSON object: the answer, or {"error": ...}.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import json
import sys
from collections.abc import Callable
from typing import Any

Answer = dict[str, Any]

# EGL 1.5 and OpenGL constants (Khronos registry).
_EGL_PLATFORM_SURFACELESS = 0x31DD
_EGL_RENDERABLE_TYPE, _EGL_OPENGL_BIT, _EGL_NONE = 0x3040, 0x0008, 0x3038
_EGL_OPENGL_API = 0x30A2
_GL_RENDERER, _GL_VERSION = 0x1F01, 0x1F02


def audio() -> Answer:
    """PortAudio's version, host APIs and outputs."""
    try:
        import sounddevice
    except OSError as error:  # the Python package is there, PortAudio itself is not
        return {"error": f"{error}; install libportaudio2"}
    try:
        default = sounddevice.default.device[1]
        devices = list(sounddevice.query_devices())
        return {
            "version": sounddevice.get_portaudio_version()[1],
            "host_apis": [
                {"name": api["name"], "devices": len(api["devices"])}
                for api in sounddevice.query_hostapis()
            ],
            "outputs": [
                {
                    "name": device["name"],
                    "channels": device["max_output_channels"],
                    "sample_rate_hz": device["default_samplerate"],
                    "default": index == default,
                }
                for index, device in enumerate(devices)
                if device["max_output_channels"] > 0
            ],
        }
    except sounddevice.PortAudioError as error:
        return {"error": str(error)}


def opencv() -> Answer:
    """OpenCV's version, and whether its people detector is there."""
    import cv2

    return {"version": cv2.__version__, "people_detector": hasattr(cv2, "HOGDescriptor")}


def opengl() -> Answer:
    """Renderer and version of an OpenGL context made through EGL, without a window."""
    egl = _library("EGL")
    gl = _library("GL") or _library("OpenGL")
    if egl is None or gl is None:
        return {"error": "libEGL or libGL is not installed"}
    egl.eglGetProcAddress.restype = ctypes.c_void_p
    for name in ("eglGetPlatformDisplay", "eglCreateContext"):
        getattr(egl, name).restype = ctypes.c_void_p
    display = ctypes.c_void_p(
        egl.eglGetPlatformDisplay(_EGL_PLATFORM_SURFACELESS, ctypes.c_void_p(), None)
    )
    if not display or not egl.eglInitialize(display, None, None):
        return {"error": "EGL does not start"}
    wanted = (ctypes.c_int * 3)(_EGL_RENDERABLE_TYPE, _EGL_OPENGL_BIT, _EGL_NONE)
    config, count = ctypes.c_void_p(), ctypes.c_int()
    egl.eglBindAPI(_EGL_OPENGL_API)
    egl.eglChooseConfig(display, wanted, ctypes.byref(config), 1, ctypes.byref(count))
    nothing = ctypes.c_void_p()
    context = ctypes.c_void_p(egl.eglCreateContext(display, config, nothing, None))
    if not context or not egl.eglMakeCurrent(display, nothing, nothing, context):
        return {"error": "no OpenGL context"}
    gl.glGetString.restype = ctypes.c_char_p
    renderer, version = gl.glGetString(_GL_RENDERER), gl.glGetString(_GL_VERSION)
    egl.eglTerminate(display)
    if not renderer:
        return {"error": "OpenGL does not say its name"}
    return {"renderer": renderer.decode(), "version": (version or b"").decode()}


def _library(name: str) -> ctypes.CDLL | None:
    found = ctypes.util.find_library(name)
    for candidate in filter(None, (found, f"lib{name}.so.1", f"lib{name}.so.0")):
        try:
            return ctypes.CDLL(candidate)
        except OSError:
            continue
    return None


PROBES: dict[str, Callable[[], Answer]] = {"audio": audio, "opencv": opencv, "opengl": opengl}


def main() -> None:
    """Print the answer of the probe named on the command line."""
    try:
        answer = PROBES[sys.argv[1]]()
    except ImportError as error:
        answer = {"error": f"does not load: {error}"}
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
