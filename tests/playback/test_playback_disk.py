"""Long clips from disk: read ahead, bounded, and silent where they come too late."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray
from playing import wait_for

from engine.errors import MediaError
from engine.media.audio_file import map_audio
from engine.playback.butler import URGENT_S, Butler
from engine.playback.chunks import CHUNK_SAMPLES, ChunkStore, StreamBuffer
from engine.playback.fetching import Fetching
from engine.playback.reading_list import BEHIND_S, Line, ReadingList
from engine.playback.take_file import OpenFiles, TakeFile, take_file_of

RATE_HZ = 48_000


def written(folder: Path, seconds: float, channels: int = 1) -> NDArray[np.float32]:
    """A mapped take of noise."""
    rng = np.random.default_rng(3)
    samples = rng.standard_normal((int(seconds * RATE_HZ), channels)).astype(np.float32)
    path = folder / "take.wav"
    soundfile.write(path, samples, RATE_HZ, subtype="FLOAT")
    mapped, _ = map_audio(path)
    return mapped


def streamed(mapped: NDArray[np.float32], store: ChunkStore) -> StreamBuffer:
    file = take_file_of(mapped)
    assert file is not None
    return store.buffer_of(file)


def reading(buffer: StreamBuffer, start_s: float = 0.0, offset_s: float = 0.0) -> ReadingList:
    """One clip of a take, to its end."""
    start, offset = int(start_s * RATE_HZ), int(offset_s * RATE_HZ)
    return ReadingList([Line(start, start + buffer.file.samples - offset, offset, buffer)])


@pytest.mark.parametrize("channels", [1, 2, 6])
def test_the_file_behind_a_map_is_found_and_reads_the_same(tmp_path: Path, channels: int) -> None:
    mapped = written(tmp_path, 0.5, channels)
    file = take_file_of(mapped)
    assert file is not None
    out = np.empty((5000, channels), np.float32)
    file.read(OpenFiles(), 1000, out)
    assert np.array_equal(out.T, mapped[:, 1000:6000])
    numpy_file = tmp_path / "take.npy"
    np.save(numpy_file, mapped.T)
    other = take_file_of(np.load(numpy_file, mmap_mode="r").T)
    assert other is not None
    other.read(OpenFiles(), 7, out[:99])
    assert np.array_equal(out[:99].T, mapped[:, 7:106])
    assert take_file_of(np.array(mapped)) is None


def test_a_file_that_has_become_shorter_is_an_error_and_not_the_end(tmp_path: Path) -> None:
    mapped = written(tmp_path, 1.0)
    file = take_file_of(mapped)
    assert file is not None
    with (tmp_path / "take.wav").open("r+b") as stream:
        stream.truncate(4 * 20_000)
    store = ChunkStore()
    butler = Butler(store)
    buffer = streamed(mapped, store)
    needs = reading(buffer)
    butler.expect(needs)
    assert (buffer, 0) in store
    assert (buffer, 1) not in store
    assert not buffer.samples[:, 30_000:].any()
    assert butler.store.size_bytes == 4 * CHUNK_SAMPLES


def test_streamed_takes_are_the_files(tmp_path: Path) -> None:
    mapped = written(tmp_path, 2.0, 2)
    store = ChunkStore()
    buffer = streamed(mapped, store)
    assert buffer.samples.shape == mapped.shape
    assert not buffer.samples.any()
    butler = Butler(store)
    butler.adopt(reading(buffer), RATE_HZ)
    butler.serve()
    assert np.array_equal(buffer.samples, mapped)
    assert store.size_bytes == mapped.nbytes
    assert streamed(mapped, store) is buffer  # the next scene finds it as it is
    buffer.release(1)
    assert not buffer.samples[:, CHUNK_SAMPLES : 2 * CHUNK_SAMPLES].any()
    assert np.array_equal(buffer.samples[:, :CHUNK_SAMPLES], mapped[:, :CHUNK_SAMPLES])


def test_what_was_not_there_when_it_was_heard_is_one_drop_out(tmp_path: Path) -> None:
    now = [0.0]
    store = ChunkStore()
    buffer = streamed(written(tmp_path, 10.0), store)
    butler = Butler(store)
    butler.adopt(reading(buffer), RATE_HZ)
    fetching = Fetching(butler, lambda: now[0])
    for position in range(0, 48_000, 256):  # nobody serves
        now[0] = position / RATE_HZ
        fetching.check(position, 1.0)
    assert fetching.dropouts == 1
    butler.follow(48_000, 1.0, None)
    butler.serve()
    for position in range(48_000, 3 * 48_000, 256):
        now[0] = position / RATE_HZ
        fetching.check(position, 1.0)
    assert fetching.dropouts == 1
    fetching.check(9 * 48_000, -1.0)
    assert fetching.dropouts == 2


def test_reading_list_names_the_chunks_a_place_needs(tmp_path: Path) -> None:
    samples = streamed(written(tmp_path, 8.0), ChunkStore())
    needs = reading(samples, start_s=10.0, offset_s=2.0)
    assert not set(needs.keys(0, 10 * RATE_HZ))
    first = 2 * RATE_HZ // CHUNK_SAMPLES
    assert {number for _, number in needs.keys(0, 10 * RATE_HZ + 1)} == {first}
    beyond = needs.keys(15 * RATE_HZ, 40 * RATE_HZ)
    assert {number for _, number in beyond} == set(
        range(7 * RATE_HZ // CHUNK_SAMPLES, -(-8 * RATE_HZ // CHUNK_SAMPLES))
    )
    assert not set(needs.keys(16 * RATE_HZ, 17 * RATE_HZ))


class SlowDisk:
    """Reads for each of which leave must be given."""

    def __init__(self) -> None:
        self.leave = threading.Semaphore(0)
        self.read: list[int] = []

    def __call__(
        self, files: OpenFiles, take: TakeFile, first: int, out: NDArray[np.float32]
    ) -> None:
        self.leave.acquire()
        self.read.append(first // CHUNK_SAMPLES)
        out[:] = 1.0


def test_the_nearest_is_read_first_and_a_seek_is_served_before_the_rest(tmp_path: Path) -> None:
    disk = SlowDisk()
    store = ChunkStore()
    samples = streamed(written(tmp_path, 60.0), store)
    butler = Butler(store, disk)
    butler.adopt(reading(samples), RATE_HZ)
    butler.follow(0, 1.0, None)
    butler.start()
    disk.leave.release()
    wait_for(lambda: disk.read == [0])
    place = 30 * RATE_HZ
    ticket = butler.go_to(place)
    assert not butler.has_served(ticket)
    needed = int((BEHIND_S + URGENT_S) * RATE_HZ) // CHUNK_SAMPLES + 3
    for _ in range(needed):
        disk.leave.release()
    wait_for(lambda: butler.has_served(ticket))
    assert place // CHUNK_SAMPLES in disk.read[1:3]  # one read was under way already
    butler.close()
    for _ in range(1000):
        disk.leave.release()


def test_the_loops_start_is_kept_at_hand(tmp_path: Path) -> None:
    store = ChunkStore()
    samples = streamed(written(tmp_path, 60.0), store)
    butler = Butler(store)
    butler.adopt(reading(samples), RATE_HZ)
    butler.follow(50 * RATE_HZ, 1.0, (20 * RATE_HZ, 52 * RATE_HZ))
    butler.start()
    start = 20 * RATE_HZ // CHUNK_SAMPLES
    wait_for(lambda: (samples, start) in store)
    butler.close()
    assert (samples, 35 * RATE_HZ // CHUNK_SAMPLES) not in store  # nobody goes there
    piece = slice(start * CHUNK_SAMPLES, (start + 1) * CHUNK_SAMPLES)
    assert np.array_equal(samples.samples[:, piece], map_audio(tmp_path / "take.wav")[0][:, piece])


def test_memory_stays_bounded_and_the_present_stays_in_it(tmp_path: Path) -> None:
    store = ChunkStore(capacity_bytes=24 * 4 * CHUNK_SAMPLES)
    samples = streamed(written(tmp_path, 120.0), store)
    butler = Butler(store)
    butler.adopt(reading(samples), RATE_HZ)
    butler.start()
    for second in range(0, 115, 5):
        ticket = butler.go_to(second * RATE_HZ)
        wait_for(lambda wanted=ticket: butler.has_served(wanted))
        assert (samples, second * RATE_HZ // CHUNK_SAMPLES) in store
        assert store.size_bytes <= store.capacity_bytes
    butler.close()


def test_a_hanging_disk_stalls_nobody(tmp_path: Path) -> None:
    disk = SlowDisk()
    store = ChunkStore()
    samples = streamed(written(tmp_path, 10.0), store)
    butler = Butler(store, disk)
    butler.start()
    butler.expect(reading(samples), timeout_s=0.05)  # gives up
    assert not samples.samples[:, 0:2048].any()
    butler.close()
    for _ in range(1000):
        disk.leave.release()


def test_missing_takes_are_told_when_they_are_opened(tmp_path: Path) -> None:
    with pytest.raises((MediaError, OSError)):
        map_audio(tmp_path / "none.wav")
