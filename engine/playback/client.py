"""`PlaybackClient`: the window's side of the engine process. Nothing in here waits.

Commands go to a queue, faders into shared memory; position and meters are read from shared
memory. The client knows the whole state (project, loop, format, transport), so that an engine
that died is replaced by one that goes on where it stopped.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.playback import messages as m
from engine.playback.fader_slots import FaderSlots, with_fader
from engine.playback.landing import LandingTimes, read_landing
from engine.playback.monitor_formats import rendered_format
from engine.playback.readings import Readings
from engine.playback.shared import ClockReading, SharedBlock
from engine.playback.status import EngineStatus, StatusBoard
from engine.playback.supervisor import Supervisor
from engine.project.coding import encode_value
from engine.project.format_trims import trim_db
from engine.project.model import Project
from engine.project.scene import Scene

STALE_S = 0.3
"""A clock reading older than this is not continued any more: the engine is busy or gone."""

PREPARE_AFTER_S = 1.0
"""An engine in waiting prepares itself when nothing was edited for so long."""


class PlaybackClient:
    """Plays a project through an engine process of its own.

    Attributes
    ----------
    readings : Readings
        The meters.

    Parameters
    ----------
    device : str, optional
        Name of the output device (or a part of it); None for the default one.
    sample_rate_hz : int
        Rate to open the device with until a project says otherwise.
    block_samples : int
        Device block.
    """

    def __init__(
        self, device: str | None = None, sample_rate_hz: int = 48_000, block_samples: int = 512
    ) -> None:
        self._block = SharedBlock()
        self._board = StatusBoard()
        self.readings = Readings(self._block)
        self._device = device
        self._sample_rate_hz = sample_rate_hz
        self._block_samples = block_samples
        self._format = "binaural"
        self._master_db, self._trims = 0.0, Scene()
        self._loop_s: tuple[float, float] | None = None
        self._declicks_loop = True
        self._lock = threading.Lock()
        self._project: Project | None = None
        self._bundle_path = ""
        self._revision = self._sent_revision = 0
        self._changed_s = 0.0
        self._message: m.SetProject | None = None
        self._faders = FaderSlots(self._block)
        self._serials = itertools.count(1)
        self._serial = 0
        self._wants_playing = False
        self._wants_speed = 1.0
        self._target_s: float | None = 0.0
        self._last = ClockReading()
        self._last_position_s = 0.0
        self._started = self._closed = False
        self._supervisor = Supervisor(
            introduction=self._introduction,
            preparation=self._preparation,
            on_notice=self._board.note,
            on_state=self._board.set_state,
            heartbeat_age_s=self._heartbeat_age_s,
            block_name=self._block.name,
        )

    def start(self) -> None:
        """Start the engine; returns at once, `status.state` says how far it is."""
        if not self._started and not self._closed:
            self._started = True
            self._board.set_state("starting", "")
            self._supervisor.start()

    def close(self) -> None:
        """End the engine and let the shared memory go."""
        if self._closed:
            return
        self._closed = True
        if self._started:
            self._supervisor.close()
        self._board.set_state("stopped", "")
        self._block.close()

    def set_project(self, project: Project, bundle_path: str | Path) -> None:
        """Play this value from now on; while it plays, without a gap."""
        with self._lock:
            self._bundle_path = str(bundle_path)
            self._faders.assign(project)
        self._faders.write(project)
        self._block.put({"master_muted": int(project.master.muted)})
        self.set_master_gain(project.master.gain_db, project.scene)
        self._send(project)

    def _send(self, project: Project) -> None:
        with self._lock:
            self._project = project
            self._revision += 1
            self._changed_s = time.monotonic()
        self._supervisor.send(self._next_project)

    def play(self) -> None:
        """Start the transport where it stands (at the scene's end: from its start)."""
        if not self.is_playing or self._wants_speed != 1.0:
            self._command(m.Play, self.position_s, playing=True)

    def stop(self) -> None:
        """Stop the transport at once."""
        self._command(m.Stop, None, playing=False)

    def locate(self, time_s: float) -> None:
        """Go to a project time in seconds; goes on playing if it plays. Ends scrubbing."""
        time_s = _sound_time(time_s)
        self._command(lambda serial: m.Locate(serial, time_s), time_s)

    def shuttle(self, speed: float) -> None:
        """Run at a speed (1 is plain, negative is backwards) to either end of the scene.

        Pitch follows the speed up to about four times; faster runs are heard in short grains.
        """
        speed = float(speed) if np.isfinite(speed) else 0.0
        if speed == 0.0:
            self.stop()
        elif speed == 1.0:
            self.play()
        else:
            target_s = None if self.is_playing else self.position_s
            self._command(lambda serial: m.Shuttle(serial, speed), target_s, playing=True)
            self._wants_speed = speed

    def scrub(self, time_s: float) -> None:
        """Pull the playhead to a project time and hear it on the way, as the user drags it.

        While scrubbing the transport rests; `locate` at the end of the drag lets it go on if it
        played before.
        """
        time_s = _sound_time(time_s)
        self._command(lambda serial: m.Scrub(serial, time_s), time_s)

    def set_loop(
        self, start_s: float | None, end_s: float | None = None, *, declick: bool = True
    ) -> None:
        """Repeat [start_s, end_s); no loop where either is None or nothing lies between.

        With `declick` the end is laid over the start for a few milliseconds; without, the seam is
        exact to the bit.
        """
        self._loop_s, self._declicks_loop = None, declick
        if start_s is not None and end_s is not None and 0.0 <= start_s < end_s:
            self._loop_s = (start_s, end_s)
        loop = self._loop_message()
        self._supervisor.send(lambda: loop)

    def set_track_gain(self, track_id: str, gain_db: float) -> None:
        """Move a fader; heard within the next hops, the project is not changed."""
        self._set_fader("fader_db", track_id, gain_db)

    def set_track_mute(self, track_id: str, muted: bool) -> None:
        """Mute a track, or not."""
        self._set_fader("fader_muted", track_id, muted)

    def set_track_solo(self, track_id: str, soloed: bool) -> None:
        """Solo a track, or not."""
        self._set_fader("fader_soloed", track_id, soloed)

    def set_master_gain(self, gain_db: float, scene: Scene | None = None) -> None:
        """Move the master fader; the format's trim (of `scene`, or as known) comes on top."""
        self._master_db, self._trims = gain_db, scene or self._trims
        self._put_master()

    def set_monitor_level(self, gain_db: float) -> None:
        """How loud one listens; -inf for not at all. Meters show the mix as it is without it."""
        self._block.put({"monitor_db": gain_db})

    def set_head(self, yaw_deg: float, pitch_deg: float, roll_deg: float) -> None:
        """Turn the listener's head: yaw to the left, pitch up."""
        self._block.array("head_deg")[:] = (yaw_deg, pitch_deg, roll_deg)

    def set_monitor_format(self, name: str) -> None:
        """Listen in one of `engine.playback.monitor_formats.MONITOR_FORMATS`.

        Raises
        ------
        LayoutError
            For an unknown name.
        """
        rendered_format(name)
        self._format = name
        self._put_master()
        self._supervisor.send(lambda: m.SetMonitor(name))

    def set_device(self, device: str | None, block_samples: int | None = None) -> None:
        """Play on another device (None: the default one), or in other blocks (None: as before)."""
        renews = self._started and block_samples not in (None, self._block_samples)
        self._device, self._block_samples = device, block_samples or self._block_samples
        if renews or self._supervisor.avoids_devices:
            self._supervisor.renew()
        else:
            self._supervisor.send(lambda: m.SetDevice(device))

    @property
    def device(self) -> str | None:
        """Output device that is wanted; None for the default one."""
        return self._device

    @property
    def position_s(self) -> float:
        """Project time that is heard now, in seconds. Never goes back while playing on."""
        reading = self._reading()
        if self._target_s is not None and reading.serial < self._serial:
            return self._target_s
        now_ns = min(time.monotonic_ns(), reading.anchor_ns + int(STALE_S * 1e9))
        position_s = max(reading.at(now_ns), 0.0)
        same_run = reading.epoch == self._last.epoch and reading.serial == self._last.serial
        turned = position_s < self._last_position_s and reading.turn_s < float("inf")
        if same_run and reading.speed > 0.0 and not turned:
            position_s = max(position_s, self._last_position_s)
        elif same_run and reading.speed < 0.0 and self._last.speed < 0.0:
            position_s = min(position_s, self._last_position_s)
        self._last, self._last_position_s = reading, position_s
        return position_s

    @property
    def is_playing(self) -> bool:
        """Whether the transport runs (or is about to)."""
        reading = self._reading()
        if reading.serial >= self._serial and reading.serial > 0:
            self._wants_playing = reading.playing
        return self._wants_playing

    @property
    def speed(self) -> float:
        """Project seconds a second that are wanted; negative backwards, 0 at rest."""
        return self._wants_speed if self.is_playing else 0.0

    @property
    def status(self) -> EngineStatus:
        """State, device and health of the engine."""
        return self._board.read(self._block)

    @property
    def engine_pid(self) -> int | None:
        """Process id of the engine that plays, if there is one."""
        return self._supervisor.pid

    @property
    def has_standby(self) -> bool:
        """Whether a second engine waits, ready to take over at once."""
        return self._supervisor.has_standby

    @property
    def landing(self) -> LandingTimes:
        """When the last jump reached the ring and the device."""
        return read_landing(self._block)

    def meters(self) -> NDArray[np.float32]:
        """(channels,) peak levels in dBFS, one per channel of the monitor format, after master."""
        return self.readings.peaks()

    def clipped(self) -> NDArray[np.bool_]:
        """(channels,) flags of the channels that reached full scale since `clear_clips`."""
        return self.readings.clipped()

    def track_levels(self) -> dict[str, float]:
        """Peak of every track in dBFS, after its fader."""
        return self.readings.tracks(self._faders.of)

    def clear_clips(self) -> None:
        """Put the clip flags out; true peak and integrated loudness begin anew."""
        self._block.put({"clips_cleared": self._block.get("clips_cleared") + 1})

    def _command(
        self,
        make: Callable[[int], m.Message],
        target_s: float | None,
        *,
        playing: bool | None = None,
    ) -> None:
        """Send a transport command; until it is heard the position stands at its target."""
        with self._lock:
            plays = self.is_playing if playing is None else playing
            self._wants_speed = 1.0
            serial = next(self._serials)
            self._target_s, self._serial, self._wants_playing = target_s, serial, plays
            message = make(serial)
            self._supervisor.send(lambda: message)

    def _reading(self) -> ClockReading:
        if self._closed:
            return self._last
        return self._block.read_clock() or self._last

    def _put_master(self) -> None:
        made = rendered_format(self._format)
        self._block.put({"master_db": self._master_db + trim_db(self._trims, made)})

    def _set_fader(self, field: str, track_id: str, value: float) -> None:
        if self._faders.move(field, track_id, value) or self._project is None:
            return
        moved = with_fader(self._project, field, track_id, value)
        if moved is not None:
            self._send(moved)

    def _next_project(self) -> m.Message | None:
        """The newest project as a message; None when it has been sent already."""
        with self._lock:
            if self._project is None or self._sent_revision == self._revision:
                return None
            self._sent_revision = self._revision
            return self._project_message()

    def _project_message(self) -> m.SetProject:
        assert self._project is not None
        if self._message is None or self._message.revision != self._revision:
            self._message = m.SetProject(
                revision=self._revision,
                project=encode_value(self._project),
                bundle_path=self._bundle_path,
                slots=dict(self._faders.of),
            )
        return self._message

    def _loop_message(self) -> m.Message:
        start_s, end_s = self._loop_s or (None, None)
        return m.SetLoop(start_s, end_s, self._declicks_loop)

    def _introduction(self, silent_s: float) -> list[m.Message]:
        """What a fresh engine must know to go on where the last one was."""
        with self._lock:
            found: list[m.Message] = [
                m.Activate(
                    block_name=self._block.name,
                    device=self._device,
                    sample_rate_hz=self._sample_rate_hz,
                    block_samples=self._block_samples,
                    monitor_format=self._format,
                    silent_s=silent_s,
                )
            ]
            if self._project is not None:
                self._sent_revision = self._revision
                found.append(self._project_message())
                self._board.expect_scene()
            found.append(self._loop_message())
            position_s, playing = self.position_s, self.is_playing
            self._block.write_clock(ClockReading())
            self._target_s, self._serial = position_s, next(self._serials)
            self._wants_playing = playing
            found.append(m.Locate(self._serial, position_s))
            if playing:
                self._serial = next(self._serials)
                found.append(m.Play(self._serial))
            if playing and self._wants_speed != 1.0:
                self._serial = next(self._serials)
                found.append(m.Shuttle(self._serial, self._wants_speed))
            return found

    def _preparation(self) -> m.Message | None:
        """What an engine in waiting should have ready; None while that changes."""
        with self._lock:
            rests = time.monotonic() - self._changed_s > PREPARE_AFTER_S
            if self._project is None or not rests:
                return None
            return m.Prepare(self._project_message(), self._format)

    def _heartbeat_age_s(self) -> float:
        beat_ns = self._block.get("heartbeat_ns")
        return (time.monotonic_ns() - beat_ns) * 1e-9 if beat_ns else 0.0


def _sound_time(time_s: float) -> float:
    return max(float(time_s), 0.0) if np.isfinite(time_s) else 0.0
