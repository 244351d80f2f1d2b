"""Papers that no office has seen yet, small enough to be written byte by byte."""

CATALOG = b"/Type /Catalog"


def minimal_pdf(*lines: str, catalog: bytes = CATALOG) -> bytes:
    """Give a PDF 1.4 of one A4 page with these lines in plain ASCII.

    Takes   catalog: what the document's catalog says beside its pages.
    Source  ISO 32000-1, 7.5 (file structure).
    """
    shown = " ".join(f"({line}) Tj 0 -20 Td" for line in lines)
    stream = f"BT /F1 14 Tf 72 700 Td {shown} ET".encode("ascii")
    objects = [
        b"<< %s /Pages 2 0 R >>" % catalog,
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources 6 0 R >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Font << /F1 5 0 R >> >>",
    ]
    written, places = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), []
    for n, one in enumerate(objects, start=1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (n, one)
    begun = len(written)
    written += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    written += b"".join(b"%010d 00000 n \n" % place for place in places)
    written += b"trailer\n<< /Size %d /Root 1 0 R >>\n" % (len(objects) + 1)
    return bytes(written) + b"startxref\n%d\n%%%%EOF\n" % begun
