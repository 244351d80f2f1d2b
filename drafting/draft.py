"""The words of a document before they are set on paper."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from records.document import Circulation, Classification, Urgency


@dataclass(frozen=True, slots=True)
class DraftText:
    """Everything a form prints, in the order of the cells of Decree 30/2020, Annex I."""

    type: str  # "QĐ", or the name where there is no abbreviation: "công văn"
    type_name: str  # "Quyết định"
    subject: str  # "Về việc thành lập …", without the closing stop; a letter's gets its "V/v"
    organ: str  # the issuing agency
    place: str  # place name for the date line
    notation: str  # the whole symbol after the slash: "QĐ-LĐLĐ", "LĐLĐ-VP"
    signer_name: str  # without academic titles
    capacity: tuple[str, ...]  # "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"
    superior: str = ""  # the agency directly above
    bases: tuple[str, ...] = ()  # "Căn cứ …", one each
    body: tuple[str, ...] = ()  # paragraphs; in a decision or resolution, its articles
    addressees: tuple[str, ...] = ()  # after "Kính gửi:", or in an invitation after "kính mời:"
    recipients: tuple[str, ...] = ()  # under "Nơi nhận:", without the dash and without "Lưu"
    unit_notation: str = ""  # of the drafting unit, for the last line "Lưu: VT, …"
    classification: Classification = Classification.NONE
    urgency: Urgency = Urgency.NORMAL
    circulation: Circulation = Circulation.NONE
    template: str = ""  # decision, resolution, letter, invitation, named; "": follows the type
    particulars: tuple[tuple[str, str], ...] = ()  # ("Thời gian", "08 giờ 00 …"), before the body
    extra: Mapping[str, str] = field(default_factory=dict)
    # authority: who decides, above the bases; opening: how an invitation begins;
    # archive: where the last copy stays, else "VT"

    @property
    def kind(self) -> str:
        """Give which template it is set in."""
        return self.template or _KINDS.get(self.type, "named")


_KINDS = {"QĐ": "decision", "NQ": "resolution", "GM": "invitation", "công văn": "letter"}
