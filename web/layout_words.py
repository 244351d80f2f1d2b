"""What people read of a flaw of layout, in both languages."""

from functools import cache
from pathlib import Path
from typing import cast

import yaml

from records.layout import Flaw
from web.language import language

_WORDED = ("wrong", "side")


@cache
def _told() -> dict[str, dict[str, dict[str, str]]]:
    text = (Path(__file__).parent / "layout_rules.yaml").read_text(encoding="utf-8")
    return cast("dict[str, dict[str, dict[str, str]]]", yaml.safe_load(text))


def flaw_sentence(flaw: Flaw, spoken: str = "") -> str:
    """Give what is wrong and what to do; ``spoken`` is a language where no request is."""
    spoken = spoken or language()
    words = _told()["words"]
    facts = dict(flaw.facts)
    for name in _WORDED:
        if name in facts:
            facts[name] = ", ".join(words[one][spoken] for one in facts[name].split())
    return _told()["rules"][flaw.rule][spoken].format(**facts)


def flaw_clause(flaw: Flaw, spoken: str = "") -> str:
    """Give where the law says so."""
    if (spoken or language()) == "en":
        return f"Decree 30/2020/NĐ-CP, {flaw.clause.replace('PL', 'Annex')}"
    return f"NĐ 30/2020/NĐ-CP, {flaw.clause.replace('PL', 'Phụ lục')}"
