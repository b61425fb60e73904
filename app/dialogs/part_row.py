"""A learned or embedded part to choose, and the weights it uses."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QWidget,
)

from app.words import tr
from engine import plugins
from engine.weights.folder import is_here
from engine.weights.registry import registry


class PartRows(QObject):
    """Two rows of a form: the part's name and its weights; the embedded part needs none.

    Parameters
    ----------
    kind : str
        'detector' or 'depth'.
    embedded : tuple of str
        Names of the parts that need no weights, the usual one first.
    patterns : str
        Files that weights are, for the file dialog.
    """

    def __init__(
        self, kind: str, embedded: tuple[str, ...], patterns: str, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._kind = kind
        self._embedded = embedded
        self._patterns = patterns
        self._parent = parent
        self.part = QComboBox()
        self.part.addItems(list(dict.fromkeys((*embedded, *plugins.names(kind)))))
        self.part.setAccessibleName(kind.capitalize())
        self.file = QLineEdit()
        self.file.setAccessibleName(f"Weights of the {kind}")
        self.choose = QPushButton(tr("Choose…"))
        self.choose.clicked.connect(self._choose_file)
        self.part.currentTextChanged.connect(self._show_weights)
        self._show_weights(self.part.currentText())

    @property
    def name(self) -> str:
        """The chosen part."""
        return self.part.currentText()

    @property
    def weights(self) -> str | None:
        """The weights that were named for it, if it takes any."""
        return self.file.text().strip() or None if self.name not in self._embedded else None

    def add_to(self, form: QFormLayout, title: str) -> None:
        """Put both rows in a form."""
        form.addRow(title, self.part)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.file, 1)
        row.addWidget(self.choose)
        form.addRow(tr("Its weights"), row)

    def _show_weights(self, part: str) -> None:
        """Which weights there are for a part."""
        learned = part not in self._embedded
        for widget in (self.file, self.choose):
            widget.setEnabled(learned)
        suited = [w for w in registry() if (w.kind, w.part) == (self._kind, part)]
        fetched = [w.name for w in suited if is_here(w)]
        if not learned:
            hint = "none needed"
        elif fetched:
            hint = f"{fetched[0]}, which is here"
        else:
            hint = " or ".join(["a file", *(f"{w.name} (not fetched yet)" for w in suited[:1])])
        self.file.setPlaceholderText(hint)

    def _choose_file(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(
            self._parent, tr("Weights"), "", f"Weights ({self._patterns});;All (*)"
        )
        if chosen:
            self.file.setText(chosen)
