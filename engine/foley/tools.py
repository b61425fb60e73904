"""Hand tools: saws, hammers, axes, files, scissors, shovels, knives on a board.

A stroke is made of contacts and cuts. A saw's teeth catch one after the other, so its noise is a
train at (teeth per metre x speed) through the wood, forth and back; a hammer rings its nail and
the board; an axe splits. Strokes fall on the event's onsets or at the tool's own pace.

Level: full effort is -24 dBFS (K-weighted, 125 ms) at 1 m.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.foley.envelope import burst, place
from engine.foley.modal import Modes, contact_pulse, resonate, ring
from engine.foley.noise import band, shaped_noise, wander
from engine.foley.parameters import choice, number
from engine.foley.streams import random_stream, vary
from engine.foley.strokes import perform
from engine.project.model import Event

Array = NDArray[np.float64]
LEVEL_DBFS = -24.0


@dataclass(frozen=True)
class Tool:
    """Blow (level, contact time, modes in Hz and t60), cut (level, length, teeth a second, band),
    return stroke (level of the cut, 0: none), splinters, strokes a second."""

    blow: float
    contact_s: float
    modes_hz: tuple[float, ...]
    t60_s: float
    cut: float
    cut_s: float
    teeth_hz: float
    cut_hz: tuple[float, float]
    back: float
    rate_hz: float


TOOLS: dict[str, Tool] = {
    "saw": Tool(
        0.0, 0.001, (240, 390, 620, 980, 1500, 2300), 0.03, 1.0, 0.55, 130, (90, 1700), 0.75, 0.85
    ),
    "hammer": Tool(
        1.0, 0.0003, (310, 720, 1450, 2650, 4100, 6200), 0.09, 0.0, 0.05, 0, (900, 7000), 0.0, 1.8
    ),
    "axe": Tool(
        1.0, 0.0009, (140, 290, 520, 860, 1350), 0.07, 0.45, 0.09, 0, (600, 6000), 0.0, 0.7
    ),
    "knife": Tool(
        1.0, 0.0008, (210, 430, 760, 1250, 2050), 0.05, 0.25, 0.05, 0, (1500, 8000), 0.0, 2.8
    ),
    "file": Tool(0.0, 0.001, (850, 1700, 2900, 4600), 0.05, 1.0, 0.3, 420, (1500, 11000), 0.2, 1.3),
    "scissors": Tool(
        0.35, 0.0002, (1900, 3400, 5200, 7400), 0.06, 1.0, 0.16, 0, (2200, 11000), 0.25, 1.4
    ),
    "shovel": Tool(0.25, 0.0012, (330, 710, 1250, 2100), 0.08, 1.0, 0.38, 0, (600, 5500), 0.0, 0.5),
}
TOOL_WORDS: dict[str, tuple[str, ...]] = {
    "saw": ("sawing", "handsaw"),
    "axe": ("chop", "chopping", "hatchet", "splitting"),
    "knife": ("cutting", "slicing", "board"),
    "file": ("rasp", "sanding", "sandpaper", "sharpening"),
    "scissors": ("shears", "snip"),
    "shovel": ("digging", "spade", "dig"),
    "hammer": ("nail", "hammering", "mallet"),
}


def tools(event: Event, sample_rate_hz: int) -> Array:
    """(samples,) strokes of a tool at the event's onsets, else at its pace.

    Parameters: `type` (else from the prompt), `size` (0.3..3), `rate_hz`.
    """
    tool = TOOLS[choice(event, "type", TOOL_WORDS, "hammer")]
    size = number(event, "size", 1.0, 0.2, 5.0)
    rate_hz = number(event, "rate_hz", tool.rate_hz, 0.05, 20.0)
    rng = random_stream(event, "tools")
    count = len(tool.modes_hz)
    hz = np.array(tool.modes_hz) / size**0.7 * vary(rng, 0.05, count)
    body = Modes(hz, tool.t60_s * (hz / hz[0]) ** -0.3, np.linspace(1.0, 0.5, count))

    def make(strength: float) -> Array:
        return _stroke(tool, body, strength, rng, sample_rate_hz)

    return perform(event, sample_rate_hz, rng, rate_hz, make, 0.06)


def _stroke(
    tool: Tool, body: Modes, strength: float, rng: np.random.Generator, sample_rate_hz: int
) -> Array:
    cut_s = tool.cut_s * float(vary(rng, 0.08)) * (1.15 - 0.15 * strength)
    samples = int((cut_s * (2.2 if tool.back else 1.0) + 1.3 * tool.t60_s + 0.1) * sample_rate_hz)
    out = np.zeros(samples)
    if tool.blow:
        place(out, _blow(tool, body, strength, rng, sample_rate_hz), 0, tool.blow)
    if tool.cut:
        forth = _cut(tool, body, cut_s, 1.0, rng, sample_rate_hz)
        place(out, forth, int(0.002 * sample_rate_hz) if tool.blow else 0, tool.cut)
    if tool.back:
        back = _cut(tool, body, 0.9 * cut_s, 0.85, rng, sample_rate_hz)
        place(out, back, int(0.97 * cut_s * sample_rate_hz), tool.cut * tool.back)
    return out


def _blow(
    tool: Tool, body: Modes, strength: float, rng: np.random.Generator, sample_rate_hz: int
) -> Array:
    """Unit energy: the tool meets what it strikes."""
    samples = int((1.3 * tool.t60_s + 0.08) * sample_rate_hz)
    pulse = contact_pulse(tool.contact_s * (1.4 - 0.4 * strength), sample_rate_hz)
    tone = ring(pulse, body.varied(gains=vary(rng, 0.2, len(body.hz))), samples, sample_rate_hz)
    snap = shaped_noise(rng, samples, sample_rate_hz, lambda hz: band(hz, 500, 7500, 1.0))
    snap *= burst(samples, sample_rate_hz, 0.0004, 0.005)
    thump = Modes(np.array([74.0, 136.0]) * vary(rng, 0.05, 2), np.array([0.1, 0.07]), np.ones(2))
    low = ring(contact_pulse(0.003, sample_rate_hz), thump, samples, sample_rate_hz)
    parts = ((tone, 1.0), (snap, 0.6), (low, 0.5))
    return np.asarray(sum(gain * part / (np.sqrt(np.sum(part**2)) + 1e-12) for part, gain in parts))


def _cut(
    tool: Tool,
    body: Modes,
    cut_s: float,
    bright: float,
    rng: np.random.Generator,
    sample_rate_hz: int,
) -> Array:
    """Unit energy: material parted along a stroke that speeds up and slows down."""
    samples = int(cut_s * sample_rate_hz)
    part = np.arange(samples) / samples
    speed = np.sin(np.pi * part**0.8)
    low_hz, high_hz = tool.cut_hz
    noise = shaped_noise(
        rng, samples, sample_rate_hz, lambda hz: band(hz, low_hz * bright, high_hz * bright, 1.0)
    )
    if tool.teeth_hz:
        teeth = np.cumsum(tool.teeth_hz * bright * speed) / sample_rate_hz
        noise *= 0.6 + (0.5 + 0.5 * np.cos(2 * np.pi * teeth)) ** 2 * 1.2
    rough = np.exp(0.4 * wander(rng, samples, sample_rate_hz, 30.0))
    noise *= speed * rough
    sound = noise + 1.2 * resonate(noise, body, sample_rate_hz)
    return np.asarray(sound / (np.sqrt(np.sum(sound**2)) + 1e-12))
