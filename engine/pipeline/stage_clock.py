"""Wall-clock seconds of the stages of a run."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

Answer = TypeVar("Answer")


@dataclass
class StageClock:
    """Wall-clock seconds of each stage of a run."""

    stages_s: dict[str, float] = field(default_factory=dict)
    started: float = field(default_factory=time.perf_counter)

    def run(self, stage: str, work: Callable[[], Answer]) -> Answer:
        """The answer of `work`, its time noted under `stage`."""
        begun = time.perf_counter()
        answer = work()
        self.stages_s[stage] = time.perf_counter() - begun
        return answer

    @property
    def total_s(self) -> float:
        return time.perf_counter() - self.started
