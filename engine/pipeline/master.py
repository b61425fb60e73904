"""The master fader and the formats' trims, set to where the mix has its loudness.

Sounds are made at levels that belong to them, which leaves a mix 10 to 45 dB under -23 LUFS. The
scene is rendered for two ears and for loudspeakers, and measured and gained as for delivery
(`engine.deliver.gain`). The gain for two ears is the session's master; by how much loudspeakers
need another is their trim. So what is heard is what is delivered, in every format. Of a long film
passages stand for the whole (`engine.pipeline.passages`); delivery measures all of it.
"""

from __future__ import annotations

from msgspec import structs

from engine.deliver.gain import plan_gain
from engine.deliver.rendering import heard_gains, render_to_files
from engine.deliver.staging import staging_folder
from engine.jobs import Progress, silent_progress
from engine.layouts import FORMATS
from engine.pipeline.passages import Outline, Passages, passages_of
from engine.project.edits import ApplyFormatTrims, ApplyMasterGain
from engine.project.format_trims import MEASURED
from engine.project.limits import LOUDEST_MASTER_DB, MOST_TRIM_DB, QUIETEST_DB
from engine.project.model import Project, Strip
from engine.project.store import MediaFolder
from engine.render.compiler import compile_project, hrirs_of

HEARD_IN = "binaural"
_SAMPLE_BYTES = 4
_NO_TRIMS = dict.fromkeys(MEASURED, 0.0)

Levels = tuple[ApplyMasterGain, ApplyFormatTrims]


def level_mix(
    project: Project,
    media: MediaFolder,
    progress: Progress = silent_progress,
    outline: Outline | None = None,
) -> Levels:
    """The edits that set the master and the trims; what a hand has set they keep. Silence: 0 dB.

    Parameters
    ----------
    project : Project
        With its takes and clips.
    outline : Outline, optional
        How loud the film is expected to be; without it a long film is measured whole.

    Raises
    ------
    DeliveryError
        If the disk is full.
    CancelledError
        From `progress`.
    """
    scene = structs.replace(project.scene, format_trims=())
    plain = structs.replace(project, master=Strip(), scene=scene)
    hrirs = hrirs_of(plain, [])
    formats = (HEARD_IN, *MEASURED)
    snapshot = compile_project(plain, media.audio_path, formats, hrirs)
    if snapshot.length_samples == 0:
        return ApplyMasterGain(gain_db=0.0), ApplyFormatTrims(gains_db=_NO_TRIMS)
    passages = None
    if outline is not None:
        passages = passages_of(outline, snapshot.length_samples, snapshot.sample_rate_hz)
    spans = None if passages is None else passages.spans
    samples = snapshot.length_samples if spans is None else sum(count for _, count in spans)
    needed_bytes = samples * sum(FORMATS[name] for name in formats) * _SAMPLE_BYTES
    gains = heard_gains(hrirs, scene, formats)
    with staging_folder(media.path, needed_bytes) as folder:
        rendered = render_to_files(snapshot, folder, progress, gains=gains, spans=spans)
        gain_db = {
            name: plan_gain(
                rendered[name],
                scene.target_lufs - _whole_louder_lu(passages, name),
                scene.true_peak_limit_dbtp,
                progress,
            ).gain_db
            for name in formats
        }
    master_db = _within(gain_db[HEARD_IN], QUIETEST_DB, LOUDEST_MASTER_DB)
    trims_db = {
        name: _within(gain_db[name] - master_db, -MOST_TRIM_DB, MOST_TRIM_DB) for name in MEASURED
    }
    return ApplyMasterGain(gain_db=master_db), ApplyFormatTrims(gains_db=trims_db)


def _whole_louder_lu(passages: Passages | None, name: str) -> float:
    """By how much the film is expected to be louder than its passages, in a format."""
    return 0.0 if passages is None else passages.whole_louder_lu[name == HEARD_IN]


def _within(gain_db: float, lowest_db: float, highest_db: float) -> float:
    return min(max(round(gain_db, 1), lowest_db), highest_db)
