"""Vietnamese by default, English on request: the sentences of rules and the words of pages."""

from functools import cache
from pathlib import Path
from typing import cast

import yaml
from flask import g, request

from records.errors import OfficeError

HERE = Path(__file__).parent
LANGUAGES = ("vi", "en")
COOKIE = "language"


def language() -> str:
    """Give the language of this request: the switch's cookie, else what a program accepts."""
    if "language" not in g:
        chosen = request.cookies.get(COOKIE, "")
        if not chosen and request.path.startswith("/api/"):
            chosen = request.accept_languages.best_match(LANGUAGES) or ""
        g.language = chosen if chosen in LANGUAGES else "vi"
    return cast("str", g.language)


@cache
def rules() -> dict[str, dict[str, str]]:
    """Give every rule's title and sentence by language, as written in rules.yaml."""
    text = (HERE / "rules.yaml").read_text(encoding="utf-8")
    return cast("dict[str, dict[str, str]]", yaml.safe_load(text))


PARTS = {
    "number": {"vi": "số", "en": "number"},
    "date": {"vi": "ngày", "en": "date"},
    "signature": {"vi": "chữ ký", "en": "signature"},
    "seal": {"vi": "con dấu", "en": "seal"},
}
"""What people read for the parts that are put on a page, inside a sentence."""


def _part(fact: object, spoken: str) -> object:
    return PARTS[fact][spoken] if isinstance(fact, str) and fact in PARTS else fact


def sentence(error: OfficeError, spoken: str = "") -> str:
    """Give what a person reads of an error: what is wrong and what to do, nothing of the inside.

    Takes   spoken: a language, where there is no request to ask.
    """
    told = (rules().get(error.rule) or rules()["unknown"])[spoken or language()]
    facts = {name: _part(fact, spoken or language()) for name, fact in error.facts.items()}
    try:
        return told.format(**facts)
    except (KeyError, IndexError):
        return told
