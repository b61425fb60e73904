"""An HRIR set for a scene's sources: measured spheres, and as near ones as the sources come."""

from __future__ import annotations

from collections.abc import Iterable

from engine.realtime.snapshot import BinauralPlan, SourcePlan
from engine.render.sources import nearest_source_m
from engine.spatial.binaural import binaural_plan
from engine.spatial.hrir import HrirSet
from engine.spatial.near_spheres import near_radii_m


def ears_plan(hrirs: HrirSet, sources: Iterable[SourcePlan]) -> BinauralPlan:
    """How two ears hear the sources. What is kept of a set is shared by all scenes."""
    return binaural_plan(hrirs, near_radii_m(hrirs, nearest_source_m(sources)))
