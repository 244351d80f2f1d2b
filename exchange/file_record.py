"""A case file's metadata as XML, by the codes of Decree 30/2020, Annex VI, part II."""

import re
from collections.abc import Mapping, Sequence

from lxml import etree

Told = Mapping[str, "str | int | Told | Sequence[Told]"]
"""A group of metadata by code: words, numbers, groups, and groups that repeat."""

_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def file_xml(file: Told, documents: Sequence[Told]) -> bytes:
    """Give the metadata of a file and of its documents, in their order.

    Takes   file, documents: by the Decree's codes, in its order; what is empty is left out.
    """
    root = etree.Element("File")
    _fill(root, file)
    lying = etree.SubElement(root, "Documents")
    for one in documents:
        _fill(etree.SubElement(lying, "Document"), one)
    told: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return told


def _fill(node: etree._Element, told: Told) -> None:
    for code, value in told.items():
        if isinstance(value, Mapping):
            _fill(etree.SubElement(node, code), value)
        elif isinstance(value, str | int):
            if str(value):
                etree.SubElement(node, code).text = _UNWRITABLE.sub("", str(value))
        else:
            for one in value:
                _fill(etree.SubElement(node, code), one)
