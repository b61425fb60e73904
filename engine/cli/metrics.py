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

Figures = dict[str, float | None]
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
        "be compared.",
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
}
"""Metric name to the function that computes it."""
