"""The writers of one delivery: each makes a finished, described file of what was rendered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.deliver import ambix
from engine.deliver.adm import AdmBed, AdmObject, describe_scene
from engine.deliver.adm_motion import TICKS_PER_S, motion_blocks
from engine.deliver.bw64 import write_bw64
from engine.deliver.encoder_trim import EncoderTrim, ExcessMeter
from engine.deliver.gain import (
    TOLERANCE_LU,
    GainPlan,
    apply_plan,
    plan_gain,
    plan_scene_gain,
)
from engine.deliver.heard_path import HeardPath
from engine.deliver.lanes import ObjectLane, lane_count
from engine.deliver.loudness import Loudness, LoudnessMeter
from engine.deliver.mux import Container, write_video
from engine.deliver.rendering import MIXES, Rendered, peak_dbfs
from engine.deliver.report import Deliverable, finite_or_none, sha256_of
from engine.deliver.scene_channels import OBJECTS, SceneChannels, track_names
from engine.deliver.space import MIX
from engine.deliver.stems import Stem, coherent_gain_db, stem_blocks
from engine.deliver.surround import write_mix
from engine.jobs import Progress
from engine.layouts import SURROUND_51
from engine.media.audio_file import AudioWriter, read_audio_blocks
from engine.project.format_trims import trim_db
from engine.project.model import Project, Video
from engine.realtime.snapshot import Snapshot
from engine.units import db_to_gain

Samples = NDArray[np.float32]
SCENE_CEILING_DBTP = -1.0
"""Of ambisonics and objects; a stricter limit of the scene goes before."""
_ENCODER_ATTEMPTS = 5
"""Each encodes the whole film again."""


class DeliveryJob:
    """Writes into a staging folder, under the given name of each format.

    Attributes
    ----------
    files : list of Deliverable
    staged : dict
        Finished file to its path below the output folder.
    """

    def __init__(
        self,
        project: Project,
        snapshot: Snapshot,
        rendered: dict[str, Rendered],
        staging: Path,
        names: Mapping[str, str],
        progress: Progress,
    ) -> None:
        self.files: list[Deliverable] = []
        self.staged: dict[Path, Path] = {}
        self._project = project
        self._snapshot = snapshot
        self._rendered = rendered
        self._folder = staging
        self._names = names
        self._progress = progress
        self._rate_hz = snapshot.sample_rate_hz
        self._plans: dict[str, GainPlan] = {}

    def write_mix(self, name: str, *, film_order: bool = False) -> None:
        """Binaural or loudspeakers at the loudness target."""
        plan = self._plan(name)
        path = self._folder / self._names[name]
        blocks = self._told(path.name, apply_plan(self._rendered[name], plan))
        write_mix(path, blocks, name, self._rate_hz, film_order=film_order)
        self._describe(name, path, self._names[name], self._rendered[name].samples.channels, plan)

    def write_ambix(self, name: str) -> None:
        """Ambisonics of any order, as loud as the 5.1 mix."""
        source = self._rendered[name]
        plan = self._scene_plan(source)
        path = self._folder / self._names[name]
        blocks = self._told(path.name, apply_plan(source, plan))
        ambix.write_ambix(path, blocks, name, self._rate_hz)
        self._describe(name, path, self._names[name], source.samples.channels, plan)

    def write_adm(self, scene: SceneChannels) -> None:
        """BW64 with an object a track, beds, an LFE and a field, as loud as the 5.1 mix."""
        objects, lanes = scene.objects, lane_count(scene.objects)
        heard = self._rendered[OBJECTS]
        plan = self._scene_plan(heard)
        names = track_names([track.name for track in self._project.tracks], scene)
        beds = [AdmBed(name, bed.layout) for name, bed in zip(names, scene.beds, strict=True)]
        metadata = describe_scene(
            self._project.title,
            [self._adm_object(item) for item in objects],
            scene.field_order,
            self._ticks(self._snapshot.length_samples),
            self._rate_hz,
            [item.lane for item in objects],
            beds,
            lfe=scene.sends_lfe,
        )
        if lanes < len(objects):
            note = f"{len(objects)} objects take turns in {lanes} channels"
            plan = replace(plan, notes=(*plan.notes, note))
        path = self._folder / self._names["adm"]
        write_bw64(path, self._told(path.name, apply_plan(heard, plan)), self._rate_hz, metadata)
        self._describe("adm", path, self._names["adm"], heard.samples.channels, plan)

    def _adm_object(self, item: ObjectLane) -> AdmObject:
        source = self._snapshot.sources[item.source]
        path = HeardPath(self._snapshot, item.source)
        start, end = self._ticks(item.start_sample), self._ticks(item.end_sample)
        curve = source.width_deg
        width_at = None if curve is None else lambda times_s: curve.at(times_s * self._rate_hz)
        scene = self._snapshot
        blocks = motion_blocks(
            path, end - start, start, scene.rotation, width_at, law=scene.distance
        )
        return AdmObject(self._object_name(item.source), blocks, start)

    def _object_name(self, source: int) -> str:
        """Its track's name, and the side where it is one of a pair."""
        name = self._project.tracks[self._snapshot.sources[source].strip].name
        for bundle in self._snapshot.bundles:
            if bundle.kind == "pair" and source in bundle.sources:
                return f"{name} {'LR'[source - bundle.first]}"
        return name

    def _ticks(self, samples: int) -> int:
        return samples * TICKS_PER_S // self._rate_hz

    def let_go_after(self, name: str) -> None:
        """Give back the disk space of a render that has become its file (the mix is kept)."""
        rendered = OBJECTS if name == "adm" else name
        if rendered != MIX and rendered in self._rendered:
            self._rendered[rendered].samples.path.unlink(missing_ok=True)

    def write_stems(self, stems: Sequence[Stem]) -> None:
        """A dry file a track; one gain for all keeps their balance."""
        length = self._snapshot.length_samples
        peaks = [
            max(
                float(np.abs(block).max())
                for block in stem_blocks(stem, length, self._rate_hz, self._progress)
            )
            for stem in stems
        ]
        loudest = peak_dbfs(max(peaks, default=0.0))
        trim = trim_db(self._project.scene, "5.1")
        gain_db, notes = coherent_gain_db(self._plan("5.1").gain_db + trim, loudest)
        gain = np.float32(db_to_gain(gain_db))
        (self._folder / self._names["stems"]).mkdir()
        for stem, peak in zip(stems, peaks, strict=True):
            relative = f"{self._names['stems']}/{stem.file_name}"
            path = self._folder / relative
            with AudioWriter(path, stem.rows, self._rate_hz, wave_mask=stem.wave_mask) as writer:
                for block in stem_blocks(stem, length, self._rate_hz, self._progress):
                    writer.write(block * gain)
            level = peak_dbfs(peak) + gain_db
            self._describe_stem(stem, path, relative, gain_db - trim, level, (*stem.notes, *notes))

    def write_video(self, video: Video, container: Container) -> None:
        """The picture with the 5.1 mix; what a lossy encoder changes is measured and made good."""
        base = plan = self._plan("5.1")
        target_lufs, trim = self._project.scene.target_lufs, EncoderTrim()
        name = Path(self._names["video"]).with_suffix(container.suffix).name
        path = self._folder / name
        for attempt in range(_ENCODER_ATTEMPTS):
            blocks = trim.applied(apply_plan(self._rendered["5.1"], plan), self._rate_hz)
            write_video(path, Path(video.path), video.first_time_s, container, blocks,
                        self._rate_hz, self._progress)  # fmt: skip
            if not container.lossy:
                break
            decoded, excess_db = self._decoded(path, base.ceiling_dbtp)
            lost_lu = base.after.integrated_lufs - decoded.integrated_lufs
            is_soft = abs(lost_lu) > 2 * TOLERANCE_LU  # (NaN for silence is not)
            done = not excess_db.any() and not is_soft
            if done or attempt == _ENCODER_ATTEMPTS - 1:
                plan = replace(plan, after=decoded)
                break
            trim.lower(excess_db)
            if is_soft:
                target_lufs += lost_lu
                plan = self._planned("5.1", target_lufs, base.ceiling_dbtp)
        codec = container.sound_codec.split("_")[0].upper()
        notes = (*base.notes, f"{codec} sound in {container.suffix}")
        described = replace(plan, before=base.before, notes=notes)
        self._describe("video", path, name, SURROUND_51.channels, described)

    def _plan(self, name: str) -> GainPlan:
        if name not in self._plans:
            self._plans[name] = self._planned(
                name,
                self._project.scene.target_lufs,
                self._project.scene.true_peak_limit_dbtp,
            )
        return self._plans[name]

    def _planned(self, name: str, target_lufs: float, ceiling_dbtp: float) -> GainPlan:
        return plan_gain(self._rendered[name], target_lufs, ceiling_dbtp, self._progress)

    def _scene_plan(self, source: Rendered) -> GainPlan:
        ceiling_dbtp = min(SCENE_CEILING_DBTP, self._project.scene.true_peak_limit_dbtp)
        return plan_scene_gain(source, self._plan("5.1"), ceiling_dbtp, self._progress)

    def _decoded(self, path: Path, ceiling_dbtp: float) -> tuple[Loudness, NDArray[np.float64]]:
        """What a lossy file's sound measures, and where it passes the ceiling."""
        meter: LoudnessMeter | None = None
        for block, rate_hz in read_audio_blocks(path):
            if meter is None:
                meter = LoudnessMeter(block.shape[0], rate_hz)
                excess = ExcessMeter(block.shape[0], rate_hz, ceiling_dbtp)
            meter.add(block)
            excess.add(block)
            self._progress("checking the video's sound", 0.5)
        assert meter is not None
        return meter.result(), excess.excess_db()

    def _told(self, name: str, blocks: Iterable[Samples]) -> Iterator[Samples]:
        length, done = self._snapshot.length_samples, 0
        for block in blocks:
            self._progress(f"writing {name}", done / length)
            done += block.shape[1]
            yield block

    def _describe(
        self, name: str, path: Path, relative: str, channels: int, plan: GainPlan
    ) -> None:
        """What a plan made of a mix or a scene; a scene's loudness is its player's."""
        before, after = plan.before.integrated_lufs, plan.after.integrated_lufs
        is_mix = name in (*MIXES, "video")
        described = Deliverable(
            format=name,
            path=relative,
            channels=channels,
            sample_rate_hz=self._rate_hz,
            duration_s=self._snapshot.length_samples / self._rate_hz,
            integrated_lufs_before=finite_or_none(before) if is_mix else None,
            integrated_lufs=finite_or_none(after) if is_mix else None,
            true_peak_dbtp=finite_or_none(plan.after.true_peak_dbtp),
            gain_db=round(plan.gain_db, 3),
            limiter_reduction_db=round(plan.reduction_db, 3),
            sha256=sha256_of(path),
            notes=plan.all_notes,
        )
        self._add(path, described)

    def _describe_stem(
        self, stem: Stem, path: Path, relative: str, gain_db: float, peak_dbfs: float,
        notes: tuple[str, ...],
    ) -> None:  # fmt: skip
        described = Deliverable(
            format="stems",
            path=relative,
            channels=stem.rows,
            sample_rate_hz=self._rate_hz,
            duration_s=self._snapshot.length_samples / self._rate_hz,
            true_peak_dbtp=finite_or_none(peak_dbfs),
            gain_db=round(gain_db, 3),
            sha256=sha256_of(path),
            notes=notes,
        )
        self._add(path, described)

    def _add(self, path: Path, described: Deliverable) -> None:
        self.files.append(described)
        self.staged[path] = Path(described.path)
