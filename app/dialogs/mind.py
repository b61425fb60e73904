"""Who writes scripts: rules, or a language model within limits; `model` and `on` are the answer."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDoubleSpinBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.dialogs.buttons import DialogButtons
from app.words import tr
from engine.errors import MindError
from engine.minds.budget import Price
from engine.minds.endpoint import MindSettings, check_mind
from engine.minds.http_post import check_url
from engine.minds.keys import KEY_VARIABLE, can_keep_keys, keep_key, where_key_is

_WHAT = (
    "Rules work offline, at once. A language model (any server that speaks OpenAI's chat "
    "completions) is sent a description of the film, not the film; what it writes is verified."
)


class MindDialog(QDialog):
    """Nothing is sent from here; the key goes to the system's keyring, never to a session."""

    estimate_requested = Signal(object)
    """`MindSettings` whose cost for the open session is wanted."""

    def __init__(self, known: MindSettings, *, on: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Who writes the script"))
        self.setMinimumWidth(480)
        self._known = known
        self.who = QComboBox()
        self.who.addItems([tr("Rules"), tr("A language model")])
        self.who.setCurrentIndex(int(on))
        self.url = QLineEdit(known.base_url)
        self.url.setPlaceholderText(tr("http://localhost:11434/v1"))
        self.name = QLineEdit(known.model)
        self.sees = QCheckBox(tr("It is sent up to eight pictures"))
        self.sees.setChecked(known.sees)
        self.key = QLineEdit()
        self.key.setEchoMode(QLineEdit.EchoMode.Password)
        self.limit = _number(known.limit_s, 1.0, 3600.0, 0, " s")
        self.tokens = QSpinBox()
        self.tokens.lineEdit().setTextMargins(5, 0, 0, 0)
        self.tokens.setRange(1, 100_000_000)
        self.tokens.setSingleStep(10_000)
        self.tokens.setGroupSeparatorShown(True)
        self.tokens.setValue(known.most_tokens)
        self.cost = _number(known.most_cost or 0.0, 0.0, 1e6, 2)
        self.cost.setSpecialValueText(tr("no limit"))
        self.read = _number(known.price.read, 0.0, 1e6, 2)
        self.written = _number(known.price.written, 0.0, 1e6, 2)
        self.told = QLabel()
        self.told.setWordWrap(True)
        self.estimate = QPushButton(tr("Estimate for this session"))
        self.estimate.setAutoDefault(False)
        self.estimate.clicked.connect(self._ask_estimate)
        self._lay_out()
        self.who.currentIndexChanged.connect(lambda _: self._show())
        self.url.textChanged.connect(lambda _: self._show())
        self._show()

    @property
    def on(self) -> bool:
        """Whether the language model is in use."""
        return self.who.currentIndex() == 1

    @property
    def model(self) -> MindSettings:
        """The language model, and its limits."""
        return MindSettings(
            base_url=self.url.text().strip(),
            model=self.name.text().strip(),
            sees=self.sees.isChecked(),
            limit_s=self.limit.value(),
            retries=self._known.retries,
            answer_tokens=self._known.answer_tokens,
            most_tokens=self.tokens.value(),
            most_cost=self.cost.value() or None,
            price=Price(read=self.read.value(), written=self.written.value()),
        )

    def accept(self) -> None:
        """Only with settings that can work; a key that was typed is kept first."""
        try:
            if self.on:
                check_mind(self.model)
                if self.key.text().strip():
                    check_url(self.model.base_url, with_key=True)
                    keep_key(self.model.base_url, self.key.text())
        except MindError as error:
            self.tell(str(error), refused=True)
            return
        super().accept()

    def tell(self, words: str, *, refused: bool = False) -> None:
        """Say what it takes, or what is wrong."""
        self.told.setText(words)
        self.told.setProperty("tone", "danger" if refused else "soft")
        self.told.style().polish(self.told)

    def _ask_estimate(self) -> None:
        try:
            check_mind(self.model)
        except MindError as error:
            self.tell(str(error), refused=True)
            return
        self.tell(tr("Estimating…"))
        self.estimate_requested.emit(self.model)

    def _show(self) -> None:
        """What of it matters now, and where the key is."""
        for field in (
            self.url, self.name, self.sees, self.limit, self.tokens, self.cost, self.read,
            self.written, self.estimate,
        ):  # fmt: skip
            field.setEnabled(self.on)
        where = where_key_is(self.url.text().strip())
        hints = {"keyring": tr("in the system's keyring"), "": tr("none needed, or type it here")}
        hint = hints.get(where, f"{tr('in the environment')}: {where}")
        if not where and not can_keep_keys():
            hint = f"{tr('none needed, or set')} {KEY_VARIABLE}"
        self.key.setPlaceholderText(hint)
        self.key.setEnabled(self.on and can_keep_keys() and where in ("", "keyring"))

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(16)
        what = QLabel(tr(_WHAT))
        what.setWordWrap(True)
        what.setProperty("tone", "soft")
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(10)
        for words, field in (
            ("Script by", self.who),
            ("Address", self.url),
            ("Model", self.name),
            ("Pictures", self.sees),
            ("Key", self.key),
            ("Waits for an answer", self.limit),
            ("Tokens at most", self.tokens),
            ("Money at most", self.cost),
            ("Price of a million read", self.read),
            ("Price of a million written", self.written),
        ):
            field.setAccessibleName(tr(words))
            form.addRow(tr(words), field)
        column.addWidget(what)
        column.addLayout(form)
        column.addWidget(self.told)
        buttons = DialogButtons(self, tr("Use it"))
        buttons.addButton(self.estimate, DialogButtons.ButtonRole.ActionRole)
        column.addWidget(buttons)


def _number(value: float, low: float, high: float, decimals: int, unit: str = "") -> QDoubleSpinBox:
    field = QDoubleSpinBox()
    field.lineEdit().setTextMargins(5, 0, 0, 0)
    field.setRange(low, high)
    field.setDecimals(decimals)
    field.setSuffix(unit)
    field.setValue(value)
    return field
