"""How the camera moved: picture-to-picture transforms from tracked corners.

A transform is a (3, 3) homography-like matrix that takes pixels of one picture to pixels of the
next. Corners on moving objects are outvoted (RANSAC).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.vision.opencv import cv2

Matrix = NDArray[np.float64]

_CORNERS = 220
_TRIALS = 300
"""Most samples RANSAC draws; by then half of the corners may be outliers, and more."""
_STILL_PX = 0.6
"""A corner that moves less than this between two pictures stands still."""
_STILL_SHARE = 0.35
"""Where this share of the corners stands still, the camera does: what moves is in the scene."""


def camera_motion(grays: Sequence[NDArray[np.uint8]]) -> list[Matrix]:
    """Transform from each picture to the next: len(grays) - 1 matrices (3, 3).

    Where too few corners can be followed the camera is taken to stand still.
    """
    motions: list[Matrix] = []
    for before, after in itertools.pairwise(grays):
        motions.append(_motion_between(before, after))
    return motions


def _follow(
    before: NDArray[np.uint8],
    after: NDArray[np.uint8],
    guess: Matrix | None = None,
    corners: NDArray[np.float32] | None = None,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Corners of one picture and where they are in another, both (n, 2), n >= 0.

    `corners` (n, 1, 2) are those of `before`, if they are known already.
    """
    if corners is None:
        corners = _corners(before)
    none = np.zeros((0, 2), np.float32)
    if len(corners) == 0:
        return none, none
    start, flags = None, 0
    if guess is not None:
        start = cv2.perspectiveTransform(corners, guess).astype(np.float32)
        flags = cv2.OPTFLOW_USE_INITIAL_FLOW
    found, status, error = cv2.calcOpticalFlowPyrLK(
        before, after, corners, start, winSize=(17, 17), maxLevel=3, flags=flags
    )
    good = (status.ravel() == 1) & (error.ravel() < 25.0)
    return corners[good, 0], found[good, 0]


def _corners(gray: NDArray[np.uint8]) -> NDArray[np.float32]:
    found = cv2.goodFeaturesToTrack(gray, _CORNERS, 0.01, 9)
    return np.zeros((0, 1, 2), np.float32) if found is None else found


def _motion_between(
    before: NDArray[np.uint8], after: NDArray[np.uint8], guess: Matrix | None = None
) -> Matrix:
    still = np.eye(3) if guess is None else guess
    corners, found = _follow(before, after, guess)
    if len(corners) < 12:
        return still
    if guess is None and _still_share(corners, found) > _STILL_SHARE:
        return still
    cv2.setRNGSeed(1)
    affine, inliers = cv2.estimateAffinePartial2D(
        corners, found, method=cv2.RANSAC, ransacReprojThreshold=1.5
    )
    if affine is None or inliers.sum() < max(8, 0.25 * len(corners)):
        return still
    return np.vstack([affine, [0.0, 0.0, 1.0]])


def _still_share(corners: NDArray[np.float32], found: NDArray[np.float32]) -> float:
    return float((np.linalg.norm(found - corners, axis=1) < _STILL_PX).mean())


def corner_shift_px(matrix: Matrix, width: int, height: int) -> float:
    """Mean distance that a transform moves the picture's corners and centre, in pixels."""
    points = np.array(
        [[0, 0, 1], [width, 0, 1], [0, height, 1], [width, height, 1], [width / 2, height / 2, 1]],
        dtype=np.float64,
    )
    moved = points @ matrix.T
    return float(np.linalg.norm(moved[:, :2] / moved[:, 2:] - points[:, :2], axis=1).mean())


def is_static(grays: Sequence[NDArray[np.uint8]]) -> bool:
    """Whether the camera stands still, judged from pairs of pictures across the block.

    Enough corners must stay where they are between pictures a seventh of the block apart; a
    large thing that passes in front can hide them in a few of the pairs.
    """
    if len(grays) < 2:
        return True
    picks = np.unique(np.linspace(0, len(grays) - 1, 8).round().astype(int))
    shares = []
    for a, b in itertools.pairwise(picks):
        corners, found = _follow(grays[a], grays[b])
        shares.append(_still_share(corners, found) if len(corners) >= 12 else 1.0)
    return float(np.median(shares)) > 0.5 * _STILL_SHARE + 0.1


def register(
    grays: Sequence[NDArray[np.uint8]], reference: int, guesses: Sequence[Matrix]
) -> list[Matrix]:
    """Transforms from every picture to the reference, refined from guesses free of their drift.

    A refinement is only taken where the warped picture then fits the reference better.
    """
    base = grays[reference]
    corners = _corners(base)
    refined: list[Matrix] = []
    before: Matrix | None = None
    for gray, guess in zip(grays, guesses, strict=True):
        options = [guess] if before is None else [guess, before]
        best = min(options, key=lambda matrix: _misfit(gray, base, matrix))
        finer = _inverse(_homography(base, gray, _inverse(best), corners))
        before = min((best, finer), key=lambda matrix: _misfit(gray, base, matrix))
        refined.append(before)
    return refined


def _inverse(matrix: Matrix) -> Matrix:
    return np.asarray(np.linalg.inv(matrix), dtype=np.float64)


def _homography(
    before: NDArray[np.uint8],
    after: NDArray[np.uint8],
    guess: Matrix,
    known: NDArray[np.float32],
) -> Matrix:
    corners, found = _follow(before, after, guess, known)
    if len(corners) < 16:
        return guess
    cv2.setRNGSeed(1)
    matrix, inliers = cv2.findHomography(corners, found, cv2.RANSAC, 1.5, None, _TRIALS)
    if matrix is None or inliers.sum() < max(12, 0.3 * len(corners)):
        return guess
    return np.asarray(matrix, dtype=np.float64)


def _misfit(gray: NDArray[np.uint8], base: NDArray[np.uint8], matrix: Matrix) -> float:
    """Typical difference of a warped picture to the reference, where they overlap."""
    height, width = base.shape
    half = np.diag([0.5, 0.5, 1.0])
    size = (width // 2, height // 2)
    warped = cv2.warpPerspective(gray, half @ matrix, size, borderValue=0)
    small = cv2.resize(base, size, interpolation=cv2.INTER_AREA)
    valid = warped > 0
    if valid.mean() < 0.3:
        return 255.0
    difference = cv2.absdiff(warped, small)[valid]
    return float(np.minimum(difference, 40).mean())


def accumulate(motions: Sequence[Matrix], reference: int) -> list[Matrix]:
    """Transforms from every picture to the picture `reference`, from picture-to-picture ones."""
    count = len(motions) + 1
    to_reference: list[Matrix] = [np.eye(3)] * count
    for index in range(reference - 1, -1, -1):
        to_reference[index] = to_reference[index + 1] @ motions[index]
    for index in range(reference + 1, count):
        to_reference[index] = to_reference[index - 1] @ np.linalg.inv(motions[index - 1])
    return to_reference
