"""`foleystage metrics NAME REFERENCE ESTIMATE`: figures as JSON on stdout."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import ShapeError

log = logging.getLogger("foleystage")

_NEAR_THE_FLOOR_DB = 3.0
"""Within this of the largest ratio, the floor is more than the noise."""

Figures = dict[str, Any]
if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Audio = NDArray[np.float32]


def add_parser(subparsers: Any) -> None:
    """Add the `metrics` command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "metrics",
        help="how close an estimate is to its reference",
        description="How close an estimate is to its reference, as JSON. binaural: stft, env, mag, "
        "d_phase, snr_db (as published: 1e-4 is added to the mean squares of signal and noise, "
        "so that even identical recordings reach about 15 dB only), itd_us, ild_db, gcc_ms2. "
        "ambisonics: cc_all, cc_1fps, cc_5fps, auc_all, auc_1fps, auc_5fps: where on the sphere "
        "the energy lies, over the whole and in windows of 1 s and 0.2 s; null where nothing can "
        "be compared. directions: mean (mae) and median errors moment by moment, of interaural "
        "time and level (two channels) or of azimuth and elevation (AmbiX). spectrum: "
        "log-spectral distance, mean over channels, and of the middle of two.",
    )
    parser.set_defaults(json=True)
    parser.add_argument("name", choices=tuple(METRICS), metavar="NAME", help=", ".join(METRICS))
    parser.add_argument("reference", type=Path, metavar="REFERENCE")
    parser.add_argument("estimate", type=Path, metavar="ESTIMATE")
    parser.add_argument(
        "--normalise",
        action="store_true",
        help="binaural: scale each recording to a peak of 1, both ears alike (as published)",
    )
    parser.add_argument(
        "--parity",
        action="store_true",
        help="ambisonics: as the published figures were computed, with the weights and grid of "
        "their code, of the first 5 s",
    )
    parser.add_argument(
        "--over-time", action="store_true", help="directions: the error of every moment, too"
    )


def run(args: argparse.Namespace) -> Figures:
    """The figures; they are printed as one JSON object with or without --json."""
    return METRICS[args.name](args)


def _binaural(args: argparse.Namespace) -> Figures:
    import msgspec

    from engine.metrics.binaural import compare_binaural, largest_snr_db

    reference, estimate, rate_hz = _pair(args)
    if estimate.shape[0] == 1:
        log.info("%s: one channel, heard in both ears", args.estimate)
    with _told_with_its_file(args):
        scores = compare_binaural(reference, estimate, rate_hz, normalise=args.normalise)
    largest_db = largest_snr_db(reference, rate_hz, normalise=args.normalise)
    if scores.snr_db > largest_db - _NEAR_THE_FLOOR_DB:
        log.info(
            "snr_db can reach %.1f dB at most: its published floor is 1e-4 of mean square",
            largest_db,
        )
    if scores.itd_us is None:
        log.warning("no moment sounds in both ears of both recordings: no direction figures")
    return dict(msgspec.to_builtins(scores))


def _ambisonics(args: argparse.Namespace) -> Figures:
    import msgspec

    from engine.metrics.energy_map import compare_ambisonics

    reference, estimate, rate_hz = _pair(args)
    with _told_with_its_file(args):
        scores = compare_ambisonics(reference, estimate, rate_hz, parity=args.parity)
    if scores.cc_5fps is None:
        log.warning("no window tells a direction in both scenes: there are no figures")
    elif not args.parity and reference.shape[1] != estimate.shape[1]:
        log.info("the scenes differ in length; what both have is compared")
    return dict(msgspec.to_builtins(scores))


def _directions(args: argparse.Namespace) -> Figures:
    import numpy as np

    from engine.metrics.direction_errors import ear_errors, field_errors

    reference, estimate, rate_hz = _like_pair(args)
    with _told_with_its_file(args):
        measure = ear_errors if len(reference) == 2 else field_errors
        found = vars(measure(reference, estimate, rate_hz))
    times_s = found.pop("times_s")
    if not len(times_s):
        log.warning("no moment tells a direction in both: there are no figures")
    figures: Figures = {}
    for name, errors in found.items():
        quantity, unit = name.rsplit("_", 1)
        some = len(errors) > 0
        figures[f"{quantity}_mae_{unit}"] = float(errors.mean()) if some else None
        if len(reference) == 2:
            figures[f"{quantity}_median_{unit}"] = float(np.median(errors)) if some else None
    figures["moments"] = len(times_s)
    if args.over_time:
        figures["times_s"] = times_s.round(4).tolist()
        figures |= {name: errors.round(3).tolist() for name, errors in found.items()}
    return figures


def _spectrum(args: argparse.Namespace) -> Figures:
    import numpy as np

    from engine.metrics.spectral_distance import log_spectral_distance_db

    reference, estimate, rate_hz = _like_pair(args)
    with _told_with_its_file(args):
        each = [
            log_spectral_distance_db(one, other, rate_hz)
            for one, other in zip(reference, estimate, strict=True)
        ]
        told = [distance for distance in each if distance is not None]
        figures: Figures = {"lsd_db": float(np.mean(told)) if told else None}
        if len(reference) == 2:
            middles = (reference.mean(axis=0), estimate.mean(axis=0))
            figures["lsd_mid_db"] = log_spectral_distance_db(*middles, rate_hz)
    return figures


def _like_pair(args: argparse.Namespace) -> tuple[Audio, Audio, int]:
    """As `_pair`, of as many channels each.

    Raises
    ------
    ShapeError
        If they differ.
    """
    reference, estimate, rate_hz = _pair(args)
    if len(reference) != len(estimate):
        raise ShapeError(
            f"the reference has {len(reference)} channels, the estimate {len(estimate)}",
            place=args.estimate,
            remedy="give two of a kind",
        )
    return reference, estimate, rate_hz


def _pair(args: argparse.Namespace) -> tuple[Audio, Audio, int]:
    """Reference and estimate (channels, samples) and their rate; silent channels are told.

    Raises
    ------
    ShapeError
        If their rates differ.
    """
    from engine.media.audio_file import read_audio

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
    return reference, estimate, rate_hz


@contextmanager
def _told_with_its_file(args: argparse.Namespace) -> Iterator[None]:
    """Errors about the reference or the estimate name the file."""
    try:
        yield
    except ShapeError as error:
        place = args.reference if "the reference" in error.problem else args.estimate
        raise ShapeError(error.problem, place=place, remedy=error.remedy) from error


METRICS: dict[str, Callable[[argparse.Namespace], Figures]] = {
    "binaural": _binaural,
    "ambisonics": _ambisonics,
    "directions": _directions,
    "spectrum": _spectrum,
}
"""Metric name to the function that computes it."""
