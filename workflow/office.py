"""The furnished office: everything a verb may use, in one value."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from drafting.convert import Converter
from drafting.reader import PdfReader
from exchange.mail import Mailer
from exchange.prints import Prints
from exchange.spool import Spool
from exchange.tray import Tray
from identity.directory import Directory
from identity.oidc import Provider
from identity.otp import Seal
from identity.passkeys import Passkeys
from identity.passwords import Passwords
from records.access import AccessRules
from records.beneath import Beneath, Response
from records.document import Document
from records.form import Form
from records.identity import Outside
from records.isolation import Isolation
from records.level import Policy
from records.person import Organ
from records.register import Book
from records.route import Route
from records.secrecy import Downloads
from records.signing import Naming
from records.working_time import Calendar
from search.index import Index
from signing.custody import Custody
from signing.keys import Keyring
from signing.press import Press
from signing.validate import Validator
from storage.checkpoints import Deposit
from storage.contents import Contents
from storage.database import Database
from storage.ledger import Ledger
from workflow.roads import Roads


@dataclass(frozen=True, slots=True)
class Office:
    """One office, furnished by ``front.furnishing``."""

    organs: tuple[tuple[date, Organ], ...]  # the first day of another name, and what it was until
    zone: ZoneInfo  # of deadlines, registers and everything dated
    clock: Callable[[], datetime]  # aware
    database: Database
    contents: Contents
    ledger: Ledger  # of what became secret
    deposits: tuple[Deposit, ...]  # where the checkpoints of the log lie; the first is our own
    passwords: Passwords
    access: AccessRules
    outside: Outside  # people whom others recognise
    provider: Provider | None  # who recognises them
    directory: Directory | None  # whose passwords count as well
    telephones: Seal  # keeps the secrets of people's authenticators
    passkeys: Passkeys
    roads: Roads
    books: tuple[Book, ...]
    forms: Mapping[str, Form]
    calendar: Calendar  # as law and files have it; the days settled since are in the database
    capacities: Mapping[str, tuple[str, ...]]  # by person: the lines above their signature
    default_signer: str
    sealed: bool  # whether classified content may be kept here at all
    downloads: Downloads  # who may have classified content as bytes, not only as pictures
    largest: int  # bytes a file may have
    isolate: Isolation  # where foreign bytes are read
    reader: PdfReader
    converter: Converter
    keyring: Keyring
    custody: Custody
    press: Press
    validator: Validator
    proofs: Policy  # how lastingly signatures are proven
    naming: Naming  # what is done about a certificate of another name
    beneath: Mapping[Beneath, Response]  # what is done about what a PDF holds beside its pages
    index: Index
    partners: Mapping[str, Organ]
    spool: Spool  # where messages come in
    tray: Tray  # where messages wait for the process that carries them out
    recall_time: timedelta  # in which a recall is to be answered
    prints: Prints  # by what secrets are known at the edge
    mailer: Mailer | None
    address: str  # of this service, for links in notices

    @property
    def organ(self) -> Organ:
        """Give the agency as it is called today."""
        return self.organ_on(self.today())

    def organ_on(self, day: date) -> Organ:
        """Give the agency as it was, is or will be called on a day."""
        return next(organ for until, organ in self.organs if day < until)

    def letterhead_of(self, year: int) -> tuple[str, str]:
        """Give the two lines above what is printed of a year: the agency above, and the agency."""
        organ = self.organ_on(min(self.today(), date(year, 12, 31)))
        return organ.superior, organ.facts.get("letterhead", organ.name)

    def today(self) -> date:
        """Give today's date where the office is."""
        return self.clock().astimezone(self.zone).date()

    @property
    def routes(self) -> Mapping[str, Route]:
        """Give the roads on which a document may begin now, by name."""
        with self.database.reading() as unit:
            return self.roads.newest(unit)

    def route_of(self, document: Document) -> Route:
        """Give the road a document is on, in the version it is on."""
        known = self.roads.known(document.definition)
        if known is not None:
            return known
        with self.database.reading() as unit:
            return self.roads.of(unit, document.definition, document.workflow)
