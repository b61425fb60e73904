"""The channels of a scene as it is, yet to be rendered by a player: objects, beds, a sound field.

First the objects' lanes, then every bed's own channels, then an LFE with all that is sent to one,
then one field in ambisonics with all that is no point: ambiences, fields that move, what a room
answers. Where something is sent, all other channels pass the all-pass that loudspeakers' do
(`engine.spatial.lfe`): a player that adds them up makes the phases of our own mix.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.deliver.lanes import ObjectLane, lane_count, object_lanes
from engine.layouts import BED_LAYOUTS, Layout
from engine.realtime.controls import Controls
from engine.realtime.snapshot import ChannelEncoder, Snapshot
from engine.spatial.ambisonics import convert_order
from engine.spatial.harmonics import channels_of_order
from engine.spatial.lfe import lfe_plan

Floats = NDArray[np.float64]

OBJECTS = "objects"
"""The format's name among those that are rendered."""
HIGHEST_FIELD_ORDER = 6
"""ADM's common definitions end here."""

_LAYOUTS = {layout.name: layout for layout in BED_LAYOUTS.values()}


@dataclass(frozen=True)
class BedChannels:
    """A bed, its track's strip and sources, and where its channels begin."""

    strip: int
    layout: Layout
    sources: range
    first_channel: int


@dataclass(frozen=True)
class SceneChannels:
    """What is where. `field_order` 0: there is no field; `sends_lfe`: there is an LFE."""

    objects: tuple[ObjectLane, ...]
    beds: tuple[BedChannels, ...]
    field_order: int
    sends_lfe: bool = False

    @property
    def lfe_channel(self) -> int:
        """Where the LFE of what is sent is, if it is: behind all objects and beds."""
        return lane_count(self.objects) + sum(bed.layout.channels for bed in self.beds)

    @property
    def first_field_channel(self) -> int:
        """Where the field begins: behind all objects, beds and the LFE."""
        return self.lfe_channel + self.sends_lfe

    @property
    def channels(self) -> int:
        """How many there are."""
        field = channels_of_order(self.field_order) if self.field_order else 0
        return self.first_field_channel + field

    @property
    def omni(self) -> NDArray[np.float32]:
        """(channels,) weights of the scene's omnidirectional sound: sources, and the field's W."""
        weights = np.zeros(self.channels, np.float32)
        weights[: self.first_field_channel + (self.field_order > 0)] = 1.0
        if self.sends_lfe:
            weights[self.lfe_channel] = 0.0
        for bed in self.beds:
            for channel, speaker in enumerate(bed.layout.loudspeakers):
                weights[bed.first_channel + channel] = 0.0 if speaker.lfe else 1.0
        return weights


def scene_channels(snapshot: Snapshot) -> SceneChannels:
    """The channels of what is heard of a scene; a scene of nothing is a field of first order."""
    gains = np.zeros(len(snapshot.strips))
    Controls(snapshot).strip_gains(gains)
    objects = object_lanes(snapshot)
    first, beds = lane_count(objects), []
    for bundle in snapshot.bundles:
        strip = snapshot.sources[bundle.first].strip
        if bundle.kind in _LAYOUTS and gains[strip] > 0.0:
            beds.append(BedChannels(strip, _LAYOUTS[bundle.kind], bundle.sources, first))
            first += bundle.count
    order = min(_field_order(snapshot, gains), HIGHEST_FIELD_ORDER)
    sends = any(source.lfe_gain and gains[source.strip] > 0.0 for source in snapshot.sources)
    return SceneChannels(objects, tuple(beds), order or int(not objects and not beds), sends)


def _field_order(snapshot: Snapshot, gains: NDArray[np.float64]) -> int:
    """Order of the finest field that sounds; 0 where none does."""
    spaces = {bed.space for bed in snapshot.beds if gains[bed.strip] > 0.0 and bed.clips}
    for bundle in snapshot.bundles:
        if bundle.kind == "field" and gains[snapshot.sources[bundle.first].strip] > 0.0:
            spaces.add(bundle.space)
    room = snapshot.room
    if room is not None and any(
        send > 0.0 and gains[source.strip] > 0.0
        for send, source in zip(room.sends, snapshot.sources, strict=True)
    ):
        spaces.add(room.space)
    return max((snapshot.spaces[space].order for space in spaces), default=0)


def with_objects(snapshot: Snapshot, scene: SceneChannels) -> Snapshot:
    """The snapshot with `OBJECTS` as one more format."""
    count, channels = len(snapshot.sources), scene.channels
    matrix = np.zeros((count, channels))
    for item in scene.objects:
        matrix[item.source, item.lane] = 1.0
    for bed in scene.beds:
        for channel, source in enumerate(bed.sources):
            matrix[source, bed.first_channel + channel] = 1.0

    lfe = lfe_plan(scene.lfe_channel, snapshot.sample_rate_hz) if scene.sends_lfe else None

    def fill(directions: Floats, focus: Floats, out: Floats, room: Floats) -> None:
        for first in range(0, len(directions), max(count, 1)):
            out[:, first : first + count] = matrix.T

    return replace(
        snapshot,
        formats=(*snapshot.formats, OBJECTS),
        channels=(*snapshot.channels, channels),
        encoders={**snapshot.encoders, OBJECTS: ChannelEncoder(channels, fill, lfe, matrix)},
        spaces=tuple(
            replace(space, matrices={**space.matrices, OBJECTS: _field_rows(scene, space.order)})
            for space in snapshot.spaces
        ),
    )


def _field_rows(scene: SceneChannels, order: int) -> NDArray[np.float32]:
    """(channels, (order + 1)**2): a field goes behind the objects and beds."""
    matrix = np.zeros((scene.channels, channels_of_order(order)), np.float32)
    if scene.field_order:
        matrix[scene.first_field_channel :] = convert_order(order, scene.field_order)
    return matrix


def track_names(names: Sequence[str], scene: SceneChannels) -> list[str]:
    """A name for every bed: its track's, with the layout where a track has several."""
    strips = [bed.strip for bed in scene.beds]
    return [
        names[bed.strip]
        if strips.count(bed.strip) == 1
        else f"{names[bed.strip]} {bed.layout.name}"
        for bed in scene.beds
    ]
