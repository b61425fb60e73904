"""What fails on the renderer thread is silent, counted and told, and playing goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.playback.butler import Butler
from engine.playback.chunks import ChunkStore
from engine.playback.gauges import Gauges
from engine.playback.output import SilentOutput
from engine.playback.path import OutputPath
from engine.playback.publishing import Publisher
from engine.playback.renderer import POLL_S, Renderer
from engine.playback.scene import HOP_SAMPLES, Scene
from engine.playback.shared import SharedBlock
from engine.playback.transport import Transport

RATE_HZ = 48_000
LEVEL = 0.25


class _Controls:
    """Faders that move nothing."""

    def set_master_gain(self, gain_db: float) -> None: ...
    def set_head(self, yaw_deg: float, pitch_deg: float, roll_deg: float) -> None: ...


class _Steady:
    """A scene of one level."""

    latency_samples = 0
    strip_ids: Sequence[str] = ()
    strip_peaks = np.zeros(0, np.float32)

    def __init__(self) -> None:
        self.controls = _Controls()

    def locate(self, sample: int, *, hurried: bool = False) -> None: ...

    def process(self, outs: Sequence[NDArray[np.float32]]) -> None:
        outs[0][:] = LEVEL


class _Device(SilentOutput):
    silent = False


class _Session:
    """A renderer that plays in simulated time."""

    def __init__(self, block: SharedBlock) -> None:
        self.now_s = 0.0
        self.told: list[str] = []
        self.block = block
        self.renderer = Renderer(
            block, RATE_HZ, 512, Butler(ChunkStore()),
            on_lost=pytest.fail, on_trouble=self.told.append, dispose=lambda thing: None,
            now=lambda: self.now_s,
        )  # fmt: skip
        self.device = _Device(RATE_HZ, 2, 512, lambda: self.now_s)
        scene = Scene(1, "stereo", 2, RATE_HZ, 60 * RATE_HZ, {}, None, _Steady())
        self.renderer.post(self.renderer.attach, self.device, False)
        self.renderer.post(self.renderer.set_scene, scene)
        self.renderer.post(self.renderer.play, 1)
        self.run(0.5)

    def run(self, seconds: float) -> None:
        until_s = self.now_s + seconds
        while self.now_s < until_s:
            self.renderer.turn()
            self.now_s += POLL_S

    @property
    def faults(self) -> int:
        return int(self.block.get("faulty_blocks"))

    @property
    def position_s(self) -> float:
        reading = self.block.read_clock()
        assert reading is not None
        return reading.at(int(self.now_s * 1e9))

    def written(self, seconds: float) -> NDArray[np.float32]:
        """What was put into the ring last."""
        count = int(seconds * RATE_HZ)
        return self.device.peek(self.device.written - count, count)[:, 0]


@pytest.fixture
def session() -> Iterator[_Session]:
    block = SharedBlock()
    yield _Session(block)
    block.close()


def _fails(times: int, instead_of: Callable[..., object]) -> Callable[..., object]:
    """`instead_of`, whose first calls fail."""
    left = [times]

    def failing(*arguments: object, **named: object) -> object:
        left[0] -= 1
        if left[0] >= 0:
            raise ZeroDivisionError("as the test wants it")
        return instead_of(*arguments, **named)

    return failing


@pytest.mark.parametrize(
    ("owner", "name"),
    [(OutputPath, "convert"), (Transport, "next_block")],
    ids=["converted", "taken from the scene"],
)
def test_a_block_that_cannot_be_made_is_silent_counted_and_told(
    session: _Session, monkeypatch: pytest.MonkeyPatch, owner: type, name: str
) -> None:
    monkeypatch.setattr(owner, name, _fails(3, getattr(owner, name)))
    began_s = session.position_s
    session.run(0.1)
    heard = session.written(0.2)
    assert 3 * HOP_SAMPLES <= np.count_nonzero(heard == 0.0) < 4 * HOP_SAMPLES
    assert session.faults == 3
    assert session.told == ["some sound was left out: ZeroDivisionError: as the test wants it"]
    session.run(0.4)
    assert session.written(0.1) == pytest.approx(LEVEL)
    assert session.position_s == pytest.approx(began_s + 0.5, abs=0.01)


def test_what_cannot_be_measured_is_heard_all_the_same(
    session: _Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Gauges, "measure", _fails(3, Gauges.measure))
    session.run(0.1)
    assert session.written(0.1) == pytest.approx(LEVEL)
    assert session.faults == 3
    assert len(session.told) == 1


def test_an_engine_that_cannot_show_its_meters_lives_and_shows_its_playhead(
    session: _Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Publisher, "_meter", _fails(10**9, Publisher._meter))
    began_s = session.position_s
    session.run(0.5)
    assert session.block.get("heartbeat_ns") * 1e-9 == pytest.approx(session.now_s, abs=0.01)
    assert session.position_s == pytest.approx(began_s + 0.5, abs=0.01)
    assert session.written(0.1) == pytest.approx(LEVEL)
    assert session.faults > 100
    assert session.told == [
        "playhead and meters stood still: ZeroDivisionError: as the test wants it"
    ]


def test_a_device_that_cannot_be_written_for_a_moment_ends_nothing(
    session: _Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_Device, "put", _fails(2, _Device.put))
    session.run(0.1)
    assert session.faults == 2
    session.run(0.4)
    assert session.written(0.1) == pytest.approx(LEVEL)


@pytest.mark.parametrize("speed", [1.0, 2.0, -1.0])
def test_a_hop_that_fails_is_passed_over_at_the_speed_that_is_wanted(
    session: _Session, monkeypatch: pytest.MonkeyPatch, speed: float
) -> None:
    transport = session.renderer._transport
    session.renderer.post(session.renderer.locate, 2, 20.0)
    session.run(0.3)
    session.renderer.post(session.renderer.shuttle, 3, speed)
    session.run(0.5)
    before = transport.position
    monkeypatch.setattr(Transport, "next_block", _fails(4, Transport.next_block))
    session.run(0.5)
    assert transport.speed == speed
    moved_s = (transport.position - before) / RATE_HZ
    assert moved_s == pytest.approx(0.5 * speed, abs=0.15 * abs(speed))


def test_a_loop_still_turns_where_its_last_hop_fails() -> None:
    transport = Transport(RATE_HZ)
    transport.loop, transport.playing, transport.position = (1000, 5000), True, 4900
    block = transport.skip()
    assert not block.samples.any()
    assert transport.position == 1000
    assert transport.playing


def test_meters_make_no_copy_of_a_block() -> None:
    import tracemalloc

    from engine.playback.scene import SceneReader

    block = SharedBlock()
    try:
        gauges = Gauges(block)
        gauges.set_format("7.1.4", RATE_HZ)
        reader = SceneReader(_Steady(), 12)
        samples = np.full((12, HOP_SAMPLES), LEVEL, np.float32)
        gauges.measure(samples, reader)
        tracemalloc.start()
        before, _ = tracemalloc.get_traced_memory()
        levels = gauges.measure(samples, reader)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert levels is not None
        assert most - before < 20_000 + samples.nbytes // 2
    finally:
        block.close()
