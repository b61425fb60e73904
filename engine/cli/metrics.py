"""`foleystage metrics NAME REFERENCE ESTIMATE`: figures as JSON on stdout."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine.errors import ShapeError

log = logging.getLogger("foleystage")

_NEAR_THE_FLOOR_DB = 3.0
"""Within this of the largest ratio, the floor is more than the noise."""

Figures = dict[str, float | None]


def add_parser(subparsers: Any) -> None:
    """Add the `metrics` command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "metrics",
        help="how close an estimate is to its reference",
        description="How close an estimate is to its reference, as JSON. binaural: stft, env, mag, "
        "d_phase, snr_db (as published: 1e-4 is added to the mean squares of signal and noise, "
        "so that even identical recordings reach about 15 dB only), itd_us, ild_db, gcc_ms2.",
    )
    parser.set_defaults(json=True)
    parser.add_argument("name", choices=tuple(METRICS), metavar="NAME", help=", ".join(METRICS))
    parser.add_argument("reference", type=Path, metavar="REFERENCE")
    parser.add_argument("estimate", type=Path, metavar="ESTIMATE")
    parser.add_argument(
        "--normalise",
        action="store_true",
        help="scale each recording to a peak of 1, jointly over its channels (as published)",
    )


def run(args: argparse.Namespace) -> Figures:
    """The figures; they are printed as one JSON object with or without --json."""
    return METRICS[args.name](args)


def _binaural(args: argparse.Namespace) -> Figures:
    import msgspec

    from engine.media.audio_file import read_audio
    from engine.metrics.binaural import compare_binaural, largest_snr_db

    reference, rate_hz = read_audio(args.reference)
    estimate, estimate_rate_hz = read_audio(args.estimate)
    if rate_hz != estimate_rate_hz:
        raise ShapeError(
            f"the reference is at {rate_hz} Hz, the estimate at {estimate_rate_hz} Hz",
            place=args.estimate,
            remedy="resample one of them",
        )
    for path, sound in ((args.reference, reference), (args.estimate, estimate)):
        silent = [str(i + 1) for i, channel in enumerate(sound) if not channel.any()]
        if silent:
            log.warning("%s: channel %s is silent", path, " and ".join(silent))
    if estimate.shape[0] == 1:
        log.info("%s: one channel, heard in both ears", args.estimate)
    try:
        scores = compare_binaural(reference, estimate, rate_hz, normalise=args.normalise)
    except ShapeError as error:  # told with the file that it speaks of
        place = args.reference if "the reference" in error.problem else args.estimate
        raise ShapeError(error.problem, place=place, remedy=error.remedy) from error
    largest_db = largest_snr_db(reference, rate_hz, normalise=args.normalise)
    if scores.snr_db > largest_db - _NEAR_THE_FLOOR_DB:
        log.info(
            "snr_db can reach %.1f dB at most: its published floor is 1e-4 of mean square",
            largest_db,
        )
    if scores.itd_us is None:
        log.warning("no moment sounds in both ears of both recordings: no direction figures")
    return dict(msgspec.to_builtins(scores))


METRICS: dict[str, Callable[[argparse.Namespace], Figures]] = {"binaural": _binaural}
"""Metric name to the function that computes it."""
