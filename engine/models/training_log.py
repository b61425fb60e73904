"""The log of a training, as a table that anything can plot; and what became of it."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from engine.models.training_state import Standing

log = logging.getLogger("foleystage")

LOG = "log.csv"
_HEAD = "step,seconds,learning_rate,stereo_loss,separation_loss,validation_loss,validation_share"


@dataclass(frozen=True)
class Outcome:
    """What became of it: steps done, the best share of what is predicted that is left, and why.

    `reason` is 'done', 'as far as asked', 'no longer better' or 'time'.
    """

    steps: int
    best_share: float
    reason: str


def keep_log(path: Path, step: int) -> None:
    """Begin a log, or keep it up to a step: later lines are of a run whose state was never kept."""
    kept = [_HEAD]
    if path.is_file() and step:
        lines = path.read_text("utf-8").splitlines()[1:]
        kept += [line for line in lines if int(line.split(",", 1)[0]) <= step]
    path.write_text("\n".join(kept) + "\n", "utf-8")


def write_log(path: Path, standing: Standing, rate: float, losses: tuple[float, float]) -> None:
    """Add a line: the losses of the last step (the second is 0 where there is no separation)."""
    line = (
        f"{standing.step},{standing.seconds:.1f},{rate:.3e},{losses[0]:.5f},{losses[1]:.5f},"
        f"{standing.loss:.5f},{standing.share:.5f}"
    )
    with path.open("a", encoding="utf-8") as handle:
        handle.write(line + "\n")
    log.info(
        "step %d: %.1f %% of what is to be predicted is left", standing.step, 100 * standing.share
    )
