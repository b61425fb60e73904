"""Sound fields as the kernel's spaces: how ambisonics of an order reaches every format."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from engine.layouts import AMBISONIC_FORMATS, LOUDSPEAKER_LAYOUTS
from engine.realtime.space_plan import BandPlan, SpacePlan
from engine.spatial.ambisonics import convert_order, field_to_layout
from engine.spatial.decoders import Method, decoder_plan
from engine.spatial.hrir import HrirSet
from engine.spatial.loudspeaker_fields import low_band
from engine.spatial.rotation import rotation_matrix


def space_plan(
    order: int,
    formats: Iterable[str],
    hrirs: HrirSet | None = None,
    method: Method = "magls",
) -> SpacePlan:
    """A sound field of `order` for the given formats.

    Where 'binaural' is among them it reaches two ears through `hrirs` by `method`.
    """
    return SpacePlan(
        order=order,
        matrices={name: field_matrix(order, name) for name in formats if name != "binaural"},
        low_bands=_low_bands(order, formats),
        rotation=partial(rotation_matrix, order),
        decoder=None if hrirs is None else decoder_plan(hrirs, order, method),
    )


def _low_bands(order: int, formats: Iterable[str]) -> dict[str, BandPlan]:
    layouts = {name: LOUDSPEAKER_LAYOUTS[name] for name in formats if name in LOUDSPEAKER_LAYOUTS}
    bands = {name: low_band(order, layout) for name, layout in layouts.items()}
    return {name: band for name, band in bands.items() if band is not None}


def field_matrix(order: int, format_name: str) -> NDArray[np.float32]:
    """(channels, (order + 1)**2): how a field of `order` reaches a format's channels.

    Loudspeakers by an all-round decoder (the upper band's, where there are two); ambisonics by its
    first channels, a higher order cut off and a lower one left without detail.
    """
    if format_name in LOUDSPEAKER_LAYOUTS:
        matrix = field_to_layout(order, LOUDSPEAKER_LAYOUTS[format_name])
    else:
        matrix = convert_order(order, AMBISONIC_FORMATS[format_name])
    return np.ascontiguousarray(matrix, dtype=np.float32)
