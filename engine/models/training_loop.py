"""The loop of every training: learn, look at what was held out now and then, know when to stop."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from math import inf
from typing import Protocol

from engine.jobs import Progress
from engine.models.training_log import Outcome
from engine.models.training_state import Standing


class Learner(Protocol):
    """A network with what it learns by; see `go_on`."""

    def begin(self, progress: Progress) -> Standing:
        """Where it stands: at the beginning, or where it was broken off."""

    def learn(self, step: int) -> tuple[float, float]:
        """Learn from the data of a step (from 0); up to two losses, for the log."""

    def look(self, standing: Standing, losses: tuple[float, float]) -> Standing:
        """Measure what was held out, write the log, keep the state and the best checkpoint."""


@dataclass(frozen=True)
class Limits:
    """When it stops.

    Attributes
    ----------
    steps : int
        Of the schedule.
    validate_every, patience : int
        Steps between looks, and looks without improvement after which it stops.
    until : int, optional
        Stop after that step of the schedule; a later call goes on.
    most_s : float
        Stop at the first look after so many seconds; a later call goes on.
    """

    steps: int
    validate_every: int
    patience: int
    until: int | None = None
    most_s: float = inf


def go_on(learner: Learner, limits: Limits, progress: Progress) -> Outcome:
    """Learn until a limit is reached."""
    standing = learner.begin(progress)
    began_s, spent_s = time.monotonic(), standing.seconds
    ending = min(limits.steps, limits.steps if limits.until is None else limits.until)
    while standing.step < ending:
        losses = learner.learn(standing.step)
        now_s = time.monotonic() - began_s
        standing = replace(standing, step=standing.step + 1, seconds=spent_s + now_s)
        progress("learning", standing.step / limits.steps)
        last = standing.step == ending
        if standing.step % limits.validate_every and not last:
            continue
        standing = learner.look(standing, losses)
        if standing.since_best >= limits.patience:
            return Outcome(standing.step, standing.best, "no longer better")
        if now_s > limits.most_s and not last:
            return Outcome(standing.step, standing.best, "time")
    reason = "done" if standing.step >= limits.steps else "as far as asked"
    return Outcome(standing.step, standing.best, reason)
