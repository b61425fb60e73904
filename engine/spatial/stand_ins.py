"""Directions nobody measured, so that a set surrounds the listener and is nowhere too coarse.

Where a part of the sphere is missing (KEMAR below -40 degrees, everything off a ring), stand-ins
are means of the measurements nearest to them, nearest above all in how far to the side they lie:
on such a cone the interaural time stays what it should be.

Where measurements lie far apart, stand-ins halve the distances until they are short. The kernel's
sums of complex spectra lose level between measurements whose phases differ, and have corners at
every direction; stand-ins do not, since their log magnitudes, phases and delays are interpolated
apart, by smooth splines over the whole sphere.

References
----------
Hartung, Braasch, Sterbing, "Comparison of different methods for the interpolation of head-related
transfer functions", AES 16th Conference, 1999: splines over the sphere beat linear weights.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import fft
from scipy.spatial import cKDTree

from engine.coordinates import to_cartesian
from engine.spatial.alignment import delay_responses
from engine.spatial.sphere import edges_of, triangulate

_GAP_DEG = 35.0
_CLOSE_DEG = 10.0
_LATERAL_WEIGHT = 3.0
_COARSE_DEG = 12.5
_FINE_DEG = 4.0
"""Edges that stand-ins make are halved until they are no longer: corners between directions farther
apart are heard when a tone circles."""
_WIDEST_DEG = 60.0
_HALVINGS = 3
_NEW_DEG = 0.5
_MOST_MEASURED = 2000
"""Of more, the splines would cost seconds; so dense a set needs none."""

_AROUND = 40
"""Measurements that a stand-in's splines are made of, nearest first."""

_LONGEST_TAPS = 2048
_SILENCE = 1e-9

Floats = NDArray[np.float64]


def gaps(directions: Floats) -> Floats:
    """(m, 3) unit vectors where (n, 3) directions leave more than `_GAP_DEG` unmeasured."""
    candidates = np.concatenate(
        [to_cartesian(np.arange(8) * 45.0, e) for e in (0.0, 45.0, -45.0)]
        + [to_cartesian([0.0, 0.0], [90.0, -90.0])]
    )
    angles = np.degrees(np.arccos(np.clip(candidates @ directions.T, -1.0, 1.0)))
    return candidates[angles.min(1) > _GAP_DEG]


def across_gaps(
    wanted: Floats, directions: Floats, responses: Floats, delays: Floats
) -> tuple[Floats, Floats]:
    """Responses (m, 2, taps) and delays (m, 2) that stand in at `wanted` (m, 3) directions."""
    angles = np.degrees(np.arccos(np.clip(wanted @ directions.T, -1.0, 1.0)))
    sides, side = (np.degrees(np.arcsin(np.clip(d[:, 1], -1.0, 1.0))) for d in (wanted, directions))
    far = np.hypot(angles, _LATERAL_WEIGHT * (sides[:, None] - side))
    closeness = np.clip(1.0 - (far - far.min(1, keepdims=True)) / _CLOSE_DEG, 0.0, None)
    shares = closeness / closeness.sum(1, keepdims=True)
    aligned = delay_responses(responses, -delays + delays.min())
    mean_delays = shares @ delays
    mean = np.einsum("cn,net->cet", shares, aligned)
    return delay_responses(mean, mean_delays - delays.min()), mean_delays


def coarse_places(directions: Floats, measured: int) -> Floats:
    """(m, 3) unit vectors that halve long edges between the first `measured` directions, and those
    that come of it until they are short."""
    grown, inner = directions, np.arange(len(directions)) < measured
    for _ in range(_HALVINGS):
        edges = edges_of(triangulate(grown).triangles)
        edges = edges[inner[edges].all(axis=1)]
        first, second = grown[edges[:, 0]], grown[edges[:, 1]]
        angles = np.degrees(np.arccos(np.clip(np.sum(first * second, axis=1), -1.0, 1.0)))
        longest = np.where((edges >= len(directions)).any(axis=1), _FINE_DEG, _COARSE_DEG)
        long = (angles > longest) & (angles < _WIDEST_DEG)
        middles = first[long] + second[long]
        middles /= np.linalg.norm(middles, axis=1, keepdims=True)
        middles = middles[_lonely(middles, grown)]
        if not len(middles):
            break
        grown = np.concatenate([grown, middles])
        inner = np.concatenate([inner, np.ones(len(middles), dtype=bool)])
    return grown[len(directions) :]


def between(
    wanted: Floats, directions: Floats, responses: Floats, delays: Floats
) -> tuple[Floats, Floats]:
    """Responses (m, 2, taps) and delays (m, 2) at `wanted` (m, 3), by splines over the sphere."""
    around = np.unique(cKDTree(directions).query(wanted, min(_AROUND, len(directions)))[1])
    directions, responses, delays = directions[around], responses[around], delays[around]
    taps = responses.shape[-1]
    size = 1 << int(2 * taps - 1).bit_length()
    earliest = delays.min()
    aligned = fft.rfft(delay_responses(responses, earliest - delays), size, axis=-1)
    magnitudes = np.log(np.maximum(np.abs(aligned), _SILENCE))
    shares = _spline(directions, wanted)
    sums = np.tensordot(shares, aligned, 1)
    phases = sums / np.maximum(np.abs(sums), _SILENCE)
    spectra = np.exp(np.tensordot(shares, magnitudes, 1)) * phases
    later = shares @ delays
    later = np.clip(later, earliest, delays.max())
    return delay_responses(fft.irfft(spectra, size)[..., :taps], later - earliest), later


def worth_refining(measured: int, taps: int) -> bool:
    """Whether splines are affordable, and the responses a head's alone (not a room's)."""
    return measured <= _MOST_MEASURED and taps <= _LONGEST_TAPS


def refining_note(measured: int, taps: int, sample_rate_hz: int) -> list[str]:
    """Words for those whose responses are too long at a rate to be told more finely."""
    if measured > _MOST_MEASURED or taps <= _LONGEST_TAPS:
        return []
    return [
        f"responses of {taps} samples at {sample_rate_hz / 1000:g} kHz are not told between their "
        "measurements: sources that circle or pass the head are cleaner at lower rates"
    ]


def _lonely(points: Floats, others: Floats) -> NDArray[np.bool_]:
    """Which points lie apart from all others and from the points before them."""
    apart = 2.0 * np.sin(np.radians(_NEW_DEG) / 2.0)
    alone = cKDTree(others).query(points)[0] > apart if len(points) else np.zeros(0, dtype=bool)
    pairs = cKDTree(points).query_pairs(apart, output_type="ndarray") if len(points) else []
    if len(pairs):
        alone[np.asarray(pairs).max(axis=1)] = False
    return alone


def _spline(places: Floats, wanted: Floats) -> Floats:
    """(m, n) weights of an interpolating thin plate, r**2 log r of chords r, with a linear term.

    A stiffer one (-r) foretells levels 0.06 dB better, but has a corner at every measurement, which
    is heard when a tone circles.
    """

    def kernel(a: Floats, b: Floats) -> Floats:
        squared = np.maximum(2.0 - 2.0 * a @ b.T, 0.0)
        return np.asarray(0.5 * squared * np.log(np.maximum(squared, 1e-24)))

    def trend(a: Floats) -> Floats:
        return np.concatenate([np.ones((len(a), 1)), a], axis=1)

    count, terms = len(places), trend(places)
    # On a ring the linear term is not determined; a trace of weight on it decides.
    corner = -1e-9 * np.eye(terms.shape[1])
    system = np.block([[kernel(places, places), terms], [terms.T, corner]])
    right = np.concatenate([kernel(wanted, places), trend(wanted)], axis=1)
    return np.asarray(np.linalg.solve(system, right.T).T[:, :count])
