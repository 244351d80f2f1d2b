"""The partners of the office: who they are and where they take their messages."""

import re
from collections.abc import Mapping

import yaml

from exchange.packing import plain
from records.errors import Refused
from records.person import Organ

_ID = re.compile(r"[A-Za-z0-9]+(?:\.[A-Za-z0-9]+)*")
_LONGEST_ID = 35  # QCVN 102:2016/BTTTT, amendment 1:2022
_FOLDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*)*")
_MAIL = re.compile(r"[^\s@]+@[^\s@]+")
_TEXTS = ("id", "name", "superior", "place", "notation", "email", "spool")
_FACTS = frozenset({"address", "telephone", "fax", "website"})


def read_partners(text: str) -> dict[str, Organ]:
    """Read the directory of partners (``config/partners.yaml``) by their ids.

    Raises  Refused config.invalid: ``where`` names the entry, ``why`` says in Vietnamese what
            is wrong with it.
    """
    try:
        written = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f"dòng {mark.line + 1}" if mark else "tệp"
        raise _invalid(line, "không phải YAML hợp lệ") from error
    if not isinstance(written, dict) or set(written) != {"partners"}:
        raise _invalid("partners", "tệp phải có đúng một mục gốc là «partners»")
    if not isinstance(written["partners"], list):
        raise _invalid("partners", "phải là một danh sách")
    partners: dict[str, Organ] = {}
    for n, entry in enumerate(written["partners"], start=1):
        organ = _organ(f"partners[{n}]", entry)
        _refuse_twin(f"partners[{n}]", organ, partners)
        partners[organ.id] = organ
    return partners


def recipient(partners: Mapping[str, Organ], id: str) -> Organ:
    """Give the partner to whom something shall be sent.

    Raises  Refused partner.unknown: no such partner; partner.no-address: it takes nothing this way.
    """
    if id not in partners:
        raise Refused("partner.unknown", partner=id)
    if not partners[id].spool:
        raise Refused("partner.no-address", partner=id, name=partners[id].name)
    return partners[id]


def _organ(where: str, entry: object) -> Organ:
    if not isinstance(entry, dict):
        raise _invalid(where, "phải là các cặp «tên: giá trị»")
    strange = [str(key) for key in entry if key not in {*_TEXTS, "facts"}]
    if strange:
        raise _invalid(f"{where}.{strange[0]}", "không có mục này")
    told = {name: _words(f"{where}.{name}", entry.get(name, "")) for name in _TEXTS}
    _judge(where, told)
    return Organ(**told, facts=_facts(f"{where}.facts", entry.get("facts", {})))


def _judge(where: str, told: Mapping[str, str]) -> None:
    if not _ID.fullmatch(told["id"]) or len(told["id"]) > _LONGEST_ID:
        raise _invalid(f"{where}.id", "phải là mã định danh như H49.90.1, không quá 35 ký tự")
    if not told["name"]:
        raise _invalid(f"{where}.name", "chưa có tên cơ quan")
    if told["email"] and not _MAIL.fullmatch(told["email"]):
        raise _invalid(f"{where}.email", "không phải địa chỉ thư điện tử")
    if told["spool"] and not _FOLDER.fullmatch(told["spool"]):
        raise _invalid(f"{where}.spool", "phải là tên thư mục tương đối, không có «..»")


def _facts(where: str, entry: object) -> dict[str, str]:
    if not isinstance(entry, dict):
        raise _invalid(where, "phải là các cặp «tên: giá trị»")
    strange = [str(key) for key in entry if key not in _FACTS]
    if strange:
        raise _invalid(f"{where}.{strange[0]}", "chỉ nhận address, telephone, fax, website")
    return {str(key): _words(f"{where}.{key}", value) for key, value in entry.items()}


def _words(where: str, value: object) -> str:
    if not isinstance(value, str):
        raise _invalid(where, "phải là chữ; hãy đặt giá trị trong dấu nháy kép")
    return plain(value)


def _refuse_twin(where: str, organ: Organ, partners: Mapping[str, Organ]) -> None:
    if organ.id in partners:
        raise _invalid(f"{where}.id", "mã này đã khai báo ở trên")
    if organ.spool and any(organ.spool == other.spool for other in partners.values()):
        raise _invalid(f"{where}.spool", "thư mục này đã thuộc về cơ quan khác")


def _invalid(where: str, why: str) -> Refused:
    return Refused("config.invalid", where=where, why=why)
