"""How the picture is shown."""

from __future__ import annotations

from app.typed_verbs import TypedVerbs


class PictureVerbs(TypedVerbs):
    """Verbs of the picture panel."""

    def light_copies(self, on: bool) -> None:
        """Heavy films are shown by a light copy, or as they are."""
        self.window.light_copies.switch(on)
