"""Several edits as one step, and the union of all edits."""

from __future__ import annotations

from typing import TypeAlias, Union

from engine.errors import ProjectError
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
from engine.project.edits.comp import CompClip
from engine.project.edits.events import (
    AddContact,
    DeleteContact,
    DeleteEvent,
    MoveContact,
    SetEvent,
)
from engine.project.edits.focus import ApplyFocus
from engine.project.edits.format_trims import (
    ApplyFormatTrims,
    ReturnFormatTrim,
    SetFormatTrim,
)
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
from engine.project.model import Project


class EditGroup(EditBase, frozen=True, kw_only=True, tag="group"):
    """Edits applied one after the other, as one history step: all of them or none."""

    name: str
    edits: tuple[Edit, ...]

    @property
    def label(self) -> str:
        return self.name

    @property
    def coalesce_key(self) -> str | None:
        keys = [edit.coalesce_key for edit in self.edits]
        if not keys or None in keys:
            return None
        return f"group:{self.name}:{'|'.join(str(key) for key in keys)}"

    def apply(self, project: Project) -> Project:
        if not self.edits:
            raise ProjectError(f"the group '{self.name}' holds no edit")
        for edit in self.edits:
            project = edit.apply(project)
        return project


Edit: TypeAlias = Union[  # noqa: UP007 (msgspec reads it at run time, one family a line)
    MoveClip | MoveClipToTrack | TrimClip | SplitClip | DeleteClip | SetClipGain | SetClipFades,
    SetFadeCurve | MuteClip | AddClip | AddTake | DuplicateClip,
    DeleteTime | InsertTime | CropClips | RippleTime,
    GroupClips | CrossFadeClips | SetClipTake | CompClip | LockTake | DeleteTake,
    AddTrack | DeleteTrack | RenameTrack | SetTrackColour | SetTrackLabel | ReorderTrack,
    MergeTracks | SplitTrack | SetTrackBoxes,
    SetDoppler | SetAir | SetOcclusion | SetWidth | SetStereo | ChooseSpatialiser,
    SetTrackEq | SetRoomSend | SetLfeSend | SetTrackGain | SetGainCurve | MuteTrack | SoloTrack,
    SetMasterGain | ReturnMasterGain | SetFormatTrim | ReturnFormatTrim | TurnScene,
    MoveKeyframe | AddKeyframe | DeleteKeyframe | BendTrajectory | ReplaceTrajectory,
    DrawTrajectory | LockPath | RevertPath | SetPathCurve | SetTangent,
    SetEvent | DeleteEvent | AddContact | MoveContact | DeleteContact,
    AddMarker | MoveMarker | ResizeRegion | RenameMarker | DeleteMarker | MarkScenes,
    SetScene | SetTitle | SetBars | SetVideo | TakeUpVersion,
    ApplyAnalysis | ApplyScript | SetScriptTree | ApplyTakes | ApplyFocus | ApplyMasterGain,
    ApplyFormatTrims | EditGroup,
]
"""Every verb there is."""
