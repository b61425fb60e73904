"""The Audio Definition Model document of a scene: objects, channel beds, an HOA field.

What an object's channel carries is the track as it arrives at the listener (clips, fader, level
and delay of its distance), so that any ADM renderer makes the scene sound as ours does. Positions
are therefore directions, in polar coordinates at distance 1: renderers use the distance for the
apparent size only. An object that shares its channel with others starts and ends with its sound.
A channel bed is DirectSpeakers, a channel each, and so is an LFE, in a pack of its own; what is no
point is one field in ambisonics.

References
----------
ITU-R BS.2076-2 (ADM); ITU-R BS.2094-1 (common definitions: loudspeakers and their packs, SN3D
ambisonics of orders 1 to 6).
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass

from engine.deliver.adm_motion import TICKS_PER_S, MotionBlock
from engine.deliver.bw64 import AdmChunks, ChannelUid
from engine.errors import MediaError
from engine.layouts import Layout

_FIELD_NAME = "Ambience"
_LFE_NAME = "LFE"
_BED_PACKS = {
    "stereo": "02", "3.0": "0a", "5.0": "0c", "5.1": "03", "7.1": "0f", "5.1.4": "05", "7.1.4": "17"
}  # fmt: skip
_BED_CHANNELS = {
    "M+030": "01", "M-030": "02", "M+000": "03", "LFE": "04", "M+110": "05", "M-110": "06",
    "M+090": "0a", "M-090": "0b", "U+030": "0d", "U-030": "0f", "U+110": "10", "U-110": "12",
    "M+135": "1c", "M-135": "1d", "U+135": "1e", "U-135": "1f", "U+045": "22", "U-045": "23",
}  # fmt: skip
"""Ends of the common definitions' identifiers, by layout and by loudspeaker."""
_NAMESPACE = "urn:ebu:metadata-schema:ebuCore_2014"
_OBJECTS = {"typeLabel": "0003", "typeDefinition": "Objects"}
_FIRST_ID = 0x1001
_BIT_DEPTH = "24"


@dataclass(frozen=True)
class AdmObject:
    """A named sound and where it goes. Its blocks count from its start, and cover its life."""

    name: str
    blocks: tuple[MotionBlock, ...]
    start_ticks: int = 0

    @property
    def duration_ticks(self) -> int:
        """How long it is there."""
        return self.blocks[-1].start_ticks + self.blocks[-1].duration_ticks


@dataclass(frozen=True)
class AdmBed:
    """A named channel bed."""

    name: str
    layout: Layout


def describe_scene(
    title: str,
    objects: Sequence[AdmObject],
    field_order: int,
    duration_ticks: int,
    sample_rate_hz: int,
    lanes: Sequence[int] | None = None,
    beds: Sequence[AdmBed] = (),
    *,
    lfe: bool = False,
) -> AdmChunks:
    """Metadata of a file: its channels are objects' lanes in order, beds, an LFE, a field.

    Parameters
    ----------
    field_order : int
        Order, 0 to 6, of the ambisonics (ACN, SN3D) that come last; 0: there are none.
    duration_ticks : int
        Length of the scene in 1/100,000 s, not longer than the sound.
    lanes : sequence of int, optional
        The channel (from 0) in which each object lies; default: one each, in order.
    beds : sequence of AdmBed
    lfe : bool
        Whether a channel with what the scene sends to an LFE lies between beds and field.
    """
    lanes = range(len(objects)) if lanes is None else lanes
    top, extended = _document()
    count = len(objects) + len(beds) + lfe + (field_order > 0)
    object_ids = [f"AO_{_FIRST_ID + index:04x}" for index in range(count)]
    _add_programme(extended, title, object_ids, duration_ticks)
    channels: list[ChannelUid] = []
    for index, item in enumerate(objects):
        number = f"0003{_FIRST_ID + index:04x}"
        uid = _uid(len(channels), lanes[index], f"AT_{number}_01", f"AP_{number}")
        channels.append(uid)
        span = (item.start_ticks, item.duration_ticks)
        _add_object(extended, object_ids[index], item.name, f"AP_{number}", [uid], span)
        _add_formats(extended, number, item.name, item.blocks)
    fixed = _fixed_packs(extended, beds, field_order, lfe=lfe)
    for object_id, (name, pack, formats) in zip(object_ids[len(objects) :], fixed, strict=True):
        uids = _uids(channels, pack, formats)
        channels += uids
        _add_object(extended, object_id, name, pack, uids, (0, duration_ticks))
    for channel in channels:
        _add_track_uid(extended, channel, sample_rate_hz)
    ET.indent(top)
    text = ET.tostring(top, encoding="unicode")
    return AdmChunks(tuple(channels), f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n')


def _fixed_packs(
    extended: ET.Element, beds: Sequence[AdmBed], field_order: int, *, lfe: bool
) -> list[tuple[str, str, list[str]]]:
    """Name, pack and track formats of what has fixed channels: beds, an LFE, a field."""
    fixed = [
        (bed.name, f"AP_000100{_BED_PACKS[bed.layout.name]}", _bed_formats(bed.layout))
        for bed in beds
    ]
    if lfe:
        fixed.append((_LFE_NAME, _add_lfe_pack(extended), [_bed_format("LFE")]))
    if field_order:
        fixed.append((_FIELD_NAME, f"AP_0004{field_order:04x}", _field_formats(field_order)))
    return fixed


def _bed_formats(layout: Layout) -> list[str]:
    """Track formats of a bed's channels, by the common definitions."""
    return [_bed_format(speaker.label) for speaker in layout.loudspeakers]


def _bed_format(label: str) -> str:
    return f"AT_000100{_BED_CHANNELS[label]}_01"


def _field_formats(order: int) -> list[str]:
    """Track formats of a field's channels, likewise."""
    return [f"AT_0004{channel + 1:04x}_01" for channel in range((order + 1) ** 2)]


def _uids(before: Sequence[ChannelUid], pack: str, formats: Sequence[str]) -> list[ChannelUid]:
    """Track UIDs in the channels behind those there are."""
    first = max((channel.track_index for channel in before), default=0)
    return [
        _uid(len(before) + index, first + index, track_format, pack)
        for index, track_format in enumerate(formats)
    ]


def _uid(number: int, lane: int, track_format: str, pack: str) -> ChannelUid:
    return ChannelUid(lane + 1, f"ATU_{number + 1:08x}", track_format, pack)


def read_objects(axml: str) -> tuple[AdmObject, ...]:
    """The objects with polar positions that an ADM document describes, in its order.

    Raises
    ------
    MediaError
        If the document is no ADM, or an object refers to something that is not there.
    """
    try:
        root = ET.fromstring(axml)
        formats = {
            item.attrib["audioChannelFormatID"]: item
            for item in root.iter(f"{{{_NAMESPACE}}}audioChannelFormat")
        }
        packs = {
            item.attrib["audioPackFormatID"]: _text(item, "audioChannelFormatIDRef")
            for item in root.iter(f"{{{_NAMESPACE}}}audioPackFormat")
            if item.attrib.get("typeLabel") == _OBJECTS["typeLabel"]
        }
        found = []
        for item in root.iter(f"{{{_NAMESPACE}}}audioObject"):
            pack = _text(item, "audioPackFormatIDRef")
            if pack in packs:
                blocks = tuple(_read_block(block) for block in formats[packs[pack]])
                start_ticks = _read_time(item.attrib.get("start", _time(0)))
                found.append(AdmObject(item.attrib["audioObjectName"], blocks, start_ticks))
    except (ET.ParseError, KeyError, ValueError) as error:
        raise MediaError(f"the ADM document cannot be read ({error})") from error
    return tuple(found)


def _document() -> tuple[ET.Element, ET.Element]:
    top = ET.Element("ebuCoreMain", {"xmlns": _NAMESPACE})
    extended = ET.SubElement(
        ET.SubElement(ET.SubElement(top, "coreMetadata"), "format"), "audioFormatExtended"
    )
    return top, extended


def _add_programme(
    extended: ET.Element, title: str, object_ids: Sequence[str], duration_ticks: int
) -> None:
    programme = ET.SubElement(
        extended,
        "audioProgramme",
        {
            "audioProgrammeID": f"APR_{_FIRST_ID:04x}",
            "audioProgrammeName": _clean(title) or "Foleystage",
            "start": _time(0),
            "end": _time(duration_ticks),
        },
    )
    content_id = f"ACO_{_FIRST_ID:04x}"
    _add(programme, "audioContentIDRef", content_id)
    content = ET.SubElement(
        extended,
        "audioContent",
        {"audioContentID": content_id, "audioContentName": "Foley"},
    )
    for object_id in object_ids:
        _add(content, "audioObjectIDRef", object_id)


def _add_object(
    extended: ET.Element,
    object_id: str,
    name: str,
    pack: str,
    uids: Sequence[ChannelUid],
    span_ticks: tuple[int, int],
) -> None:
    """An object, and when it is there: its start and duration."""
    item = ET.SubElement(
        extended,
        "audioObject",
        {
            "audioObjectID": object_id,
            "audioObjectName": _clean(name),
            "start": _time(span_ticks[0]),
            "duration": _time(span_ticks[1]),
        },
    )
    _add(item, "audioPackFormatIDRef", pack)
    for uid in uids:
        _add(item, "audioTrackUIDRef", uid.uid)


def _add_formats(
    extended: ET.Element, number: str, name: str, blocks: Sequence[MotionBlock]
) -> None:
    """Pack, channel, stream and track format of one object."""
    label = _clean(name)
    pcm = {"formatLabel": "0001", "formatDefinition": "PCM"}
    pack = _named(extended, "audioPackFormat", f"AP_{number}", label, _OBJECTS)
    _add(pack, "audioChannelFormatIDRef", f"AC_{number}")
    channel = _named(extended, "audioChannelFormat", f"AC_{number}", label, _OBJECTS)
    for index, block in enumerate(blocks):
        _add_block(channel, f"AB_{number}_{index + 1:08x}", block)
    stream = _named(extended, "audioStreamFormat", f"AS_{number}", f"PCM_{label}", pcm)
    _add(stream, "audioChannelFormatIDRef", f"AC_{number}")
    _add(stream, "audioTrackFormatIDRef", f"AT_{number}_01")
    track = _named(extended, "audioTrackFormat", f"AT_{number}_01", f"PCM_{label}", pcm)
    _add(track, "audioStreamFormatIDRef", f"AS_{number}")


def _add_block(channel: ET.Element, block_id: str, block: MotionBlock) -> None:
    times = {"rtime": _time(block.start_ticks), "duration": _time(block.duration_ticks)}
    item = ET.SubElement(channel, "audioBlockFormat", {"audioBlockFormatID": block_id, **times})
    for axis, value in (
        ("azimuth", block.azimuth_deg),
        ("elevation", block.elevation_deg),
        ("distance", 1.0),
    ):
        _add(item, "position", f"{value:.4f}").set("coordinate", axis)
    if block.width_deg > 0.0:
        _add(item, "width", f"{block.width_deg:.4f}")
        _add(item, "height", f"{block.height_deg:.4f}")


def _add_lfe_pack(extended: ET.Element) -> str:
    """A pack of the common LFE alone, which the common definitions have in layouts only. Its ID."""
    pack_id = f"AP_0001{_FIRST_ID:04x}"
    kind = {"typeLabel": "0001", "typeDefinition": "DirectSpeakers"}
    pack = _named(extended, "audioPackFormat", pack_id, _LFE_NAME, kind)
    _add(pack, "audioChannelFormatIDRef", f"AC_000100{_BED_CHANNELS['LFE']}")
    return pack_id


def _add_track_uid(extended: ET.Element, channel: ChannelUid, sample_rate_hz: int) -> None:
    item = ET.SubElement(
        extended,
        "audioTrackUID",
        {"UID": channel.uid, "sampleRate": str(sample_rate_hz), "bitDepth": _BIT_DEPTH},
    )
    _add(item, "audioTrackFormatIDRef", channel.track_format)
    _add(item, "audioPackFormatIDRef", channel.pack_format)


def _named(
    parent: ET.Element, tag: str, identity: str, name: str, attributes: dict[str, str]
) -> ET.Element:
    return ET.SubElement(parent, tag, {f"{tag}ID": identity, f"{tag}Name": name, **attributes})


def _add(parent: ET.Element, tag: str, text: str) -> ET.Element:
    element = ET.SubElement(parent, tag)
    element.text = text
    return element


def _clean(text: str) -> str:
    """What XML may hold: names come from users."""
    return "".join(c for c in text if c.isprintable() and not 0xD800 <= ord(c) <= 0xDFFF).strip()


def _time(ticks: int) -> str:
    seconds, rest = divmod(ticks, TICKS_PER_S)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}.{rest:05d}"


def _read_time(text: str) -> int:
    hours, minutes, seconds = text.split(":")
    return round((int(hours) * 3600 + int(minutes) * 60 + float(seconds)) * TICKS_PER_S)


def _read_block(block: ET.Element) -> MotionBlock:
    values = {
        item.attrib.get("coordinate", item.tag.rpartition("}")[2]): float(item.text or "")
        for item in block
    }
    return MotionBlock(
        _read_time(block.attrib["rtime"]),
        _read_time(block.attrib["duration"]),
        values["azimuth"],
        values["elevation"],
        values.get("width", 0.0),
        values.get("height", 0.0),
    )


def _text(item: ET.Element, tag: str) -> str:
    return (item.findtext(f"{{{_NAMESPACE}}}{tag}") or "").strip()
