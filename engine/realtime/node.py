"""What every part of the kernel that sound passes through has in common.

prepare
    The constructor, off the audio thread: whatever a node needs for good is claimed there, from
    its part of the snapshot. A hop after that makes no arrays; a head that turns makes the nine
    numbers of its matrix.
process
    One hop, by the verbs its place in the chain asks for (`read`, `push`, `render`, `add_to_ears`).
reset
    All past sound is forgotten; what was claimed stays.
latency
    By how many samples what comes out is later than what went in; and how much of the past is
    still heard, so that a seek can play it first.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, runtime_checkable


@runtime_checkable
class Node(Protocol):
    """A part of the kernel.

    Attributes
    ----------
    latency_samples : int
        Delay that is the node's own, not the sound's way to the listener.
    history_hops : int
        So many past hops are still heard in the next one; a seek takes them in again.
    """

    latency_samples: int

    @property
    def history_hops(self) -> int: ...

    def reset(self) -> None:
        """Forget all past sound."""
        ...


def longest_history(nodes: Iterable[Node]) -> int:
    """Past hops that nodes beside each other still sound of."""
    return max((node.history_hops for node in nodes), default=0)


def latency_of(nodes: Iterable[Node]) -> int:
    """Samples by which nodes beside each other are late.

    Their sounds are added up, so they must be late alike; an assertion holds them to it.
    """
    latencies = {node.latency_samples for node in nodes}
    assert len(latencies) <= 1, f"parallel nodes are late by {latencies} samples"
    return max(latencies, default=0)
