"""`foleystage binauralise VIDEO|AUDIO|PROJECT [--video VIDEO] --model NAME [-o OUT.wav]`."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.cli.options import add_features, output_path
from engine.cli.outputs import whole_file
from engine.cli.progress import TerminalProgress

if TYPE_CHECKING:
    from engine.jobs import Progress
    from engine.project.media_folder import MediaFolder
    from engine.project.model import Project

log = logging.getLogger("foleystage")


def add_parser(subparsers: Any) -> None:
    """Add the `binauralise` command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "binauralise",
        help="make production sound binaural by what the picture shows",
        description="Make existing mono or stereo production sound binaural with a learned "
        "spatialiser, which listens to the sound and looks at the picture. Any length. Of a "
        "session its film's sound, which becomes a take for two ears on a track of its own.",
    )
    parser.add_argument(
        "sound",
        type=Path,
        metavar="VIDEO|AUDIO|PROJECT",
        help="what to make binaural; a scene.foley session gets it as a take",
    )
    parser.add_argument(
        "--video", type=Path, metavar="VIDEO", help="where it is seen (default: the same file)"
    )
    parser.add_argument(
        "--track",
        metavar="NAME",
        help="of a session: make two ears of this track (name or id), which are heard in place of "
        "HRIRs, with --model foleyspace; or go back to HRIRs, with --model measured",
    )
    _add_model(parser)
    add_features(parser)
    parser.add_argument(
        "-o",
        "--out",
        type=output_path,
        metavar="OUT.wav",
        help="the file to write; needed for all but a session",
    )
    parser.set_defaults(refuse=parser.error)


def _add_model(parser: argparse.ArgumentParser) -> None:
    """What makes it binaural."""
    parser.add_argument(
        "--model",
        default="pseudobinaural",
        metavar="NAME",
        help="the spatialiser (default: %(default)s)",
    )
    parser.add_argument(
        "--weights",
        metavar="FILE",
        help="what it has learned: a file, or a name of `foleystage models list` "
        "(default: those that are here)",
    )


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Make it binaural and say what was done."""
    if args.sound.is_dir():
        return _into_session(args)
    if args.track is not None:
        args.refuse("--track is of a session: give a scene.foley folder")
    if args.out is None:
        args.refuse("it is not said where to write to: give -o OUT.wav")
    return _into_file(args)


def _into_session(args: argparse.Namespace) -> dict[str, Any]:
    """A take of the session: its film's sound, or two ears of a track."""
    from engine.project.store import Bundle

    if args.out is not None or args.video is not None:
        args.refuse("a session keeps the take itself, and has its film: leave out -o and --video")
    progress = TerminalProgress()
    bundle, project, recovery = Bundle.open(args.sound)
    try:
        with bundle:
            for note in recovery.notes if recovery else ():
                log.warning("%s: %s", args.sound, note)
            if args.track is not None:
                project, facts = _ears_of_track(args, project, bundle.media, progress)
            else:
                project, facts = _production_sound(args, project, bundle.media, progress)
            bundle.save(project)
    finally:
        progress.close()
    return {"project": str(args.sound), "model": args.model, **facts}


def _production_sound(
    args: argparse.Namespace, project: Project, media: MediaFolder, progress: Progress
) -> tuple[Project, dict[str, Any]]:
    from engine.pipeline.production_sound import spatialise_production_sound

    edit = spatialise_production_sound(project, media, args.model, args.weights, progress)
    project = edit.apply(project)
    take, track = project.takes[-1], project.tracks[-1]
    log.info("%s: a take for two ears, %.2f s, by %s", track.name, take.duration_s, args.model)
    return project, {"track": track.id, "take": take.id, "seconds": take.duration_s}


def _ears_of_track(
    args: argparse.Namespace, project: Project, media: MediaFolder, progress: Progress
) -> tuple[Project, dict[str, Any]]:
    from engine.models.names import MOVING_SPATIALISERS
    from engine.project.edits import ChooseSpatialiser
    from engine.project.learned_ears import NOTE

    choices = ("measured", *MOVING_SPATIALISERS)
    if args.model not in choices:
        args.refuse(f"with --track, --model is one of {', '.join(choices)}")
    found = [track.id for track in project.tracks if args.track in (track.id, track.name)]
    track_id = found[0] if found else args.track
    if args.model == "measured":
        project = ChooseSpatialiser(track_id=track_id, spatialiser="measured").apply(project)
    else:
        from engine.pipeline.learned_ears import make_learned_ears

        edit = make_learned_ears(project, media, track_id, args.weights, progress)
        project = edit.apply(project)
    track = project.track(track_id)
    by = "measured" if track.spatialiser == "measured" else f"made by {track.spatialiser}"
    log.info("%s: two ears of it are %s", track.name, by)
    take = None if track.ears_take is None else project.take(track.ears_take)
    if take is not None and take.recipe is not None and NOTE in take.recipe.parameters:
        log.warning("note        %s", take.recipe.parameters[NOTE])
    told = {"track": track.id, "spatialiser": track.spatialiser, "take": track.ears_take}
    return project, told


def _into_file(args: argparse.Namespace) -> dict[str, Any]:
    """A file of its own."""
    import msgspec

    from engine.models.binauralise import binauralise
    from engine.models.names import load_spatialiser

    features = tuple(args.features) if args.features else None
    spatialiser, weights = load_spatialiser(args.model, args.weights, features)
    video = args.video or args.sound
    log.info("spatialised by %s, with %s", args.model, weights.name)
    with whole_file(args.out, ".wav", (args.sound, args.video, args.weights)) as staged:
        progress = TerminalProgress()
        try:
            spatialiser = spatialiser.beside(video, progress)
            done = binauralise(
                args.sound,
                video,
                spatialiser.config.sample_rate_hz,
                spatialiser.difference,
                staged,
                progress,
            )
        finally:
            progress.close()
    if done.input_channels > 1:
        log.info("note        %d channels were mixed to mono", done.input_channels)
    if done.difference_db is None:
        log.warning("note        both ears are alike: the sound is silent")
    log.info("written to  %s", args.out)
    facts = dict(msgspec.to_builtins(done))
    return {"out": str(args.out), "model": args.model, "weights": str(weights), **facts}
