"""A private PulseAudio with null sinks: real-time audio output that can be recorded, no sound card.

The server runs in a folder of its own and is reached through environment variables, so that it
neither sees nor disturbs the user's own. Sinks: `stereo` (default) and `surround` (six channels).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

SAMPLE_RATE_HZ = 48_000
_START_TIMEOUT_S = 10.0
_NATIVE = "module-native-protocol-unix"
_NULL_SINK = "module-null-sink"
_SURROUND_MAP = "front-left,front-right,front-center,lfe,rear-left,rear-right"

_PRIORITY = 5


def in_real_time(pid: int = 0) -> None:
    """Run what measures in real time, where allowed: its own gaps would be taken for ours.

    PulseAudio's main thread, which takes what clients send, makes itself an ordinary one and has
    to be raised again from outside (PipeWire's is a real-time thread by itself).
    """
    with suppress(AttributeError, OSError):
        os.sched_setscheduler(pid, os.SCHED_RR, os.sched_param(_PRIORITY))


class AudioServer:
    """A running private server. Use as a context manager, or through the `audio_server` fixture.

    Parameters
    ----------
    stereo_rate_hz : int
        Rate of the `stereo` sink.
    """

    def __init__(self, stereo_rate_hz: int = SAMPLE_RATE_HZ) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="foley-pulse-"))
        self._stereo_rate_hz = stereo_rate_hz
        self._process: subprocess.Popen[bytes] | None = None
        self.environment = {
            "PULSE_RUNTIME_PATH": str(self._folder),
            "PULSE_STATE_PATH": str(self._folder),
            "PULSE_SERVER": f"unix:{self._folder}/native",
            "PULSE_COOKIE": f"{self._folder}/cookie",
        }

    def start(self) -> None:
        """Start the server and wait until it answers; `stereo` is the default sink."""
        command = ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1"]
        command += ["--use-pid-file=no", "--disable-shm=true", "--log-level=error"]
        command += ["-L", f"{_NATIVE} socket={self._folder}/native auth-anonymous=1"]
        for sink in (self.sink("stereo"), self.sink("surround")):
            command += ["-L", f"{_NULL_SINK} {sink}"]
        self._process = subprocess.Popen(
            command, env={**os.environ, **self.environment}, stderr=subprocess.DEVNULL,
            preexec_fn=in_real_time,
        )  # fmt: skip
        deadline = time.monotonic() + _START_TIMEOUT_S
        while self.control("set-default-sink", "stereo", check=False) != 0:
            if time.monotonic() > deadline:
                self.close()
                raise RuntimeError("the private audio server did not start")
            time.sleep(0.05)
        in_real_time(self._process.pid)

    def sink(self, name: str) -> str:
        """Module arguments of the `stereo` or the `surround` null sink."""
        if name == "stereo":
            shape = f"rate={self._stereo_rate_hz} channels=2"
        else:
            shape = f"rate={SAMPLE_RATE_HZ} channels=6 channel_map={_SURROUND_MAP}"
        return f"sink_name={name} format=float32le {shape} norewinds=1"

    def control(self, *arguments: str, check: bool = True) -> int:
        """Run `pactl` with these arguments; its exit status."""
        done = subprocess.run(
            ["pactl", *arguments],
            env={**os.environ, **self.environment},
            capture_output=True,
            check=check,
            timeout=10,
        )
        return done.returncode

    def remove_sink(self, name: str) -> None:
        """Unplug a sink while it plays."""
        listed = subprocess.run(
            ["pactl", "list", "short", "modules"],
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            check=True,
            timeout=10,
        ).stdout
        for line in listed.splitlines():
            if f"sink_name={name} " in line:
                self.control("unload-module", line.split()[0])

    def add_sink(self, name: str) -> None:
        """Plug `stereo` or `surround` in again; `stereo` becomes the default."""
        self.control("load-module", _NULL_SINK, *self.sink(name).split())
        self.control("set-default-sink", name)

    @contextmanager
    def recording(self, sink: str = "stereo", channels: int = 2) -> Iterator[Recording]:
        """Record a sink's monitor while the block runs."""
        recording = Recording(self, sink, channels)
        try:
            yield recording
        finally:
            recording.stop()

    def close(self) -> None:
        """Stop the server and remove its folder."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(5)
        self._process = None
        shutil.rmtree(self._folder, ignore_errors=True)


class Recording:
    """`parec` on the monitor of a sink, at 48 kHz."""

    def __init__(self, server: AudioServer, sink: str, channels: int) -> None:
        self._channels = channels
        self._file = tempfile.TemporaryFile()  # noqa: SIM115
        command = ["parec", "-d", f"{sink}.monitor", "--format=float32le", "--raw"]
        command += [f"--rate={SAMPLE_RATE_HZ}", f"--channels={channels}", "--latency-msec=20"]
        if channels == 6:
            command.append(f"--channel-map={_SURROUND_MAP}")
        self._process = subprocess.Popen(
            command, env={**os.environ, **server.environment}, stdout=self._file,
            preexec_fn=in_real_time,
        )  # fmt: skip

    def stop(self) -> None:
        """Stop recording; the samples stay readable."""
        if self._process.poll() is None:
            self._process.terminate()
        self._process.wait(5)

    def samples(self) -> NDArray[np.float32]:
        """(channels, samples) float32 recorded so far."""
        data = os.pread(self._file.fileno(), os.fstat(self._file.fileno()).st_size, 0)
        whole = len(data) // (4 * self._channels) * self._channels
        return np.frombuffer(data, np.float32, whole).reshape(-1, self._channels).T.copy()


@contextmanager
def running_audio_server(stereo_rate_hz: int = SAMPLE_RATE_HZ) -> Iterator[AudioServer]:
    """A private server whose variables are in `os.environ` while the block runs."""
    if shutil.which("pulseaudio") is None or shutil.which("parec") is None:
        pytest.skip("pulseaudio and pulseaudio-utils are not installed")
    server = AudioServer(stereo_rate_hz)
    before = {name: os.environ.get(name) for name in server.environment}
    server.start()
    os.environ.update(server.environment)
    try:
        yield server
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        server.close()


@pytest.fixture
def audio_server() -> Iterator[AudioServer]:
    """A private PulseAudio of this test's own, the default server of processes started in it."""
    with running_audio_server() as server:
        yield server
