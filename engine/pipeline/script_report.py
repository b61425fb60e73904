"""The part of `report.json` about the script: what was described, verified and thought of."""

from __future__ import annotations

from typing import Any

import msgspec

from engine.project.model import Project
from engine.script.scribe.lines import lines_of_events
from engine.script.scribe.observe import describe
from engine.script.scribe.validate import validate


def script_report(project: Project) -> dict[str, Any]:
    """The description shot by shot, what the validator says of the events, and the tree."""
    description = describe(project)
    free = [t.id for t in project.tracks if t.kind == "ambience" or t.off_screen]
    found = validate(description, lines_of_events(project.events), free)
    tree = project.script_tree
    return {
        "mind": tree.mind if tree else "given",
        "scribe": tree.scribe if tree else "",
        "objections": [finding.text for finding in found],
        "shots": msgspec.to_builtins(description.shots),
        "off_screen": [track.name for track in project.tracks if track.off_screen],
        "chosen": tree.chosen if tree else None,
        "stop": tree.stop if tree else "",
        "branches": msgspec.to_builtins(tree.nodes) if tree else [],
    }
