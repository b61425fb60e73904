"""What every part of the kernel that sound passes through has in common.

The protocol asks for what all of them have alike:

reset
    All past sound is forgotten; what was claimed stays.
latency
    By how many samples what comes out is later than what went in.
history
    How much of the past is still heard, so that a seek can play it first.

Two more are held to without being part of it, as their arguments differ. A node is prepared by its
constructor, off the audio thread: whatever it needs for good is claimed there, from its part of the
snapshot; a hop after that makes no arrays, but for what docs/architecture.md names. And it
processes a hop by the verbs its place in the chain asks for (`read`, `push`, `render`,
`add_to_ears`).
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
