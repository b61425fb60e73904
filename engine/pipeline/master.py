"""The master fader, set to where the mix has its loudness: what is heard is what is delivered.

Sounds are made at levels that belong to them, which leaves a mix 10 to 45 dB under -23 LUFS. The
scene is rendered for two ears and measured and gained as for delivery (`engine.deliver.gain`); the
gain is the session's own, so that monitoring has it, too, and delivery has next to nothing to add.
"""

from __future__ import annotations

from msgspec import structs

from engine.deliver.gain import plan_gain
from engine.deliver.rendering import heard_gains, render_to_files
from engine.deliver.staging import staging_folder
from engine.jobs import Progress, silent_progress
from engine.project.checks import LOUDEST_MASTER_DB, QUIETEST_DB
from engine.project.edits import ApplyMasterGain
from engine.project.edits.mix import may_set_master
from engine.project.model import Project, Strip
from engine.project.store import MediaFolder
from engine.render.compiler import compile_project, hrirs_of

HEARD_IN = "binaural"
_CHANNELS, _SAMPLE_BYTES = 2, 4


def level_master(
    project: Project, media: MediaFolder, progress: Progress = silent_progress
) -> ApplyMasterGain:
    """The edit that sets the master; it keeps what a hand has set, and is 0 dB for silence.

    Parameters
    ----------
    project : Project
        With its takes and clips.

    Raises
    ------
    DeliveryError
        If the disk is full.
    CancelledError
        From `progress`.
    """
    if not may_set_master(project):
        return ApplyMasterGain(gain_db=project.master.gain_db)
    plain = structs.replace(project, master=Strip())
    hrirs = hrirs_of(plain, [])
    snapshot = compile_project(plain, media.audio_path, (HEARD_IN,), hrirs)
    if snapshot.length_samples == 0:
        return ApplyMasterGain(gain_db=0.0)
    scene = project.scene
    needed_bytes = snapshot.length_samples * _CHANNELS * _SAMPLE_BYTES
    with staging_folder(media.path, needed_bytes) as folder:
        rendered = render_to_files(snapshot, folder, progress, gains=heard_gains(hrirs))
        plan = plan_gain(
            rendered[HEARD_IN], scene.target_lufs, scene.true_peak_limit_dbtp, progress
        )
    gain_db = min(max(round(plan.gain_db, 1), QUIETEST_DB), LOUDEST_MASTER_DB)
    return ApplyMasterGain(gain_db=gain_db)
