"""Which recordings sound in a session, whose they are, and under which licence."""

from __future__ import annotations

from typing import Any

from engine.project.model import Project


def credits_of(project: Project) -> list[dict[str, Any]]:
    """One entry a recording that any clip sounds, muted or not, in order of their paths.

    Returns
    -------
    list of dict
        `path`, `sha256`, `licence`, `source` ('unknown' where nothing tells), and the `events` it
        sounds for, by id.
    """
    found: dict[str, dict[str, Any]] = {}
    for take_id in dict.fromkeys(clip.take_id for clip in project.clips):
        take = project.take(take_id)
        told = take.recipe.parameters if take.recipe else {}
        columns = [str(told.get(key, "")).split("\n") for key in _COLUMNS]
        if not columns[0][0]:
            continue
        for path, content, licence, source in zip(*columns, strict=False):
            entry = found.setdefault(
                path,
                {"path": path, "sha256": content, "licence": licence, "source": source,
                 "events": []},
            )  # fmt: skip
            if take.event_id and take.event_id not in entry["events"]:
                entry["events"].append(take.event_id)
    return [found[path] for path in sorted(found)]


_COLUMNS = ("recordings", "sha256", "licences", "sources")
