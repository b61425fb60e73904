"""Final Draft's FDX, an XML format, read without following anything in it.

A file that declares a document type or entities is refused: screenplays need neither, attacks do.
"""

from __future__ import annotations

from xml.parsers import expat

from engine.errors import ScriptError
from engine.script.screenplay.scenes import LineKind, SceneBuilder, Screenplay

_KINDS: dict[str, LineKind] = {
    "action": "action",
    "shot": "action",
    "general": "action",
    "dialogue": "speech",
    "lyrics": "speech",
}
_DEEPEST = 64


def read_fdx(data: bytes, place: str) -> Screenplay:
    """The screenplay in the bytes of an FDX file.

    Raises
    ------
    ScriptError
        If it is no XML, not Final Draft's, or declares a document type or entities.
    """
    reader = _Reader(place)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = reader.refuse
    parser.EntityDeclHandler = reader.refuse
    reader.line_of = lambda: parser.CurrentLineNumber
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        line = getattr(error, "lineno", 1)
        raise ScriptError(
            f"is not whole XML: {_problem(error)}",
            place=f"{place}:{line}",
            remedy="save it again from Final Draft",
        ) from error
    if not reader.is_final_draft:
        raise ScriptError(
            "is not a Final Draft file", place=place, remedy="give .fdx, .fountain or .txt"
        )
    return reader.scenes.screenplay()


def _problem(error: Exception) -> str:
    return expat.ErrorString(error.code) if isinstance(error, expat.ExpatError) else str(error)


class _Reader:
    """Takes the paragraphs of the content; title page, notes and revisions are passed over."""

    def __init__(self, place: str) -> None:
        self.scenes = SceneBuilder()
        self.is_final_draft = False
        self.line_of = lambda: 0
        self._place = place
        self._path: list[str] = []
        self._kind = ""
        self._parts: list[str] = []
        self._begun = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if not self._path and name == "FinalDraft":
            self.is_final_draft = True
        if len(self._path) >= _DEEPEST:
            raise ScriptError("is nested too deeply", place=f"{self._place}:{self.line_of()}")
        self._path.append(name)
        if self._in_content(name):
            self._kind = attributes.get("Type", "Action").strip().lower()
            self._parts, self._begun = [], self.line_of()

    def end(self, name: str) -> None:
        if self._in_content(name):
            text = "".join(self._parts)
            if self._kind == "scene heading" and text.strip():
                self.scenes.heading(text)
            elif self._kind in _KINDS:
                self.scenes.line(_KINDS[self._kind], text, self._begun)
            self._kind = ""
        self._path.pop()

    def text(self, data: str) -> None:
        if self._path[-1:] == ["Text"] and "Content" in self._path[:2]:
            self._parts.append(data)

    def refuse(self, *_: object) -> int:
        raise ScriptError(
            "declares a document type or entities, which no screenplay needs",
            place=f"{self._place}:{self.line_of()}",
            remedy="save it again from Final Draft",
        )

    def _in_content(self, name: str) -> bool:
        """Whether a paragraph of the script (or of a dual dialogue in it) is what this is."""
        return name == "Paragraph" and self._path[:2] == ["FinalDraft", "Content"]
