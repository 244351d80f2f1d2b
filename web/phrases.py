"""The words of pages: Vietnamese as they are written, English out of translations/en.po."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

from records.route import Title
from web.language import language

ENGLISH = Path(__file__).parent / "translations" / "en.po"


@cache
def english() -> Mapping[str, str]:
    """Give the English sentence of every Vietnamese one."""
    with ENGLISH.open("rb") as lines:
        catalog = read_po(lines, locale="en", abort_invalid=True)
    return {
        message.id: message.string
        for message in catalog
        if isinstance(message.id, str)
        and isinstance(message.string, str)
        and message.id
        and message.string
    }


def gettext(text: str) -> str:
    """Give a Vietnamese sentence in the language of this request."""
    return english().get(text, text) if language() == "en" else text


def ngettext(one: str, many: str, n: int) -> str:
    """Give one of two sentences; Vietnamese has a single form for every number."""
    return gettext(one if n == 1 else many)


def phrase(text: str, **facts: object) -> str:
    """Give a sentence of a page with its facts filled in."""
    return gettext(text) % facts


def title(of: Title) -> str:
    """Give a configured title in the language of this request."""
    return of.en if language() == "en" else of.vi
