"""Mail that tells people and partners of what was cleared to leave; it carries no file."""

import hashlib
import re
import smtplib
import ssl
from datetime import datetime
from email.header import Header
from email.mime.text import MIMEText
from email.utils import format_datetime

from exchange.filter import Filter
from exchange.gate import Exchangeable, verify
from records.errors import Broken, Refused, Unavailable

PURPOSE = "mail"

_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?"
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029\ud800-\udfff]")
_FOR_GOOD = 500  # SMTP replies from here on will be the same next time (RFC 5321, 4.2.1)


class Mailer:
    """One mail server, and the name under which this office writes."""

    def __init__(  # noqa: PLR0913 - a mail account has that many facts, most given by name
        self,
        host: str,
        port: int,
        sender: str,
        *,
        edge: Filter,
        timeout: float,
        starttls: bool = True,
        context: ssl.SSLContext | None = None,
        login: tuple[str, str] | None = None,
    ) -> None:
        """Know where to post.

        Takes   edge: what every letter is judged by once more; timeout: seconds for each answer of
                the server; starttls: refuse to post without encryption; context: whom to trust, the
                system's authorities if None; login: name and password.
        """
        self._server = (host, port)
        self._sender = _address(sender)
        self._edge = edge
        self._timeout = timeout
        self._context = (context or ssl.create_default_context()) if starttls else None
        self._login = login

    def notify(
        self,
        cleared: Exchangeable,
        to: str,
        subject: str,
        text: str,
        *,
        at: datetime | None = None,
    ) -> None:
        """Post one letter of plain text.

        Takes   at: the moment to date it with; the mail server dates it without.
        Raises  Broken egress.unsealed: the clearance is none, or is not for mail to this address.
                Refused mail.address, mail.header: an address or subject with signs that do not
                belong there.
                Refused mail.recipient: the server will never take mail for this address.
                Refused exchange.held: it says what a secret says.
                Unavailable mail.unavailable: the server did not take it now;
                exchange.no-list: it cannot be known what is secret.
        """
        verify(cleared, ())
        if (cleared.destination, cleared.purpose) != (to, PURPOSE):
            raise Broken("egress.unsealed", why="destination", document=cleared.document)
        self._edge.judge_words(f"{subject}\n{text}")
        letter = self._letter(_address(to), subject, text)
        letter["Message-ID"] = self._id(cleared, to, subject, text)
        if at is not None:
            letter["Date"] = format_datetime(at)
        try:
            self._post(letter)
        except smtplib.SMTPRecipientsRefused as error:
            raise _refusal(error) from error
        except (smtplib.SMTPException, OSError) as error:
            raise Unavailable("mail.unavailable", why=type(error).__name__) from error

    def _letter(self, to: str, subject: str, text: str) -> MIMEText:
        if _CONTROL.search(subject):
            raise Refused("mail.header")
        # EmailMessage (Python 3.11) loses spaces where it folds a long Vietnamese subject.
        letter = MIMEText(_lines(text), "plain", "utf-8")
        letter["From"] = self._sender
        letter["To"] = to
        letter["Subject"] = Header(subject, "utf-8", header_name="Subject").encode()
        # RFC 3834: an automatic letter says so, and gets no automatic answer.
        letter["Auto-Submitted"] = "auto-generated"
        return letter

    def _id(self, cleared: Exchangeable, *words: str) -> str:
        """Give the same id for the same letter, so that a second posting can be known as one."""
        told = "\0".join((cleared.document, *words)).encode(errors="replace")
        digest = hashlib.sha256(told).hexdigest()
        return f"<{digest[:32]}@{self._sender.partition('@')[2]}>"

    def _post(self, letter: MIMEText) -> None:
        with smtplib.SMTP(*self._server, timeout=self._timeout) as server:
            if self._context is not None:
                server.starttls(context=self._context)
            if self._login is not None:
                server.login(*self._login)
            server.send_message(letter)


def _lines(text: str) -> str:
    """Give ``text`` with the line ends mail has (RFC 2045, 6.8), and nothing UTF-8 cannot carry."""
    return "\r\n".join(text.encode(errors="replace").decode().splitlines())


def _address(written: str) -> str:
    if not _ADDRESS.fullmatch(written) or ".." in written:
        raise Refused("mail.address")
    return written


def _refusal(error: smtplib.SMTPRecipientsRefused) -> Refused | Unavailable:
    codes = [code for code, _ in error.recipients.values()]
    if all(code >= _FOR_GOOD for code in codes):
        return Refused("mail.recipient")
    return Unavailable("mail.unavailable", why="SMTPRecipientsRefused")
