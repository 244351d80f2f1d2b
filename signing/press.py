"""The press: it makes fields, signs for leaders, numbers, dates and seals, and checks its work."""

import hashlib
import io
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date, datetime
from functools import partial
from pathlib import Path
from threading import Lock

from asn1crypto import x509
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from records.errors import Broken, OfficeError, Refused, Unavailable, Unreadable
from records.level import Level
from records.paper import Box, Placement
from records.signature import ValidationReport, Verdict
from records.signing import Awaited
from signing import awaited as open_revisions
from signing import encoding, fields, self_check, wording
from signing.caption import captioned
from signing.fonts import STANDARD_FOLDERS, Face, cut, embed, find_font
from signing.haste import hasten
from signing.keys import Keyring
from signing.lasting import Lasting
from signing.pictures import Picture, draw, encode
from signing.revocation import Reach, Revocation
from signing.stamp_text import put_mark
from signing.timestamps import Timestamper
from signing.verdict import is_pdf, judge, quieten

# What the vendor's parser was seen to raise on published and on fuzzed files.
_BROKEN_BY_BYTES = (
    PdfError,
    LookupError,
    TypeError,
    ValueError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    OSError,
    RecursionError,
    NotImplementedError,  # what pyHanko says to encryption and filters it does not know
)


class Press:
    """Signs and seals PDFs of this office; every method takes bytes and gives bytes."""

    def __init__(
        self,
        keyring: Keyring,
        timestamper: Timestamper,
        *,
        font_folders: Sequence[Path] = STANDARD_FOLDERS,
        revocation: Revocation | None = None,
    ) -> None:
        self._keyring = keyring
        self.lasting = Lasting(keyring.trust, timestamper, revocation or Revocation(None, Reach()))
        self._font_folders = tuple(font_folders)
        self._faces: dict[bool, Face] = {}
        self._pictures: dict[str, Picture] = {}
        self._caching = Lock()
        self._first = Lock()
        self._warm = False
        quieten()
        hasten()

    def prepare(self, pdf: bytes, placement: Placement, *, leaders: int = 1) -> bytes:
        """Add the empty fields that number, date, signatures and seal will fill.

        Gives   a file that begins with ``pdf``.
        Raises  Unreadable: not a PDF, encrypted, damaged, signed already, or with fields of
                these names.
        """
        with _foreign():
            writer = _open(pdf)
            _refuse_signed(writer)
            fields.make(writer, placement, leaders=leaders)
            return _written(writer, pdf)

    def sign(  # noqa: PLR0913 - who signs what, where, when, why and how lastingly
        self,
        pdf: bytes,
        *,
        placement: Placement,
        person: str,
        at: datetime,
        reason: str,
        level: Level = Level.B_T,
        capacity: tuple[str, ...] = (),
    ) -> bytes:
        """Sign for a leader: a plain approval signature with a timestamp, and its picture.

        A certification signature would forbid the receiving agency its own visible signature.

        Gives   a file that begins with ``pdf``, at ``level`` but no more than B-T; at B-B when no
                timestamp authority answers, which ``lasting.weigh`` tells.
        Raises  Refused: no certificate, one that is not good now, or signed before.
                Unreadable: see ``prepare``.
                Unavailable: no revocation list in force; nothing was signed.
                Broken: what came out is not valid by our own verdict.
        Source  EN 319 142-1, 6; Decree 30/2020, Annex I, part II, 7.
        """
        signer = self._keyring.signer(person)
        certificate = signer.certificate.dump()
        awaited = self.await_leader(
            pdf,
            certificate,
            placement=placement,
            person=person,
            at=at,
            reason=reason,
            capacity=capacity,
        )
        made = signer.sign(awaited.attributes)
        return self.finish(pdf, awaited, certificate, made, at=at, level=level)

    def await_leader(  # noqa: PLR0913 - who signs what, where, when and why
        self,
        pdf: bytes,
        certificate: bytes,
        *,
        placement: Placement,
        person: str,
        at: datetime,
        reason: str,
        capacity: tuple[str, ...] = (),
        turn: tuple[int, int] = (1, 1),
    ) -> Awaited:
        """Make the revision of a leader's signature, whose key is not here, without it.

        Takes   certificate: in DER, of the key that will sign; capacity: lines shown with the
                picture, of one who signs in another's name; turn: which of how many leaders
                signs, of whom the last has the block with the picture.
        Raises  as ``sign``.
        """
        self.lasting.require_good(certificate, at, person=person)
        picture = self._picture(self._keyring.signature_picture(person))
        with _foreign():
            field = fields.leader(*turn)
            writer = _ready(pdf, placement, turn)
            if capacity:
                reason = f"{reason} ({'; '.join(capacity)})"
            if field == fields.LEADER:
                place = fields.named(writer)[field]
                drawn = self._drawn(picture, capacity, writer, *fields.size_of(place))
                fields.show(writer, place, drawn)
            return self._left_open(writer, certificate, field, pdf, at=at, reason=reason)

    def _drawn(
        self,
        picture: Picture,
        capacity: tuple[str, ...],
        writer: IncrementalPdfFileWriter,
        width: float,
        height: float,
    ) -> generic.IndirectObject:
        if not capacity:
            return draw(picture, writer, width=width, height=height)
        face = self._both_faces()[False]
        font = embed(face, writer)
        return captioned(picture, capacity, face, font, writer, width=width, height=height)

    def await_initials(  # noqa: PLR0913 - who initials what, where, when, before whom
        self,
        pdf: bytes,
        certificate: bytes,
        *,
        placement: Placement,
        person: str,
        letters: str,
        at: datetime,
        leaders: int = 1,
        slots: int = 1,
    ) -> Awaited:
        """Make the revision of a checker's initials (ký nháy), whose key is not here.

        Every field of the document is made with the first of them, before anything is signed.

        Takes   letters: shown where the person has no picture of a signature; leaders: how many
                sign after; slots: how many initials the road asks for.
        Raises  as ``sign``.
        """
        self.lasting.require_good(certificate, at, person=person)
        with _foreign():
            writer = _open(pdf)
            if not fields.exist(writer):
                _refuse_signed(writer)
                fields.make(writer, placement, leaders=leaders, initials=slots)
            if fields.AGENCY in _signed_fields(writer):
                raise Unreadable("pdf.not-signable", reason="signed")
            field = fields.free_initials(writer, placement)
            place = fields.named(writer)[field]
            width, height = fields.size_of(place)
            fields.show(writer, place, self._initials(writer, person, letters, width, height))
            return self._left_open(writer, certificate, field, pdf, at=at, reason="Ký nháy")

    def _initials(
        self,
        writer: IncrementalPdfFileWriter,
        person: str,
        letters: str,
        width: float,
        height: float,
    ) -> generic.IndirectObject:
        with suppress(Refused):
            picture = self._picture(self._keyring.signature_picture(person))
            return draw(picture, writer, width=width, height=height)
        face = self._both_faces()[True]
        line = fields.Line(letters, slanted=True, centred=True)
        return fields.written(writer, line, face, embed(face, writer), width=width, height=height)

    def seal(  # noqa: PLR0913 - number and date are as much of a seal as the key
        self,
        pdf: bytes,
        *,
        placement: Placement,
        number: str,
        notation: str,
        on: date,
        at: datetime,
        level: Level = Level.B_T,
    ) -> bytes:
        """Fill in number and date and seal both with the agency's signature, as one revision.

        Takes   number: as it shall stand, "05"; notation: "QĐ-LĐLĐ"; on: the date of issue.
        Gives   a file that begins with ``pdf``, whose number and date are locked, at ``level``;
                below it when no timestamp authority answers, which ``lasting.weigh`` tells.
        Raises  Refused: no leader signed it, sealed before, or another year is printed on it.
                Otherwise as ``sign``.
        Source  Decree 30/2020, art. 32 (sealed only after the leader signed) and Annex I.
        """
        signer = self._keyring.seal()
        certificate = signer.certificate.dump()
        awaited = self.await_agency(
            pdf,
            certificate,
            placement=placement,
            number=number,
            notation=notation,
            on=on,
            at=at,
            level=level,
        )
        made = signer.sign(awaited.attributes)
        return self.finish(pdf, awaited, certificate, made, at=at, level=level)

    def await_agency(  # noqa: PLR0913 - number and date are as much of a seal as the key
        self,
        pdf: bytes,
        certificate: bytes,
        *,
        placement: Placement,
        number: str,
        notation: str,
        on: date,
        at: datetime,
        level: Level = Level.B_T,
    ) -> Awaited:
        """Fill in number and date and make the agency's revision, whose key is not here.

        Takes   certificate: in DER, of the key that will sign.
        Raises  as ``seal``.
        """
        lines = wording.lines(placement, number=number, notation=notation, on=on)
        self.lasting.require_good(certificate, at, person="")
        faces = self._both_faces()
        picture = self._picture(self._keyring.seal_picture())
        with _foreign():
            writer = _open(pdf)
            self._require_leader(pdf, writer, at)
            if set(lines) - set(fields.named(writer)):
                raise Unreadable("pdf.not-signable", reason="fields-differ")
            fonts = {slanted: embed(face, writer) for slanted, face in faces.items()}
            fields.fill(writer, lines, faces, fonts)
            drawn = draw(picture, writer, width=fields.SEAL_POINTS, height=fields.SEAL_POINTS)
            fields.show(writer, fields.named(writer)[fields.AGENCY], drawn)
            if level.reaches(Level.B_LT):
                self.lasting.enclose(writer, x509.Certificate.load(certificate), at)
            return self._left_open(writer, certificate, fields.AGENCY, pdf, at=at, reason="")

    def finish(  # noqa: PLR0913 - what waited, for whose signature, when and how lastingly
        self,
        pdf: bytes,
        awaited: Awaited,
        certificate: bytes,
        signature: bytes,
        *,
        at: datetime,
        level: Level = Level.B_T,
    ) -> bytes:
        """Bring the signature into a revision that waited for it.

        Takes   pdf: the file before that revision; certificate: in DER; signature: over
                ``awaited.attributes``, as its key made it.
        Gives   a file that begins with ``pdf``, at ``level``; below it when no timestamp authority
                answers, which ``lasting.weigh`` tells.
        Raises  Refused: the signature is not of this key, or not over these attributes.
                Broken: what came out is not valid by our own verdict.
        """
        proven = open_revisions.proven(certificate, awaited.attributes, signature)
        self.lasting.require_good(certificate, at, person="")
        token = b""
        if level.reaches(Level.B_T):
            with suppress(Unavailable):
                token = self.lasting.token(proven, at)
        chain = self._keyring.issuers_of(certificate)
        content = encoding.signed(awaited.attributes, proven, certificate, chain, token)
        signed = open_revisions.close(pdf, awaited, content)
        if level is Level.B_LTA:
            with suppress(Unavailable):
                return self._checked(self.lasting.prove(signed, at), pdf, awaited, certificate, at)
        return self._checked(signed, pdf, awaited, certificate, at)

    def finish_cms(  # noqa: PLR0913 - as ``finish``
        self,
        pdf: bytes,
        awaited: Awaited,
        certificate: bytes,
        content: bytes,
        *,
        at: datetime,
        level: Level = Level.B_T,
    ) -> bytes:
        """Bring in the signature of a CMS object that was made elsewhere; else as ``finish``."""
        signed, signature = open_revisions.out_of_cms(awaited, certificate, content)
        return self.finish(pdf, signed, certificate, signature, at=at, level=level)

    def preview(
        self, pdf: bytes, placement: Placement, *, person: str, notation: str, on: date
    ) -> bytes:
        """Give a file as it would look in the end, with number 00 and nobody's signature in it.

        Takes   person: whose picture is shown, where they have one.
        Raises  Unreadable: see ``prepare``. Refused: another year or symbol is printed on it.
        """
        lines = wording.lines(placement, number="00", notation=notation, on=on)
        faces = self._both_faces()
        with _foreign():
            writer = _open(self.prepare(pdf, placement))
            fonts = {slanted: embed(face, writer) for slanted, face in faces.items()}
            fields.fill(writer, lines, faces, fonts)
            with suppress(Refused):
                ink = self._picture(self._keyring.signature_picture(person))
                place = fields.named(writer)[fields.LEADER]
                width, height = fields.size_of(place)
                fields.show(writer, place, draw(ink, writer, width=width, height=height))
            seal = self._picture(self._keyring.seal_picture())
            drawn = draw(seal, writer, width=fields.SEAL_POINTS, height=fields.SEAL_POINTS)
            fields.show(writer, fields.named(writer)[fields.AGENCY], drawn)
            return _written(writer, pdf)

    def prepared(self, pdf: bytes, placement: Placement, turn: tuple[int, int] = (1, 1)) -> bytes:
        """Give a file with the fields it needs before its first signature, ready for a leader's.

        Raises  as ``prepare``; Refused: this leader signed it.
        """
        with _foreign():
            if not fields.exist(_open(pdf)):
                return self.prepare(pdf, placement, leaders=turn[1])
            _ready(pdf, placement, turn)
            return pdf

    def with_form(self, pdf: bytes) -> bytes:
        """Give a file that has a form, be it an empty one, for a signature made elsewhere.

        Raises  Unreadable: it cannot take one more revision.
        """
        with _foreign():
            writer = _open(pdf)
            if "/AcroForm" in writer.root:
                return pdf
            fields.open_form(writer)
            return _written(writer, pdf)

    def take_in(  # noqa: PLR0913 - what came back, signed where by whom, when and how lastingly
        self,
        pdf: bytes,
        returned: bytes,
        *,
        field: str,
        certificate: bytes,
        at: datetime,
        level: Level = Level.B_T,
    ) -> bytes:
        """Take in a file that was signed elsewhere as a whole, and prove its signature in time.

        Takes   pdf: the file that was handed out; returned: begins with it; certificate: in DER,
                of whoever must have signed.
        Gives   a file that begins with ``pdf``, at ``level``; below it when no timestamp authority
                answers, which ``lasting.weigh`` tells.
        Raises  Refused: the certificate is not good now. Unavailable: whether it is, is not known.
                Broken: what came out is not valid by our own verdict.
        """
        self.lasting.require_good(certificate, at, person="")
        signed = returned
        if not self.lasting.weigh(signed).level.reaches(level):
            with _foreign(), suppress(Unavailable):
                signed = self.lasting.prove(signed, at)
        report = self.validate(signed, at=at)
        if not signed.startswith(pdf) or report.verdict is not Verdict.VALID:
            raise Broken("sign.self-check", field=field, reasons=report.reasons)
        return signed

    def await_mark(  # noqa: PLR0913 - what is marked as what, when and with which key
        self, pdf: bytes, certificate: bytes, *, field: str, text: str, label: str, at: datetime
    ) -> Awaited:
        """Make the agency's mark on a copy or an annex: text at the top right of page 1.

        Takes   certificate: in DER, of the key that will sign; field: how the field's name
                begins; a number makes it one of its own.
        Raises  as ``sign``.
        Source  Decree 30/2020, Annex I, part II, 7.
        """
        self.lasting.require_good(certificate, at, person="")
        face = self._both_faces()[False]
        with _foreign():
            writer = _open(pdf)
            taken = {str(name) for name, _, _ in enumerate_sig_fields(writer)}
            name = next(
                f"{field}{n}" for n in range(1, len(taken) + 2) if f"{field}{n}" not in taken
            )
            put_mark(writer, name, text, face, label=label)
            return self._left_open(writer, certificate, name, pdf, at=at, reason=label)

    def lacks_mark(self, pdf: bytes, field: str, own: Collection[bytes]) -> bool:
        """Tell whether a file could bear the agency's mark, and bears none.

        Takes   field: how our own marks' fields begin; own: certificates of the agency, in DER,
                since a service of its own names fields as it likes.
        """
        try:
            with _foreign():
                writer = _open(pdf)
                for name, _, signed in enumerate_sig_fields(writer, filled_status=True):
                    one = EmbeddedPdfSignature(writer.prev, signed, name)
                    if str(name).startswith(field) or one.signer_cert.dump() in own:
                        return False
                return True
        except Unreadable:
            return False

    def prove(self, pdf: bytes, *, at: datetime) -> bytes:
        """Add validation data and a timestamp over everything, late or anew.

        Gives   a file at level B-LTA that begins with ``pdf``.
        Raises  Unavailable: an authority does not answer. Refused: it is too late for it.
        """
        before = self.validate(pdf, at=at)
        if before.verdict is not Verdict.VALID:
            # A new stamp would only prove when it was already too late.
            raise Refused("proof.too-late", reasons=before.reasons)
        with _foreign():
            proven = self.lasting.prove(pdf, at)
        report = self.validate(proven, at=at)
        if report.verdict is not Verdict.VALID:
            raise Broken("sign.self-check", reasons=report.reasons)
        return proven

    def attest(self, pdf: bytes, *, box: Box, at: datetime) -> bytes:
        """Seal a paper of the office's own making, which no leader signs: a closed register.

        Gives   a file at level B-T that begins with ``pdf``, with the seal in its real size.
        Raises  Unreadable: see ``prepare``. Unavailable: no timestamp; nothing was sealed, since
                nothing waits for the stamp of such a paper. Otherwise as ``seal``.
        """
        seal = self._keyring.seal()
        certificate = seal.certificate.dump()
        self.lasting.require_good(certificate, at, person="")
        picture = self._picture(self._keyring.seal_picture())
        with _foreign():
            writer = _open(pdf)
            _refuse_signed(writer)
            fields.make_seal(writer, box)
            drawn = draw(picture, writer, width=fields.SEAL_POINTS, height=fields.SEAL_POINTS)
            fields.show(writer, fields.named(writer)[fields.AGENCY], drawn)
            awaited = self._left_open(writer, certificate, fields.AGENCY, pdf, at=at, reason="")
        sealed = self.finish(pdf, awaited, certificate, seal.sign(awaited.attributes), at=at)
        if not self.lasting.weigh(sealed).level.reaches(Level.B_T):
            raise Unavailable("timestamp.unavailable")
        return sealed

    def validate(self, pdf: bytes, *, at: datetime) -> ValidationReport:
        """Say what can be said of the signatures in ``pdf``, by the office's own trust.

        Raises  Unreadable: not a PDF at all.
        """
        return judge(pdf, trust=self._keyring.trust(), at=at)

    def _require_leader(self, pdf: bytes, writer: IncrementalPdfFileWriter, at: datetime) -> None:
        signed = _signed_fields(writer)
        if fields.AGENCY in signed:
            raise Refused("seal.already-sealed")
        if not any(fields.of_last_leader(name) for name in signed):
            raise Refused("seal.not-signed")
        found = self.validate(pdf, at=at)
        if found.verdict is not Verdict.VALID:
            raise Refused("seal.signature-not-valid", reasons=found.reasons)

    def _left_open(  # noqa: PLR0913 - what a signature is made of
        self,
        writer: IncrementalPdfFileWriter,
        certificate: bytes,
        field: str,
        before: bytes,
        *,
        at: datetime,
        reason: str,
    ) -> Awaited:
        leave = partial(
            open_revisions.leave_open, writer, before, field, certificate, at=at, reason=reason
        )
        if self._warm:
            return leave()
        # The vendor fills class-wide tables on first use without a lock of its own.
        with self._first:
            left = leave()
            self._warm = True
        return left

    def _checked(
        self, signed: bytes, before: bytes, awaited: Awaited, certificate: bytes, at: datetime
    ) -> bytes:
        """Give ``signed`` if it is what it must be, before anybody stores it.

        A first signature is read again by itself; where one stands over another, everything is
        judged as strangers would, since the later one must break nothing of the earlier.
        """
        if not signed.startswith(before):
            raise Broken("sign.self-check", reasons=("bytes-moved",))
        found = tuple(self._faults(signed, len(before), awaited, certificate, at=at))
        if found:
            raise Broken("sign.self-check", field=awaited.field, reasons=found)
        return signed

    def _faults(
        self, signed: bytes, begun: int, awaited: Awaited, certificate: bytes, *, at: datetime
    ) -> Iterator[str]:
        if self_check.is_alone(signed):
            yield from self_check.faults(signed, begun, awaited, certificate)
            return
        report = self.validate(signed, at=at)
        if report.verdict is not Verdict.VALID:
            yield from report.reasons
        if [one.field for one in report.signatures].count(awaited.field) != 1:
            yield "no-signature"

    def _picture(self, png: bytes) -> Picture:
        key = hashlib.sha256(png).hexdigest()
        with self._caching:
            if key not in self._pictures:
                self._pictures[key] = encode(png)
            return self._pictures[key]

    def _both_faces(self) -> dict[bool, Face]:
        with self._caching:
            if not self._faces:
                upright = cut(find_font("regular", folders=self._font_folders))
                slanted = cut(find_font("italic", folders=self._font_folders))
                self._faces = {False: upright, True: slanted}
            return self._faces


def _open(pdf: bytes) -> IncrementalPdfFileWriter:
    """Open a PDF for one more revision.

    Raises  Unreadable: it cannot take one; ``reason`` says why.
    """
    if not is_pdf(pdf):
        raise Unreadable("pdf.not-signable", reason="not-pdf")
    reader = PdfFileReader(io.BytesIO(pdf), strict=True)
    _require_plain(reader)
    return IncrementalPdfFileWriter.from_reader(reader)


def _ready(pdf: bytes, placement: Placement, turn: tuple[int, int]) -> IncrementalPdfFileWriter:
    """Open a PDF for a leader's signature, with the fields of an issued document.

    Raises  Refused: signed before. Otherwise as ``Press.prepare``.
    """
    writer = _open(pdf)
    if not fields.exist(writer):
        _refuse_signed(writer)
        fields.make(writer, placement, leaders=turn[1])
        return writer
    signed = _signed_fields(writer)
    if fields.leader(*turn) in signed:
        raise Refused("sign.already-signed")
    if fields.AGENCY in signed:
        raise Unreadable("pdf.not-signable", reason="signed")
    fields.check(writer, placement)
    return writer


@contextmanager
def _foreign() -> Iterator[None]:
    """Work on bytes that may break the vendor's parser in any way, all of which mean the same."""
    try:
        yield
    except OfficeError:
        raise
    except SigningError as error:
        raise Unreadable("pdf.not-signable", reason="refused") from error
    except _BROKEN_BY_BYTES as error:
        raise Unreadable("pdf.not-signable", reason="damaged") from error


def _require_plain(reader: PdfFileReader) -> None:
    if reader.encrypted:
        raise Unreadable("pdf.not-signable", reason="encrypted")
    if reader.xrefs.hybrid_xrefs_present:
        raise Unreadable("pdf.not-signable", reason="hybrid")
    if "/Perms" in reader.root and "/DocMDP" in reader.root["/Perms"]:
        raise Unreadable("pdf.not-signable", reason="certified")


def _signed_fields(writer: IncrementalPdfFileWriter) -> set[str]:
    return {str(name) for name, _, _ in enumerate_sig_fields(writer, filled_status=True)}


def _refuse_signed(writer: IncrementalPdfFileWriter) -> None:
    if _signed_fields(writer):
        # New text fields after somebody's signature would break it.
        raise Unreadable("pdf.not-signable", reason="signed")


def _written(writer: IncrementalPdfFileWriter, before: bytes) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    written = out.getvalue()
    if not written.startswith(before):
        raise Broken("sign.self-check", reasons=("bytes-moved",))
    return written
