"""Edits: every verb of the application as a small, serialisable, validated value."""

from __future__ import annotations

from typing import get_args

import msgspec

from engine.errors import ProjectError
from engine.project.coding import encode_value
from engine.project.edits.analysis import ApplyAnalysis, ApplyScript, ApplyTakes
from engine.project.edits.bars import SetBars
from engine.project.edits.base import EditBase
from engine.project.edits.clip_groups import CrossFadeClips, GroupClips, SetClipTake
from engine.project.edits.clips import (
    AddClip,
    AddTake,
    DeleteClip,
    DuplicateClip,
    MoveClip,
    MoveClipToTrack,
    MuteClip,
    SetClipFades,
    SetClipGain,
    SetFadeCurve,
    SplitClip,
    TrimClip,
)
from engine.project.edits.comp import CompClip, Part
from engine.project.edits.events import (
    AddContact,
    DeleteContact,
    DeleteEvent,
    MoveContact,
    SetEvent,
)
from engine.project.edits.focus import ApplyFocus, HeardMover
from engine.project.edits.format_trims import (
    ApplyFormatTrims,
    ReturnFormatTrim,
    SetFormatTrim,
)
from engine.project.edits.group import Edit, EditGroup
from engine.project.edits.identity import MergeTracks, SplitTrack
from engine.project.edits.markers import (
    AddMarker,
    DeleteMarker,
    MoveMarker,
    RenameMarker,
    ResizeRegion,
)
from engine.project.edits.mix import (
    ApplyMasterGain,
    MuteTrack,
    ReturnMasterGain,
    SetGainCurve,
    SetLfeSend,
    SetMasterGain,
    SetRoomSend,
    SetTrackEq,
    SetTrackGain,
    SoloTrack,
)
from engine.project.edits.path_keeping import LockPath, RevertPath, SetPathCurve
from engine.project.edits.propagation import (
    SetAir,
    SetDoppler,
    SetOcclusion,
    SetStereo,
    SetWidth,
)
from engine.project.edits.ripple import RippleTime
from engine.project.edits.scene import SetScene, SetTitle, SetVideo, TurnScene
from engine.project.edits.scenes import MarkScenes
from engine.project.edits.script_tree import SetScriptTree
from engine.project.edits.spatialiser import ChooseSpatialiser
from engine.project.edits.takes import DeleteTake, LockTake
from engine.project.edits.tangents import SetTangent
from engine.project.edits.time_spans import CropClips, DeleteTime, InsertTime
from engine.project.edits.tracks import (
    AddTrack,
    DeleteTrack,
    RenameTrack,
    ReorderTrack,
    SetTrackBoxes,
    SetTrackColour,
    SetTrackLabel,
)
from engine.project.edits.trajectory import (
    AddKeyframe,
    BendTrajectory,
    DeleteKeyframe,
    DrawTrajectory,
    MoveKeyframe,
    ReplaceTrajectory,
)
from engine.project.edits.versions import TakeUpVersion

ALL_EDITS: tuple[type[EditBase], ...] = get_args(Edit)
"""Every edit's class."""

_DECODER: msgspec.json.Decoder[Edit] = msgspec.json.Decoder(Edit)


def encode_edit(edit: Edit) -> bytes:
    """One line of JSON.

    Raises
    ------
    ProjectError
        If the edit holds something that cannot be stored.
    """
    return encode_value(edit)


def decode_edit(data: bytes) -> Edit:
    """The edit that `encode_edit` wrote.

    Raises
    ------
    ProjectError
        Naming the field, for anything that is not an edit.
    """
    try:
        return _DECODER.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProjectError(f"this is not an edit: {error}") from error


__all__ = [
    "ALL_EDITS",
    "AddClip",
    "AddContact",
    "AddKeyframe",
    "AddMarker",
    "AddTake",
    "AddTrack",
    "ApplyAnalysis",
    "ApplyFocus",
    "ApplyFormatTrims",
    "ApplyMasterGain",
    "ApplyScript",
    "ApplyTakes",
    "BendTrajectory",
    "ChooseSpatialiser",
    "CompClip",
    "CropClips",
    "CrossFadeClips",
    "DeleteClip",
    "DeleteContact",
    "DeleteEvent",
    "DeleteKeyframe",
    "DeleteMarker",
    "DeleteTake",
    "DeleteTime",
    "DeleteTrack",
    "DrawTrajectory",
    "DuplicateClip",
    "Edit",
    "EditBase",
    "EditGroup",
    "GroupClips",
    "HeardMover",
    "InsertTime",
    "LockPath",
    "LockTake",
    "MarkScenes",
    "MergeTracks",
    "MoveClip",
    "MoveClipToTrack",
    "MoveContact",
    "MoveKeyframe",
    "MoveMarker",
    "MuteClip",
    "MuteTrack",
    "Part",
    "RenameMarker",
    "RenameTrack",
    "ReorderTrack",
    "ReplaceTrajectory",
    "ResizeRegion",
    "ReturnFormatTrim",
    "ReturnMasterGain",
    "RevertPath",
    "RippleTime",
    "SetAir",
    "SetBars",
    "SetClipFades",
    "SetClipGain",
    "SetClipTake",
    "SetDoppler",
    "SetEvent",
    "SetFadeCurve",
    "SetFormatTrim",
    "SetGainCurve",
    "SetLfeSend",
    "SetMasterGain",
    "SetOcclusion",
    "SetPathCurve",
    "SetRoomSend",
    "SetScene",
    "SetScriptTree",
    "SetStereo",
    "SetTangent",
    "SetTitle",
    "SetTrackBoxes",
    "SetTrackColour",
    "SetTrackEq",
    "SetTrackGain",
    "SetTrackLabel",
    "SetVideo",
    "SetWidth",
    "SoloTrack",
    "SplitClip",
    "SplitTrack",
    "TakeUpVersion",
    "TrimClip",
    "TurnScene",
    "decode_edit",
    "encode_edit",
]
