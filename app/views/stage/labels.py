"""Where the sources' names go on the stage: beside their source, in sight, not over each other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF

HEIGHT_PX = 18.0
_GAP_PX = 10.0


def place_labels(
    sources: Sequence[QPointF],
    widths_px: Sequence[float],
    area: QRectF,
    blocked: Sequence[QRectF] = (),
) -> list[QRectF]:
    """An area for each name; the last source's place is chosen first (it is the selected one).

    Above the source where there is room, else below, right or left of it; a name that fits
    nowhere stays above.
    """
    dots = [QRectF(place.x() - 7, place.y() - 7, 14, 14) for place in sources]
    taken = np.array([_edges(one) for one in (*dots, *blocked, *dots)]).reshape(-1, 4)
    taken[len(dots) + len(blocked) :] = np.nan  # the names, as they find their places
    placed: dict[int, QRectF] = {}
    for number in reversed(range(len(sources))):
        own = taken[number].copy()
        taken[number] = np.nan
        wishes = [_inside(one, area) for one in _wishes(sources[number], widths_px[number])]
        placed[number] = next((one for one in wishes if _is_free(one, taken)), wishes[0])
        taken[number] = own
        taken[len(dots) + len(blocked) + number] = _edges(placed[number])
    return [placed[number] for number in range(len(sources))]


def _edges(one: QRectF) -> tuple[float, float, float, float]:
    return one.left(), one.top(), one.right(), one.bottom()


def _is_free(wish: QRectF, taken: NDArray[np.float64]) -> bool:
    """Whether an area overlaps none of (n, 4) left, top, right and bottom edges (NaN: none)."""
    left, top, right, bottom = taken.T
    apart = (left >= wish.right()) | (right <= wish.left())
    apart |= (top >= wish.bottom()) | (bottom <= wish.top())
    return bool(np.all(apart | np.isnan(left)))


def _wishes(source: QPointF, width_px: float) -> list[QRectF]:
    x, y = source.x(), source.y()
    left, middle = x - width_px / 2, y - HEIGHT_PX / 2
    corners = (
        (left, y - HEIGHT_PX - _GAP_PX),
        (left, y + _GAP_PX),
        (x + _GAP_PX, middle),
        (x - _GAP_PX - width_px, middle),
        (left, y - 2 * HEIGHT_PX - _GAP_PX),
        (left, y + HEIGHT_PX + _GAP_PX),
    )
    return [QRectF(at_x, at_y, width_px, HEIGHT_PX) for at_x, at_y in corners]


def _inside(label: QRectF, area: QRectF) -> QRectF:
    """Shifted sideways until it lies in the area."""
    x = min(
        max(label.left(), area.left() + 2), max(area.left() + 2, area.right() - 2 - label.width())
    )
    return QRectF(x, label.top(), label.width(), label.height())
