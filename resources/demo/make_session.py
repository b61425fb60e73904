"""Makes the demo's session again: ``python -m resources.demo.make_session``.

The window's own analysis of the clip, as it is without a choice; its sounds are left out, since
they are made again from their recipes, to the bit, when the session is opened.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from msgspec import structs

from engine.media.probe import probe_video
from engine.pipeline.produce import analyse_and_compose
from engine.pipeline.settings import RunSettings
from engine.project.model import Project
from engine.project.project_file import encode_project_file
from engine.project.store import Bundle

FOLDER = Path(__file__).parent
SESSION = FOLDER / "session.foley"


def made(folder: Path) -> Project:
    """The demo's session, with its files in a bundle at `folder`."""
    video = probe_video(FOLDER / "demo.mp4")
    project = Project(title="demo", video=video)
    with Bundle.create(folder, project) as bundle:
        edit = analyse_and_compose(Path(video.path), project, bundle.path, RunSettings())
        project = edit.apply(project)
        assert project.video is not None
        place = structs.replace(project.video, path="demo.mp4")
        return structs.replace(project, video=place)


def main() -> None:
    """Write the session beside the clip."""
    with tempfile.TemporaryDirectory() as home:
        made_in = Path(home) / "demo.foley"
        project = made(made_in)
        shutil.rmtree(SESSION, ignore_errors=True)
        shutil.copytree(made_in / "arrays", SESSION / "arrays")
        (SESSION / "project.json").write_bytes(encode_project_file(project, 1))


if __name__ == "__main__":
    main()
