"""One unit of work: everything the office keeps, seen through one transaction."""

from functools import cached_property

from sqlalchemy import Connection

from records.appointment import Appointment
from records.reorganisation import Reorganisation
from storage.appointments import appointments
from storage.arrivals import Arrivals
from storage.assignments import Assignments
from storage.audit import Audit
from storage.calendar import Days
from storage.case_files import CaseFiles
from storage.certificates import Certificates
from storage.checkpoints import Checkpoints
from storage.definitions import Definitions
from storage.delegations import Delegations
from storage.dispatches import Dispatches
from storage.documents import Documents
from storage.factors import Factors
from storage.handings import Handings
from storage.identities import Identities
from storage.indicators import Indicators
from storage.jobs import Jobs
from storage.ledgers import Ledgers
from storage.links import Links
from storage.lowerings import Lowerings
from storage.passes import Passes
from storage.people import People
from storage.permissions import Permissions
from storage.placements import Placements
from storage.planned import Planned
from storage.plans import Plans
from storage.prints import SecretPrints
from storage.proofs import Proofs
from storage.quarantine import Quarantine
from storage.queue import Door
from storage.raising import Raising
from storage.readings import Readings
from storage.recalls import Recalls
from storage.registers import Registers
from storage.reminders import Reminders
from storage.reorganisations import reorganisations
from storage.reservations import Reservations
from storage.signing_requests import SigningRequests
from storage.steps import Steps
from storage.vault import Vault


class Unit:
    """What one transaction may read and change; it lives as long as its ``with``."""

    def __init__(
        self,
        connection: Connection,
        vault: Vault,
        door: Door,
        *,
        writes: bool = True,
        log_key: bytes = b"",
    ) -> None:
        """See the office through ``connection``; who writes holds what they read."""
        self._writes = writes
        self.connection = connection
        self._vault = vault
        self._door = door
        self._log_key = log_key

    @cached_property
    def documents(self) -> Documents:
        """The documents, their revisions, attachments and readers."""
        return Documents(self.connection, self._vault, holds=self._writes)

    @cached_property
    def steps(self) -> Steps:
        """What was and is to be done on each document, and on whose desk it lies."""
        return Steps(self.connection)

    @cached_property
    def assignments(self) -> Assignments:
        """Who is charged with what of an incoming document."""
        return Assignments(self.connection)

    @cached_property
    def identities(self) -> Identities:
        """Who somebody elsewhere is here."""
        return Identities(self.connection)

    @cached_property
    def handings(self) -> Handings:
        """What changed hands: seals, key devices, the work of a post."""
        return Handings(self.connection)

    @cached_property
    def registers(self) -> Registers:
        """The books of numbers."""
        return Registers(self.connection, self._vault)

    @cached_property
    def reservations(self) -> Reservations:
        """The numbers held for documents to come."""
        return Reservations(self.connection, self._vault)

    @cached_property
    def ledgers(self) -> Ledgers:
        """The books in which a clerk writes what became of a document."""
        return Ledgers(self.connection, self._vault)

    @cached_property
    def plans(self) -> Plans:
        """The plans of files."""
        return Plans(self.connection)

    @cached_property
    def case_files(self) -> CaseFiles:
        """The case files, what lies in them, and the lists they were handed in on."""
        return CaseFiles(self.connection, self._vault)

    @cached_property
    def people(self) -> People:
        """The people, their posts and the units."""
        return People(self.connection)

    @cached_property
    def certificates(self) -> Certificates:
        """The register of certificates."""
        return Certificates(self.connection)

    @cached_property
    def signing_requests(self) -> SigningRequests:
        """Signatures that are still to come."""
        return SigningRequests(self.connection, self._vault)

    @cached_property
    def placements(self) -> Placements:
        """Where somebody put what is added to a document."""
        return Placements(self.connection)

    @cached_property
    def calendar(self) -> Days:
        """The days the office settled itself."""
        return Days(self.connection)

    @cached_property
    def definitions(self) -> Definitions:
        """The texts of roads, and which one is in force."""
        return Definitions(self.connection)

    @cached_property
    def delegations(self) -> Delegations:
        """Who stands in for whom."""
        return Delegations(self.connection)

    @cached_property
    def reminders(self) -> Reminders:
        """What somebody was reminded of, or is to be."""
        return Reminders(self.connection)

    @cached_property
    def passes(self) -> Passes:
        """Who is logged in, and who knocked in vain."""
        return Passes(self.connection)

    @cached_property
    def factors(self) -> Factors:
        """Second factors: telephones, codes on paper, passkeys."""
        return Factors(self.connection)

    @cached_property
    def dispatches(self) -> Dispatches:
        """What was sent, to whom, and how far it has come."""
        return Dispatches(self.connection)

    @cached_property
    def arrivals(self) -> Arrivals:
        """Which messages came in."""
        return Arrivals(self.connection)

    @cached_property
    def readings(self) -> Readings:
        """The words read from documents, and the packages of archived ones."""
        return Readings(self.connection)

    @cached_property
    def raising(self) -> Raising:
        """The closing of a document whose class is raised."""
        return Raising(self.connection, self._vault)

    @cached_property
    def recalls(self) -> Recalls:
        """What was sent and is wanted back, and what this office was asked to give up."""
        return Recalls(self.connection)

    @cached_property
    def links(self) -> Links:
        """What documents have from one another."""
        return Links(self.connection)

    @cached_property
    def permissions(self) -> Permissions:
        """The proposals to change who reads what."""
        return Permissions(self.connection)

    @cached_property
    def lowerings(self) -> Lowerings:
        """The proposals to lower a class."""
        return Lowerings(self.connection, self._vault)

    @cached_property
    def secret_prints(self) -> SecretPrints:
        """By what secrets are known to the filter at the edge."""
        return SecretPrints(self.connection)

    @cached_property
    def quarantine(self) -> Quarantine:
        """What bears a mark of secrecy and was not said to be secret."""
        return Quarantine(self.connection, self._vault)

    @cached_property
    def proofs(self) -> Proofs:
        """How lastingly signatures are proven, and what they wait for."""
        return Proofs(self.connection)

    @cached_property
    def audit(self) -> Audit:
        """The log, which is only ever appended to."""
        return Audit(self.connection, self._vault, self._log_key)

    @cached_property
    def checkpoints(self) -> Checkpoints:
        """The agency's signed word on the log as it stood."""
        return Checkpoints(self.connection)

    @cached_property
    def jobs(self) -> Jobs:
        """What is still to be done, what was given up, and who works."""
        return Jobs(self.connection)

    @cached_property
    def reorganisations(self) -> Planned[Reorganisation]:
        """What was decided of units, and from which day on."""
        return reorganisations(self.connection)

    @cached_property
    def appointments(self) -> Planned[Appointment]:
        """What was decided of people's posts, and from which day on."""
        return appointments(self.connection)

    @cached_property
    def indicators(self) -> Indicators:
        """What is counted for indicators and reports."""
        return Indicators(self.connection)

    def enqueue(self, kind: str, about: str, fact: str = "", *, key: str) -> None:
        """Leave a job to be done once this unit is kept, and never if it is not."""
        self._door.enqueue(self.connection, kind, about, fact, key)
