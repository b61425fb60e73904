"""Ambisonics as headphones play it: the monitored sound field, decoded to two ears."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from engine.layouts import AMBISONIC_FORMATS
from engine.project.model import Project
from engine.realtime.controls import STRAIGHT, Controls
from engine.realtime.field_decoder import FieldDecoder
from engine.realtime.field_turning import FieldTurner
from engine.realtime.snapshot import HOP_SAMPLES
from engine.realtime.space_plan import DecoderPlan
from engine.render.compiler import hrirs_of
from engine.spatial.decoders import whole_decoder_plan
from engine.spatial.equal_loudness import ears_gain
from engine.spatial.rotation import rotation_matrix

_LONGEST_BLOCK_SAMPLES = 4096
"""Longer blocks make room for themselves."""


class FieldListening:
    """Decodes blocks of any length, without delay; made off the audio thread.

    Parameters
    ----------
    order : int
        Ambisonic order of what comes in.
    plan : DecoderPlan
        In one partition.
    controls : Controls, optional
        Whose head listens; without it, one that looks straight ahead.

    Attributes
    ----------
    plan, controls
    """

    def __init__(self, order: int, plan: DecoderPlan, controls: Controls | None = None) -> None:
        self.plan = plan
        self.controls = controls
        self._decoder = FieldDecoder(plan)
        self._turner = FieldTurner((order + 1) ** 2, partial(rotation_matrix, order))
        self._head = STRAIGHT
        self._piece = np.zeros((order + 1) ** 2 * HOP_SAMPLES, dtype=np.float32)
        self._heard = np.zeros(2 * HOP_SAMPLES, dtype=np.float32)
        self._ears = np.zeros(2 * _LONGEST_BLOCK_SAMPLES, dtype=np.float32)
        out = self.process(np.zeros(((order + 1) ** 2, HOP_SAMPLES), dtype=np.float32))
        assert out.shape == (2, HOP_SAMPLES)
        self.reset()

    def reset(self) -> None:
        """Start out of silence."""
        self._decoder.reset()

    def process(self, field: NDArray[np.float32]) -> NDArray[np.float32]:
        """(2, n) of (channels, n) samples in AmbiX; the head glides to where it is now.

        Good until the next call.
        """
        channels, length = field.shape
        head = STRAIGHT if self.controls is None else self.controls.head_matrix()
        if 2 * length > self._ears.size:
            self._ears = np.zeros(2 * length, dtype=np.float32)
        ears = self._ears[: 2 * length].reshape(2, length)
        for start in range(0, length, HOP_SAMPLES):
            count = min(HOP_SAMPLES, length - start)
            piece = self._piece[: channels * count].reshape(channels, count)  # one layout always
            piece[:] = field[:, start : start + count]
            self._decoder.push(self._turner.turned(piece, self._head, head))
            heard = self._heard[: 2 * count].reshape(2, count)
            heard[:] = 0.0
            self._decoder.add_to(heard)
            ears[:, start : start + HOP_SAMPLES] = heard
            self._head = head
        return ears


def monitor_gain(monitor_format: str, project: Project) -> float:
    """Gain that makes a format through the session's HRIR set as loud as loudspeakers are."""
    if monitor_format != "binaural" and monitor_format not in AMBISONIC_FORMATS:
        return 1.0
    return ears_gain(hrirs_of(project, []))


def listening_to(
    monitor_format: str, project: Project, problems: list[str], controls: Controls | None = None
) -> FieldListening | None:
    """Ears for an ambisonic monitor format; None for the others, which need none.

    What is odd about the session's HRIR set is added to `problems`.
    """
    order = AMBISONIC_FORMATS.get(monitor_format)
    if order is None:
        return None
    plan = whole_decoder_plan(hrirs_of(project, problems), order, project.scene.field_decoder)
    return FieldListening(order, plan, controls)
