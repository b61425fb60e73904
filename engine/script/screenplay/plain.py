"""Plain text: headings where lines begin as headings do, else one scene of prose."""

from __future__ import annotations

import re

from engine.script.screenplay.scenes import SceneBuilder, Screenplay, is_heading

_NAME = re.compile(r"^[A-Z][A-Z .'-]{1,30}(?: \(.*\))?$")


def read_plain(text: str) -> Screenplay:
    """The screenplay in a text: paragraphs of action, and of speech under a name in capitals."""
    scenes = SceneBuilder()
    number = 1
    for block in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n").replace("\r", "\n")):
        lines = block.split("\n")
        _block([(number + i, line.strip()) for i, line in enumerate(lines) if line.strip()], scenes)
        number += len(lines) + 1
    return scenes.screenplay()


def _block(lines: list[tuple[int, str]], scenes: SceneBuilder) -> None:
    while lines and is_heading(lines[0][1]):
        scenes.heading(lines.pop(0)[1])
    if not lines:
        return
    if len(lines) > 1 and _NAME.match(lines[0][1]):
        for number, line in lines[1:]:
            if not (line.startswith("(") and line.endswith(")")):
                scenes.line("speech", line, number)
        return
    parts: list[str] = []
    first = lines[0][0]
    for number, line in lines:
        if is_heading(line):
            scenes.line("action", " ".join(parts), first)
            scenes.heading(line)
            parts, first = [], number + 1
        else:
            parts.append(line)
    scenes.line("action", " ".join(parts), first)
