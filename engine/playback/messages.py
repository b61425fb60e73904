"""What the window and the engine process say to each other over the command pipe.

Everything is a small msgspec struct, packed with msgpack. Transport commands carry a serial number
that comes back through the shared clock once their effect is heard.
"""

from __future__ import annotations

from msgspec import Struct, msgpack


class Message(Struct, frozen=True, tag=True):
    """Base of every message; the tag is the class name."""


class Activate(Message, frozen=True):
    """Begin: attach to the shared block and open a device (None: the default one).

    For `silent_s` the audio system is not touched: it brought earlier engines down. (Then another
    engine tries.)
    """

    block_name: str
    device: str | None
    sample_rate_hz: int
    block_samples: int
    monitor_format: str
    silent_s: float = 0.0


class Fork(Message, frozen=True):
    """To an engine in waiting: make another of its kind; the end of its pipe follows."""


class SetProject(Message, frozen=True):
    """Play this project from now on.

    `project` is the value as JSON; `slots` gives the fader slot of each track id.
    """

    revision: int
    project: bytes
    bundle_path: str
    slots: dict[str, int]


class Prepare(Message, frozen=True):
    """To an engine in waiting: this is played; have it ready, for those that are forked from it."""

    project: SetProject
    monitor_format: str


class SetMonitor(Message, frozen=True):
    """Listen in this format."""

    format: str


class SetDevice(Message, frozen=True):
    """Play on this device (None: the default one)."""

    device: str | None


class Play(Message, frozen=True):
    """Start the transport where it stands."""

    serial: int


class Stop(Message, frozen=True):
    """Stop the transport where it is heard."""

    serial: int


class Locate(Message, frozen=True):
    """Go to a project time in seconds; goes on playing if it played."""

    serial: int
    time_s: float


class Scrub(Message, frozen=True):
    """Let the playhead follow a hand to a project time in seconds."""

    serial: int
    time_s: float


class Shuttle(Message, frozen=True):
    """Run at `speed` times the plain one, backwards where it is negative."""

    serial: int
    speed: float


class SetLoop(Message, frozen=True):
    """Repeat [start_s, end_s); no loop where either is None.

    With `declick` the end is laid over the start for a few milliseconds.
    """

    start_s: float | None
    end_s: float | None
    declick: bool = True


class Close(Message, frozen=True):
    """End the engine."""


Command = (
    Activate
    | Prepare
    | Fork
    | SetProject
    | SetMonitor
    | SetDevice
    | Play
    | Stop
    | Locate
    | Scrub
    | Shuttle
    | SetLoop
    | Close
)


class Ready(Message, frozen=True):
    """Everything is imported; the engine can be activated."""

    pid: int


class Compiling(Message, frozen=True):
    """Something waits for loops to be compiled, which is done once."""


class Prepared(Message, frozen=True):
    """An engine in waiting has done what it was asked to have ready."""


class DeviceReport(Message, frozen=True):
    """What the engine plays on now. `silent`: only the clock runs."""

    name: str
    sample_rate_hz: int
    channels: int
    silent: bool
    message: str
    devices: tuple[str, ...] = ()


class Compiled(Message, frozen=True):
    """A project is ready to be heard. `problems` are sentences for the user."""

    revision: int
    format: str
    seconds: float
    problems: tuple[str, ...]


class Trouble(Message, frozen=True):
    """Something failed; the engine carries on with what it had."""

    message: str


Notice = Ready | Compiling | Prepared | DeviceReport | Compiled | Trouble

_encoder = msgpack.Encoder()
_commands = msgpack.Decoder(Command)
_notices = msgpack.Decoder(Notice)


def encode(message: Message) -> bytes:
    """Bytes of a command or a notice."""
    return _encoder.encode(message)


def decode_command(data: bytes) -> Command:
    """A command from its bytes; msgspec.ValidationError when they are malformed."""
    return _commands.decode(data)


def decode_notice(data: bytes) -> Notice:
    """A notice from its bytes; msgspec.ValidationError when they are malformed."""
    return _notices.decode(data)
