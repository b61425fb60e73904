"""Choosing and opening an audio device through PortAudio.

PortAudio sees new devices only after it has been terminated and initialised again, which kills
its running streams; so that happens only while nothing plays through it.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType
from typing import Any

from engine.errors import DeviceError
from engine.playback.output import MixerOutput

_PREFERRED = ("pipewire", "pulse")
"""ALSA names of the desktop's sound servers; the default device may be a bare card beside them."""
INVALID_SAMPLE_RATE = -9997
"""PortAudio's paInvalidSampleRate."""


@dataclass(frozen=True)
class DeviceRequest:
    """What to open: a device (None: the default), at which rate, for how many channels."""

    device: str | None
    sample_rate_hz: int
    channels: int
    block_samples: int


@dataclass(frozen=True)
class OpenedDevice:
    """An open output, what to tell the user about it (or nothing), and the devices there are."""

    output: MixerOutput
    message: str
    devices: tuple[str, ...]
    is_alsa: bool
    most_channels: int


def open_device(request: DeviceRequest, *, look_again: bool) -> OpenedDevice:
    """Open the requested device, or the default one where that is missing.

    Parameters
    ----------
    request : DeviceRequest
    look_again : bool
        Initialise PortAudio anew first, to see devices that came or went. Kills its streams.

    Raises
    ------
    DeviceError
        If PortAudio is not installed, there is no output device, or it refuses.
    """
    sounddevice = _portaudio()
    if look_again:
        sounddevice._terminate()
        sounddevice._initialize()
    index, message = _choose(sounddevice, request.device)
    info = sounddevice.query_devices(index)
    try:
        mixer, rate_message = _start_mixer(sounddevice, index, info, request)
    except sounddevice.PortAudioError as error:
        raise DeviceError(
            f"the device refused to play: {error.args[0]}", place=info["name"]
        ) from error
    import rtmixer

    output = MixerOutput(
        mixer, lambda size, storage: rtmixer.RingBuffer(size, buffer=storage), info["name"]
    )
    return OpenedDevice(
        output=output,
        message="; ".join(part for part in (message, rate_message) if part),
        devices=_outputs(sounddevice),
        is_alsa=_host_api(sounddevice, info) == "ALSA",
        most_channels=int(info["max_output_channels"]),
    )


def _portaudio() -> ModuleType:
    try:
        import sounddevice
    except OSError as error:
        raise DeviceError(
            "PortAudio is not installed", remedy="install libportaudio2 to hear sound"
        ) from error
    module: ModuleType = sounddevice
    return module


def _outputs(sounddevice: ModuleType) -> tuple[str, ...]:
    return tuple(d["name"] for d in sounddevice.query_devices() if d["max_output_channels"] > 0)


def _host_api(sounddevice: ModuleType, info: dict[str, Any]) -> str:
    return str(sounddevice.query_hostapis(info["hostapi"])["name"])


def _choose(sounddevice: ModuleType, wanted: str | None) -> tuple[int, str]:
    """Index of the device to open, and a sentence if it is not the one that was wanted."""
    names = [
        (index, str(device["name"]))
        for index, device in enumerate(sounddevice.query_devices())
        if device["max_output_channels"] > 0
    ]
    if not names:
        raise DeviceError("there is no audio output device")
    if wanted is not None:
        for matches in (str.__eq__, _contains):
            for index, name in names:
                if matches(name.casefold(), wanted.casefold()):
                    return index, ""
    index = _default_index(sounddevice, names)
    if wanted is None:
        return index, ""
    name = dict(names)[index]
    return index, f"the audio device '{wanted}' is not there; playing on '{name}'"


def _contains(name: str, wanted: str) -> bool:
    return wanted in name


def _default_index(sounddevice: ModuleType, names: list[tuple[int, str]]) -> int:
    """The sound server where ALSA offers one, else PortAudio's default, else the first output."""
    by_name = {name: index for index, name in names}
    for preferred in _PREFERRED:
        if preferred in by_name:
            return by_name[preferred]
    default = int(sounddevice.default.device[1])
    return default if default in by_name.values() else names[0][0]


def _start_mixer(
    sounddevice: ModuleType, index: int, info: dict[str, Any], request: DeviceRequest
) -> tuple[Any, str]:
    """A started mixer at the project's rate, or at the device's own where that is refused."""
    import rtmixer

    channels = max(1, min(request.channels, int(info["max_output_channels"])))

    def start(sample_rate_hz: float) -> Any:
        mixer = rtmixer.Mixer(
            device=index,
            channels=channels,
            samplerate=sample_rate_hz,
            blocksize=request.block_samples,
            latency="low",
        )
        try:
            mixer.start()
        except sounddevice.PortAudioError:
            mixer.close()
            raise
        return mixer

    try:
        return start(request.sample_rate_hz), ""
    except sounddevice.PortAudioError as error:
        own_rate_hz = int(info["default_samplerate"])
        if error.args[1:2] != (INVALID_SAMPLE_RATE,) or own_rate_hz == request.sample_rate_hz:
            raise
        message = f"'{info['name']}' runs at {own_rate_hz} Hz: the sound is converted for it"
        return start(own_rate_hz), message
