"""Clients that are closed, and private audio servers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from audio_server import audio_server, running_audio_server
from playing import Player, reset, start_tone

from engine.playback.client import PlaybackClient

__all__ = ["audio_server"]


@pytest.fixture(scope="session", autouse=True)
def compiled(compiled_loops: None) -> None:
    """All tests of this folder start engines."""


@pytest.fixture
def client() -> Iterator[PlaybackClient]:
    """A client that is closed afterwards."""
    client = PlaybackClient()
    yield client
    client.close()


@pytest.fixture(scope="module")
def running_player(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Player]:
    """One engine for the tests of a module."""
    folder = tmp_path_factory.mktemp("tone")
    with running_audio_server() as server:
        client = PlaybackClient()
        start_tone(client, folder)
        yield Player(server, client, folder)
        client.close()


@pytest.fixture
def player(running_player: Player) -> Player:
    """The module's engine, stopped at 0 with its tone, in stereo."""
    reset(running_player)
    return running_player
