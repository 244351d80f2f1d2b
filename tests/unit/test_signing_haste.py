"""What is read at once is what the vendor reads digit by digit, errors and all."""

import io
from collections.abc import Callable

from asn1crypto import x509
from hypothesis import example, given
from hypothesis import strategies as st
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfError

from signing.haste import hasten, read_at_once, read_by_digits

digits = st.text("0123456789abcdefABCDEF", max_size=2_000)
anything = st.text("0a9F<> %\n\t(z", max_size=40)


def told(read: Callable[[io.BytesIO], object], content: bytes) -> tuple[object, ...]:
    """Give what came of reading a string: its value and where the reader stands, or the error."""
    stream = io.BytesIO(content)
    try:
        found = read(stream)
    except PdfError as error:
        return type(error), str(error)
    return type(found), found, stream.tell()


@given(digits | anything, st.sampled_from(["", ">", "> endobj", ">>", ">%<"]))
@example("41 42\n4", ">")
@example("41%>\n42", ">")
@example("FEFF0041", ">")
@example("0" * 40_000, "> 0 R")
@example("0" * 40_000, "")
def test_a_hexadecimal_string_is_read_as_the_vendor_reads_it(text: str, after: str) -> None:
    content = f"<{text}{after}".encode()

    assert told(read_at_once, content) == told(read_by_digits, content)


def test_once_hastened_the_vendor_reads_at_once_and_names_compare_as_before() -> None:
    hasten()
    hasten()

    assert read_at_once(io.BytesIO(b"<414141>")) == "AAA"
    assert generic.read_hex_string_from_stream is read_at_once
    same = [x509.Name.build({"common_name": text}) for text in ("Chủ  Tịch", "chủ tịch ")]
    other = x509.Name.build({"common_name": "chủ tích"})
    assert same[0] == same[1]
    assert same[0] != other
