"""Everything that proves a document without us: files, signatures, log, and how to check them."""

import base64
import io
import zipfile
from collections.abc import Mapping
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path

from records.audit import Excerpt
from records.document import Document, Media
from records.person import Person
from records.signature import ValidationReport
from records.signing import Holding, KeyKind
from workflow.archive import as_json, description_of
from workflow.certificates import AGENCY
from workflow.check import report_on
from workflow.keys import certificate_of
from workflow.look import LOOKS, history_lines, mentioned
from workflow.office import Office
from workflow.road import standing
from workflow.shown import note_taken

VERIFIER = Path(__file__).with_name("evidence_check.py")
"""The verifier that goes into every package: Python's own library and openssl, nothing of ours."""

README = """BẰNG CHỨNG CỦA VĂN BẢN / EVIDENCE OF A DOCUMENT

Gói này tự chứng minh văn bản, không cần hệ thống đã tạo ra nó và không cần mạng.
This package proves the document by itself, without the system it came from and without a network.

Kiểm tra / to check:      python3 verify.py
Cần / needs:              Python 3.9+, openssl 1.1.1+ (và/and: pdfsig, qpdf nếu muốn / if you like)

  files/                  mọi phiên bản, theo thứ tự / every revision, in order
  attachments/            tệp đính kèm / what went with it
  metadata.json           thông tin văn bản / what is known of the document
  history.json            mọi việc, ai, khi nào, trên bản nào / every act: who, when, on which bytes
  validation.json         kết luận về từng chữ ký / the verdict on each signature
  audit.json              trích nhật ký, mỗi mục kèm đường băm tới gốc (RFC 6962)
                          excerpt of the log, each entry with its hash path to the root
  trust/                  chứng thư gốc và trung gian / root and issuing certificates (PEM)
  revocation/             danh sách thu hồi, trả lời OCSP / revocation lists and OCSP answers (DER)
  manifest-sha256.txt     SHA-256 của mọi tệp trên / of every file above
  statement.json          cơ quan xác nhận manifest và gốc nhật ký
                          the agency vouches for the manifest and the root of the log
  statement.p7s           chữ ký số của cơ quan, có dấu thời gian / its signature, with a timestamp

Bằng công cụ thông thường / with standard tools:

  sha256sum -c manifest-sha256.txt
  cat trust/*.pem > all.pem
  openssl cms -verify -binary -inform DER -in statement.p7s -content statement.json \\
      -CAfile all.pem -purpose any -no_check_time -out /dev/null
  pdfsig files/*.pdf

Nên đối chiếu chứng thư trong trust/ với danh sách do cơ quan cấp chứng thư công bố: gói không tự
chứng minh được chứng thư gốc là thật.
Compare the certificates in trust/ with those the authorities publish: no package can prove that its
own roots are genuine.
"""


def evidence(office: Office, id: str, *, by: Person) -> bytes:
    """Give a ZIP that proves a document offline; that is logged.

    Raises  NotFound; as ``note_taken``.
            Unavailable: no timestamp authority answers for the agency's statement.
    """
    at = office.clock()
    certificate_of(office, Holding(AGENCY, KeyKind.FILE))  # refuses one that was revoked
    with office.database.reading() as unit:
        document = standing(office, unit, id, by).document
    note_taken(office, document, by, {"evidence": "yes"})
    with office.database.reading() as unit:
        entries = unit.audit.of(id, but=LOOKS)
        told = history_lines(entries, unit.people.names(mentioned(entries)))
        excerpt = unit.audit.excerpt(id)
    report = report_on(office, document)
    files = _files(office, document, report, told, excerpt)
    files["manifest-sha256.txt"] = _manifest(files)
    files["statement.json"] = as_json(_statement(office, document, files, excerpt))
    seal = office.keyring.seal()
    files["statement.p7s"] = office.press.lasting.vouch(files["statement.json"], seal, at)
    files["verify.py"] = VERIFIER.read_bytes()
    files["README.txt"] = README.encode()
    return _zipped(files)


def _files(
    office: Office,
    document: Document,
    report: ValidationReport,
    told: list[dict[str, object]],
    excerpt: Excerpt,
) -> dict[str, bytes]:
    files = {
        f"files/{one.n:03d}-{one.origin}.{'pdf' if one.media is Media.PDF else 'docx'}": (
            office.contents.get(document, one.digest)
        )
        for one in document.revisions
    }
    for one in document.attachments:
        suffix = Path(one.name).suffix[:10]
        files[f"attachments/{one.n:03d}{suffix}"] = office.contents.get(document, one.digest)
    files["metadata.json"] = as_json(description_of(document))
    files["history.json"] = as_json(told)
    files["validation.json"] = as_json(asdict(report))
    files["audit.json"] = as_json(asdict(excerpt))
    if document.latest.media is Media.PDF:
        files |= _material(office, office.contents.get(document, document.latest.digest))
    return files


def _material(office: Office, pdf: bytes) -> dict[str, bytes]:
    trust, carried = office.press.lasting.material_in(pdf)
    roots = dict.fromkeys((*trust.roots, *trust.tsa_roots))
    others = dict.fromkeys((*trust.intermediates, *carried.certificates))
    found = {f"trust/root-{n}.pem": _pem(der) for n, der in enumerate(roots, 1)}
    between = [der for der in others if der not in roots]
    found |= {f"trust/issuer-{n}.pem": _pem(der) for n, der in enumerate(between, 1)}
    lists = dict.fromkeys((*trust.crls, *carried.crls))
    found |= {f"revocation/{n:02d}.crl": der for n, der in enumerate(lists, 1)}
    answers = enumerate(carried.ocsps, 1)
    return found | {f"revocation/{n:02d}.ocsp": der for n, der in answers}


def _pem(der: bytes) -> bytes:
    body = base64.encodebytes(der).replace(b"\n", b"")
    lines = [body[at : at + 64] for at in range(0, len(body), 64)]
    return b"\n".join((b"-----BEGIN CERTIFICATE-----", *lines, b"-----END CERTIFICATE-----", b""))


def _manifest(files: Mapping[str, bytes]) -> bytes:
    lines = [f"{sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files)]
    return "".join(lines).encode()


def _statement(
    office: Office, document: Document, files: Mapping[str, bytes], excerpt: Excerpt
) -> dict[str, object]:
    return {
        "organ": {"id": office.organ.id, "name": office.organ.name},
        "document": document.id,
        "number": str(document.number) if document.number else None,
        "made_at": office.clock().isoformat(),
        "manifest_sha256": sha256(files["manifest-sha256.txt"]).hexdigest(),
        "log": {"size": excerpt.size, "head": excerpt.head, "root": excerpt.root},
    }


def _zipped(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[name])
    return packed.getvalue()
