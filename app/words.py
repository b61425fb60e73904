"""The window's words in the user's language, where there is a translation.

Translations are Qt's: ``foleystage_de.qm`` and the like in the user's data folder, made with Qt
Linguist from the English words in the context ``foleystage``. Menus, actions, panels,
dialogs, tips, notices and what is painted are translated; what has no translation stays English.
"""

from __future__ import annotations

from pathlib import Path

import platformdirs
from PySide6.QtCore import QCoreApplication, QLocale, QTranslator

CONTEXT = "foleystage"


def tr(text: str) -> str:
    """Words in the user's language."""
    return QCoreApplication.translate(CONTEXT, text)


def said(text: str, **values: object) -> str:
    """A sentence in the user's language, with values where it has their names in braces.

    A translation that has other names in them is not used.
    """
    try:
        return tr(text).format(**values)
    except (ValueError, LookupError):
        return text.format(**values)


def translations_folder() -> Path:
    """Where the user's translations are."""
    return Path(platformdirs.user_data_dir("foleystage")) / "translations"


def load_translation(application: QCoreApplication) -> bool:
    """Use the translation for the system's language; whether there is one."""
    translator = QTranslator(application)
    folder = str(translations_folder())
    if not translator.load(QLocale.system(), "foleystage", "_", folder):
        return False
    return bool(application.installTranslator(translator))
