"""File names of the Universal Category System, and the names of its categories.

A name is ``CatID-UserCategory_FXName_CreatorID_SourceID_UserData``: four blocks parted by
underscores, of which only the first is fixed (UCS file naming convention, 8.2.1). A file counts as
so named when its first block is a CatID of the list.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from engine import resources

_TABLE = "library/ucs.tsv"


class Category(NamedTuple):
    """A category and subcategory in capitals, such as DOORS and WOOD."""

    category: str
    subcategory: str


class UcsName(NamedTuple):
    """The blocks of a UCS file name; '' for those that are missing."""

    cat_id: str
    user_category: str
    title: str
    creator: str
    source: str


@cache
def categories() -> dict[str, Category]:
    """Every CatID with its category."""
    lines = resources.path(_TABLE).read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return {cat_id: Category(category, subcategory) for cat_id, category, subcategory in rows}


def category_of(cat_id: str) -> Category | None:
    """What a CatID stands for; None where it is none of the list. Case does not matter."""
    return _by_lower_case().get(cat_id.strip().lower())


@cache
def _by_lower_case() -> dict[str, Category]:
    return {cat_id.lower(): category for cat_id, category in categories().items()}


def read_name(stem: str) -> UcsName | None:
    """The blocks of a file name without its suffix; None where it does not follow UCS."""
    first, *rest = stem.split("_")
    cat_id, _, user_category = first.partition("-")
    if category_of(cat_id) is None or not rest:
        return None
    title, creator, source = (*rest, "", "")[:3]
    return UcsName(cat_id, user_category, title.strip(), creator.strip(), source.strip())
