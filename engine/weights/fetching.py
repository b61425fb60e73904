"""Weights are fetched: only when asked to, gone on from, checked; whole or not at all."""

from __future__ import annotations

import os
import urllib.error
import urllib.parse
import urllib.request
from http.client import HTTPException
from pathlib import Path
from typing import Any

from engine.errors import WeightsError
from engine.jobs import Progress, silent_progress
from engine.weights.folder import check, is_here, place_of
from engine.weights.registry import Weights

TIMEOUT_S = 30.0
"""Longest silence of a server."""
_CHUNK = 1 << 18
_PART = ".part"


def fetch(
    weights: Weights, progress: Progress = silent_progress, timeout_s: float = TIMEOUT_S
) -> Path:
    """Fetch a file of weights, unless it is here; what came of an earlier try is gone on from.

    The caller has asked the user. The file appears under its name only once its size and hash are
    right; a wrong one is deleted.

    Raises
    ------
    WeightsError
        If the server cannot be reached or refuses, if the file is cut short, or is not the one
        the registry means.
    CancelledError
        From `progress`; what came so far is kept.
    """
    place = place_of(weights)
    if is_here(weights):
        check(place, weights)
        return place
    part = place.with_name(place.name + _PART)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        if not part.exists() or part.stat().st_size != weights.size_bytes:
            _download(weights, part, progress, timeout_s)
        progress(f"checking {weights.name}", 1.0)
        _check(part, weights)
        os.replace(part, place)
    except OSError as error:
        raise _refused(weights, error) from error
    return place


def _check(part: Path, weights: Weights) -> None:
    try:
        check(part, weights)
    except WeightsError:
        part.unlink(missing_ok=True)  # to go on from it would never give the right file
        raise


def _download(weights: Weights, part: Path, progress: Progress, timeout_s: float) -> None:
    here = part.stat().st_size if part.exists() else 0
    if here > weights.size_bytes:
        part.unlink()
        here = 0
    headers = {"User-Agent": "foleystage", "Accept-Encoding": "identity"}
    if here:
        headers["Range"] = f"bytes={here}-"
    request = urllib.request.Request(_checked_url(weights), headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=timeout_s) as answer:
            if here and not _goes_on(answer, here):
                here = 0
            with part.open("ab" if here else "wb") as out:
                _copy(answer, out, here, weights, progress)
                out.flush()
                os.fsync(out.fileno())
    except (urllib.error.URLError, HTTPException, TimeoutError, ConnectionError) as error:
        raise _refused(weights, error) from error
    came = part.stat().st_size
    if came < weights.size_bytes:
        raise WeightsError(
            f"the server ended after {came} of {weights.size_bytes} bytes of '{weights.name}'",
            place=weights.url,
            remedy="ask again: it goes on from there",
        )


def _copy(answer: Any, out: Any, here: int, weights: Weights, progress: Progress) -> None:
    while chunk := answer.read(_CHUNK):
        out.write(chunk)
        here += len(chunk)
        progress(f"fetching {weights.name}", min(1.0, here / weights.size_bytes))
        if here > weights.size_bytes:  # whatever it is, it is not what was asked for
            return


def _goes_on(answer: Any, here: int) -> bool:
    """Whether the server sends the rest, rather than all of it again."""
    span = str(answer.headers.get("Content-Range", ""))
    return answer.status == 206 and span.startswith(f"bytes {here}-")


def _checked_url(weights: Weights) -> str:
    parts = urllib.parse.urlsplit(weights.url)
    local = parts.hostname in ("localhost", "127.0.0.1")
    if parts.scheme == "https" or (parts.scheme == "http" and local):
        return weights.url
    raise WeightsError(
        f"'{weights.name}' would come by {parts.scheme or 'no'} address: not a safe way",
        place=weights.url,
        remedy="fetch it by hand and point to the file",
    )


def _refused(weights: Weights, error: Exception) -> WeightsError:
    if isinstance(error, urllib.error.HTTPError):
        what = f"the server answers {error.code} {error.reason}"
    elif isinstance(error, TimeoutError) or "timed out" in str(error):
        what = "the server does not answer"
    else:
        what = str(getattr(error, "reason", "") or getattr(error, "strerror", "") or error)
    return WeightsError(
        f"'{weights.name}' could not be fetched ({what})",
        place=weights.url,
        remedy="try again later, or fetch it by hand and point to the file",
    )
