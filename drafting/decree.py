"""A draft held against Decree 30/2020: everything that is not as it must be, and what mends it."""

from collections.abc import Collection, Sequence

from drafting.decree_end import check_end
from drafting.decree_head import check_head, check_nation
from drafting.decree_page import check_page
from drafting.decree_parts import parts_of
from drafting.decree_rules import Finding, Findings, Repair
from drafting.decree_text import check_paragraphs, check_text
from records.isolation import Isolation
from records.layout import Expected, Flaw, Layout

_UNSET = frozenset({"HĐ", "BGN", "BTT", "thư công"})  # Annex III has no template for these
_TASK = "drafting.docx_repair_task"


def flaws_of(layout: Layout, expected: Expected) -> tuple[Flaw, ...]:
    """Give what of a draft is not as Decree 30/2020 wants it, from its first line to its last.

    Source  Decree 30/2020, Annex I (layout) and Annex III (symbols and templates).
    """
    return tuple(one.flaw for one in _found(layout, expected))


def repairs_of(layout: Layout, expected: Expected, rules: Collection[str]) -> list[Repair]:
    """Give what mends the flaws of these rules, every rule where none is named."""
    return [
        repair
        for one in _found(layout, expected)
        if not rules or one.flaw.rule in rules
        for repair in one.repairs
    ]


def mended(docx: bytes, repairs: Sequence[Repair], isolate: Isolation) -> bytes:
    """Give a DOCX with these repairs made, where its bytes can hurt nobody.

    Raises  Unreadable: as ``layout_of``. The answer is foreign bytes as much as ``docx`` is.
    """
    return isolate(_TASK, docx, options={"repairs": [dict(one) for one in repairs]})


def _found(layout: Layout, expected: Expected) -> list[Finding]:
    told = Findings(expected)
    parts = parts_of(layout, expected)
    check_page(layout, told)
    if expected.type in _UNSET:
        check_nation(parts, told)
        check_paragraphs(parts, told)
    else:
        check_head(parts, told)
        check_text(parts, told)
        check_end(parts, told)
    return sorted(told.all, key=lambda one: one.flaw.n)
