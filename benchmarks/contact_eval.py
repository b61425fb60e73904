"""Contacts told from the picture alone, against the onsets of the clips' REAL sound.

``python -m benchmarks.contact_eval DATA_FOLDER [--detector NAME --weights FILE]`` prints, a clip a
line, how many onsets the sound has, how many contacts were seen, precision, recall and F1 within
+-80 ms, one contact to one onset; and the F1 that as many contacts get by chance (the same ones
shifted around the clip, mean of many shifts). In some clips the sound comes late: `in step` is the
best F1 of all contacts later or earlier by one same time of at most 120 ms, and that time.
``--clip FILE`` measures other films instead.
"""

from __future__ import annotations

import argparse
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from benchmarks.sound_onsets import onsets_s
from engine.vision.analyse import VisionSettings, analyse_video

Array = NDArray[np.float64]

TOLERANCE_S = 0.080
CLIPS = {
    "hammer on anvil": "av_real/FoleyCrafter__2.mp4",
    "hammer on ladle": "av_real/SpecVQGAN__video_00323.mp4",
    "chopping": "av_real/CondFoleyGen__chopping.mp4",
    "drumstick on bag": "av_real/CondFoleyGen__hitting_bag.mp4",
    "snare drum": "av_real/SpecVQGAN__video_02542.mp4",
    "drum kit": "av_real/SpecVQGAN__-Qowmc0P9ic_34000_44000.mp4",
    "badminton": "av_real/vta-ldm__0Bp8c3PfAAA_000053.mp4",
}
TOUCHING = ("step", "bounce", "impact", "turn")
_SAME_S = 0.06
_SHIFTS = 200
_LAGS_S = np.arange(-6, 7) * 0.02


def _start_s(stream: av.AudioStream | av.VideoStream) -> float:
    return float((stream.start_time or 0) * (stream.time_base or Fraction(1)))


def sound_of(clip: Path) -> tuple[Array, int]:
    """The clip's sound as one channel, from the time of its first picture on, and its rate."""
    with av.open(str(clip)) as container:
        stream = container.streams.audio[0]
        rate_hz = int(stream.rate)
        start_s = _start_s(stream) - _start_s(container.streams.video[0])
        resampler = av.AudioResampler(format="fltp", layout="mono", rate=rate_hz)
        parts = [
            part.to_ndarray()[0]
            for block in container.decode(stream)
            for part in resampler.resample(block)
        ]
    sound = np.concatenate(parts).astype(np.float64)
    late = round(start_s * rate_hz)
    return (np.pad(sound, (late, 0)) if late > 0 else sound[-late:]), rate_hz


def seen_contacts_s(clip: Path, settings: VisionSettings) -> tuple[Array, float]:
    """Times of contacts of everything that moves, near ones as one; the clip's duration."""
    result = analyse_video(clip, settings)
    times = sorted(c.time_s for o in result.objects for c in o.contacts if c.kind in TOUCHING)
    merged: list[float] = []
    for time_s in times:
        if not merged or time_s - merged[-1] > _SAME_S:
            merged.append(time_s)
    return np.asarray(merged), result.video.duration_s


def hits(heard_s: Array, seen_s: Array) -> int:
    """How many pairs lie within the tolerance, each time used once."""
    if not len(heard_s) or not len(seen_s):
        return 0
    near = np.abs(heard_s[:, None] - seen_s[None, :]) <= TOLERANCE_S
    rows, columns = linear_sum_assignment(-near.astype(float))
    return int(near[rows, columns].sum())


def f1(heard_s: Array, seen_s: Array) -> float:
    """Harmonic mean of precision and recall, 0 to 1."""
    return 2.0 * hits(heard_s, seen_s) / max(1, len(heard_s) + len(seen_s))


def by_chance(heard_s: Array, seen_s: Array, duration_s: float) -> float:
    """Mean F1 of the same contacts shifted around the clip."""
    shifts = np.linspace(0.0, duration_s, _SHIFTS, endpoint=False)
    return float(np.mean([f1(heard_s, np.sort((seen_s + s) % duration_s)) for s in shifts]))


def in_step(heard_s: Array, seen_s: Array) -> tuple[float, float]:
    """Best F1 with all contacts moved by one time, and that time in seconds."""
    scores = [f1(heard_s, seen_s + lag_s) for lag_s in _LAGS_S]
    best = int(np.argmax(np.round(scores, 6) - 1e-4 * np.abs(_LAGS_S)))
    return scores[best], float(_LAGS_S[best])


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--detector", default="motion+names")
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--clip", type=Path, action="append", default=[])
    arguments = parser.parse_args()
    clips = {name: arguments.data / file for name, file in CLIPS.items()}
    clips = {one.stem: one for one in arguments.clip} or clips
    settings = VisionSettings(detector=arguments.detector, weights=arguments.weights)
    print(f"{'clip':18s} heard  seen  precision recall    F1  by chance  in step")
    scores = []
    for name, clip in clips.items():
        heard_s = onsets_s(*sound_of(clip))
        seen_s, duration_s = seen_contacts_s(clip, settings)
        heard_s = heard_s[heard_s < duration_s]
        count = hits(heard_s, seen_s)
        scores.append(f1(heard_s, seen_s))
        best, lag_s = in_step(heard_s, seen_s)
        print(
            f"{name[:18]:18s} {len(heard_s):5d} {len(seen_s):5d}  "
            f"{count / max(1, len(seen_s)):9.2f} "
            f"{count / max(1, len(heard_s)):6.2f} {scores[-1]:5.2f} "
            f"{by_chance(heard_s, seen_s, duration_s):10.2f}   {best:.2f} at {lag_s:+.2f} s",
            flush=True,
        )
    print(
        f"mean F1 {np.mean(scores):.2f}; {sum(s >= 0.6 for s in scores)} of {len(scores)} reach 0.6"
    )


if __name__ == "__main__":
    main()
