"""The renderer thread: keeps the ring filled ahead of the device and publishes what is heard.

It is the only thread that touches the kernel, the transport and the output. Others reach it by
posting small functions, which it runs between two hops.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np

from engine.playback.ahead import AheadWriter
from engine.playback.bell import Bell
from engine.playback.butler import Butler
from engine.playback.faders import FaderLink
from engine.playback.faults import Faults
from engine.playback.fetching import Fetching
from engine.playback.gauges import Gauges, Levels
from engine.playback.health import Gaps, Health
from engine.playback.heard import DeviceClock, Piece, Score
from engine.playback.landing import Landing
from engine.playback.output import Output, SilentOutput
from engine.playback.path import OutputPath
from engine.playback.priority import raise_thread
from engine.playback.publishing import Publisher
from engine.playback.scene import Scene, SceneReader
from engine.playback.shared import SharedBlock
from engine.playback.transport import Transport, rising
from engine.units import db_to_gain, seconds_to_samples

POLL_S = 0.004
_LOST_SIGHT = "playhead and meters stood still"
_DETACH_TIMEOUT_S = 0.5


class Renderer:
    """Renders, writes, publishes.

    Parameters
    ----------
    block : SharedBlock
    sample_rate_hz : int
        Project rate until a scene says otherwise.
    block_samples : int
    butler : Butler
        Brings sound from disk to where the playhead is.
    on_lost : callable
        ``on_lost(output)`` when the device has gone; the renderer plays on into a silent clock.
    on_trouble : callable
        ``on_trouble(message)`` when a block could not be rendered, once per kind.
    dispose : callable
        ``dispose(thing)`` takes scenes that are no longer needed, to be freed elsewhere.
    now : callable
        Monotonic time in seconds.
    """

    def __init__(
        self,
        block: SharedBlock,
        sample_rate_hz: int,
        block_samples: int,
        butler: Butler,
        *,
        on_lost: Callable[[Output], None],
        on_trouble: Callable[[str], None],
        dispose: Callable[[object], None],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._now = now
        self._wake = Bell()
        self._block = block
        self._block_samples = block_samples
        self._fetching = Fetching(butler, now)
        butler.on_served = self._wake.ring
        self._on_lost, self._dispose = on_lost, dispose
        self._faults = Faults(on_trouble)
        self._inbox: deque[tuple[Callable[..., None], tuple[Any, ...]]] = deque()
        self._closing = False
        self._transport = Transport(sample_rate_hz)
        self._scene: Scene | None = None
        self._reader: SceneReader | None = None
        self._faders = FaderLink(block)
        self._gauges = Gauges(block)
        self._publisher = Publisher(block, self._now())
        self._serial = 0
        self._landing = Landing(block)
        self._health = Health(now())
        self._gaps = Gaps()
        self._woke_s = now()
        self._take_up(self._silence(sample_rate_hz), is_alsa=False)
        self._thread = threading.Thread(target=self._run, name="renderer", daemon=True)

    def start(self) -> None:
        """Begin to render."""
        self._thread.start()

    def close(self) -> None:
        """Stop rendering."""
        self._closing = True
        if self._thread.is_alive():
            self._thread.join(1.0)

    def post(self, act: Callable[..., None], *arguments: Any) -> None:
        """Run one of the methods below on the renderer thread, between two hops."""
        self._inbox.append((act, arguments))
        self._wake.ring()

    def detach(self) -> None:
        """Let go of the device (called from another thread); returns once it is let go."""
        done = Bell()

        def let_go() -> None:
            if not self._output.silent:
                self._use_silence()
            done.ring()

        self.post(let_go)
        done.wait(_DETACH_TIMEOUT_S)

    # The rest runs on the renderer thread: post it.
    def attach(self, output: Output, is_alsa: bool) -> None:
        """Play on this output from where the sound is now."""
        self._use(output, is_alsa=is_alsa)

    def play(self, serial: int) -> None:
        """Start the transport, or go on at plain speed."""
        self._serial = serial
        if self._transport.speed != 1.0:
            self._halt()
            self._transport.play()
            self._fetching.go_to(self._transport)

    def stop(self, serial: int) -> None:
        """Stop where the fade reaches the device."""
        self._serial = serial
        self._halt()

    def locate(self, serial: int, time_s: float) -> None:
        """Go to a project time."""
        self._serial = serial
        self._cut()
        self._transport.locate(self._transport.sample_at(time_s))
        self._fetching.go_to(self._transport)

    def scrub(self, serial: int, time_s: float) -> None:
        """Let the playhead follow a hand to a project time."""
        self._serial = serial
        position = self._transport.sample_at(time_s)
        is_near = self._transport.is_near(position)
        if not is_near:
            self._cut()
        self._transport.scrub(position)
        if not is_near:
            self._fetching.go_to(self._transport)

    def shuttle(self, serial: int, speed: float) -> None:
        """Run at a speed, backwards too, from where the sound is now."""
        self._serial = serial
        if not np.isfinite(speed) or speed in (0.0, 1.0):
            return (self.play if speed == 1.0 else self.stop)(serial)
        if self._transport.speed in (0.0, 1.0):
            self._transport.pitch_limit = self._health.bearable_speed
            self._halt()
        self._transport.shuttle(speed)
        self._fetching.go_to(self._transport)

    def set_loop(self, start_s: float | None, end_s: float | None, declick: bool = True) -> None:
        """Loop over [start_s, end_s), or not at all."""
        transport = self._transport
        transport.loop, transport.declicks_loop = None, declick
        if start_s is not None and end_s is not None:
            first, last = transport.sample_at(start_s), transport.sample_at(end_s)
            if first < last:
                transport.loop = (first, last)
        if transport.speed != 1.0 or transport.loop is None:
            return
        heard = self._samples_at(self._writer.cursor - self._writer.fill())
        if heard < transport.loop[1] < transport.position:
            transport.locate(self._samples_at(self._cut()))

    def set_scene(self, scene: Scene) -> None:
        """Play another scene (or the same in another format) from the next hop on."""
        old, self._scene = self._scene, scene
        self._fetching.adopt(scene)
        self._transport.end_sample = scene.end_sample
        if scene.kernel is None:
            assert self._reader is not None
            self._reader.kernel.swap(scene.prepared)
            self._path.follow(scene.listening, scene.monitor_gain)
        else:
            self._change_kernel(scene)
        assert self._reader is not None
        self._faders.connect(self._reader.kernel.controls, scene.slots)
        self._gauges.set_strips(self._reader, scene.slots, scene.monitor_gain)
        self._block.put({"meter_channels": scene.channels})
        if old is not None:
            self._dispose(old)

    def _change_kernel(self, scene: Scene) -> None:
        assert scene.kernel is not None
        transport = self._transport
        if self._reader is not None:
            if transport.playing and transport.sample_rate_hz == scene.sample_rate_hz:
                count = transport.fade_samples
                self._path.carry(self._reader.read(count) * (1.0 - rising(count)))
            self._dispose(self._reader)
        self._reader = SceneReader(scene.kernel, scene.channels, scene.fold)
        self._path.listen_to(scene)
        self._gauges.set_format(scene.format, scene.sample_rate_hz)
        transport.set_reader(self._reader, scene.sample_rate_hz)

    def _halt(self) -> None:
        """Stop the transport where the sound is cut."""
        transport = self._transport
        sounded = transport.playing
        at = self._cut()
        transport.stop(self._samples_at(at) if sounded else transport.position)

    def _cut(self) -> int:
        """End what is in the ring as soon as may be; the ring position of the end.

        Writing goes on when the next sound has come from disk (`_land`); until then the silence
        that lies behind the cut is heard.
        """
        at = self._writer.cut()
        self._landing.jump(at, self._now())
        self._fetching.forget()
        return at

    def _land(self) -> bool:
        """Go on after a cut; False while its sound is still to come."""
        at = self._landing.cut_at
        if at is None:
            return True
        waits, end = self._fetching.waits(), at + self._output.sample_rate_hz
        if not waits:
            self._landing.land()
            self._transport.prepare()
            end = self._writer.resume()
            self._path.reset()
            self._health.jumped(self._now())
        if end > at:
            self._note(at, end - at, self._transport.position, speed=0.0)
        return not waits

    def _use(self, output: Output, *, is_alsa: bool) -> None:
        """Write into another output, from the place that is heard."""
        self._gaps.retire(self._output, self._writer.late)
        self._landing.forget()
        if self._transport.playing:
            self._continue_at(self._samples_at(self._heard(self._now())))
        self._take_up(output, is_alsa=is_alsa)

    def _continue_at(self, position: int) -> None:
        """Go back to what is heard, at the speed that is wanted."""
        speed = self._transport.speed
        self._transport.locate(position)
        if speed != 1.0:
            self._transport.shuttle(speed)

    def _take_up(self, output: Output, *, is_alsa: bool) -> None:
        self._output = output
        self._writer = AheadWriter(output)
        self._clock = DeviceClock(output.sample_rate_hz)
        self._score = Score(output.sample_rate_hz)
        self._path = OutputPath(output.channels, output.sample_rate_hz, is_alsa=is_alsa)
        if self._scene is not None:
            self._path.listen_to(self._scene)
        self._health.jumped(self._now())

    def _use_silence(self) -> None:
        self._use(self._silence(self._transport.sample_rate_hz), is_alsa=False)

    def _silence(self, sample_rate_hz: int) -> SilentOutput:
        return SilentOutput(sample_rate_hz, 2, self._block_samples, self._now)

    def _run(self) -> None:
        self._block.put({"scheduling": raise_thread()})
        self._woke_s = self._now()
        while not self._closing:
            self.turn()
            self._wake.wait(POLL_S)

    def turn(self) -> None:
        """Once round: obey, write as far ahead as is wanted, publish."""
        guard = self._faults.guard
        woke_s, self._woke_s = self._woke_s, self._now()
        guard(self._writer.adapt, self._woke_s - woke_s)
        self._obey()
        guard(self._follow)
        guard(self._fill)
        guard(self._publish, lost=_LOST_SIGHT)

    def _follow(self) -> None:
        """Take up what changed without a command."""
        if not self._output.is_alive():
            lost = self._output
            self._use_silence()
            self._on_lost(lost)
        self._faders.apply()
        self._path.set_level(float(db_to_gain(self._block.get("monitor_db"))))
        self._fetching.follow(self._transport)

    def _obey(self) -> None:
        while self._inbox:
            act, arguments = self._inbox.popleft()
            self._faults.guard(act, *arguments)

    def _fill(self) -> None:
        transport = self._transport
        began_s, rendered = time.perf_counter(), 0
        if not self._land():
            return
        while not self._closing and not self._inbox:
            if self._writer.room(short=transport.scrubbing, silent=transport.is_silent) <= 0:
                break
            rendered += self._write_block()
        if rendered:
            spent_s = time.perf_counter() - began_s
            self._health.note_work(spent_s, rendered / transport.sample_rate_hz)

    def _write_block(self) -> int:
        guard = self._faults.guard
        block = guard(self._transport.next_block) or self._transport.skip()
        if block.sounding:
            self._fetching.check(block.position, block.speed)
        heard = np.ascontiguousarray(block.samples)  # compiled loops know one layout
        samples = guard(self._path.convert, heard)
        if samples is None:
            samples = self._path.silence(heard.shape[1])
        measured = self._reader if block.sounding else None
        levels = guard(self._gauges.measure, heard, measured, lost=_LOST_SIGHT)
        if len(samples):
            if self._transport.playing:  # the ring never holds less than now
                self._health.note_fill(self._now(), self._fill_s())
            start = self._writer.cursor
            self._writer.write(samples)
            self._landing.written(start, self._now())
            self._note(start, len(samples), block.position, speed=block.speed, levels=levels)
        if self._reader is not None and self._reader.trouble:
            self._faults.tell(self._reader.trouble)
        return block.samples.shape[1]

    def _note(
        self, start: int, length: int, position: int, *, speed: float, levels: Levels | None = None
    ) -> None:
        """Remember what a stretch of the ring holds."""
        transport = self._transport
        self._score.add(
            Piece(
                start=start,
                length=length,
                time_s=position / transport.sample_rate_hz,
                speed=speed,
                playing=speed != 0.0 or transport.playing,
                epoch=transport.epoch,
                serial=self._serial,
                levels=levels,
            )
        )

    def _samples_at(self, ring_position: float) -> int:
        """Project sample that a ring position holds."""
        rate_hz = self._transport.sample_rate_hz
        return seconds_to_samples(self._score.time_at(ring_position), rate_hz)

    def _heard(self, now_s: float) -> float:
        """Ring position heard now: less what kernel, conversion and device delay."""
        taken = self._output.consumed()
        self._clock.observe(taken, now_s, self._output.underruns)
        estimate = min(self._clock.taken_at(now_s), taken + 2 * self._output.block_samples)
        kernel = self._reader.kernel.latency_samples if self._reader is not None else 0
        late_s = self._output.latency_s + kernel / self._transport.sample_rate_hz
        return estimate - late_s * self._output.sample_rate_hz - self._path.delay

    def _publish(self) -> None:
        now_s = self._now()
        self._landing.follow(self._output, now_s)
        self._publisher.publish(now_s, self._heard(now_s), self._score, self._counters())

    def _fill_s(self) -> float:
        return self._writer.fill() / self._output.sample_rate_hz

    def _counters(self) -> dict[str, float]:
        return {
            **self._gaps.so_far(self._output, self._writer.late),
            "disk_dropouts": self._fetching.dropouts,
            "faulty_blocks": self._faults.count + (self._reader.faults if self._reader else 0),
            "fill_s": self._fill_s(),
            "lowest_fill_s": self._health.lowest_fill_s,
            "ahead_s": self._writer.ahead_s,
            "render_load": self._health.load,
            "peak_load": self._health.peak_load,
            "latency_s": self._output.latency_s,
        }
