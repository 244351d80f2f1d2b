"""An office prepared once, a document waiting before each act, to be copied for each fault."""

import importlib
import json
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy.exc import OperationalError

from bench.papers import minimal_pdf
from config.office import read_office
from config.settings import Settings
from drafting.sandbox import OFFICE_TASK
from exchange import edxml
from exchange.filter import Filter
from exchange.folders import put
from exchange.porter import Porter
from exchange.spool import Spool
from exchange.tray import Tray
from front.furnishing import furnish
from identity.reading import tokens_of
from records.document import Classification, Direction, Document, Urgency
from records.errors import Unavailable, Unreadable
from records.exchange import Enclosure, Envelope
from records.finding import Query
from records.isolation import Isolation
from records.person import Person
from search.index import Index
from storage.blobs import Blobs
from storage.contents import Contents
from storage.database import Database
from storage.folder import Folder
from storage.keys import log_key, vault_key
from storage.manifest import Manifest
from storage.schema import downgrade, newest, version_of
from storage.unit import Unit
from storage.vault import Vault, master_key
from workflow.backup import Keys, back_up
from workflow.begin import Particulars
from workflow.carry import carry
from workflow.find import index, reindex
from workflow.found import found
from workflow.gather import gather
from workflow.jobs import read
from workflow.office import Office
from workflow.perform import perform
from workflow.receive import receive
from workflow.road import Choice
from workflow.tidings import hear

MORNING = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
PARTNER = "H49.90.2"
MESSAGE = "0123456789abcdef0123456789abcdef"
CANARY = "KMAT-7F3A9C"
"""In every secret document, its subject and its paper; nowhere else on disk may it be read."""

ROAD = (
    ("submit", "chuyenvien"),
    ("approve", "truongban"),
    ("approve", "chanhvanphong"),
    ("sign", "chutich"),
    ("seal", "vanthu"),
    ("dispatch", "vanthu"),
    ("archive", "luutru"),
)
STEPS = {
    "submit": (0, Classification.NONE),
    "sign": (3, Classification.NONE),
    "seal": (4, Classification.NONE),
    "dispatch": (5, Classification.NONE),
    "archive": (6, Classification.NONE),
    "sign-secret": (3, Classification.SECRET),
    "seal-secret": (4, Classification.SECRET),
}
"""How far along the road the document of each act lies, and its class."""

SUBJECTS = {"upload": "Giấy vừa mang đến", "upload-secret": f"{CANARY} vừa mang đến"}


_SCRATCH = tempfile.TemporaryDirectory(prefix="read-")
# The locked room has a scratch folder of its own; here two sweeps may run side by side.


class Here:
    """Reads papers of our own in this very process, where a fault can be aimed at one thread."""

    def __init__(self, elsewhere: Isolation | None = None) -> None:
        self._elsewhere = elsewhere

    def __call__(self, task: str, content: bytes, *, options: dict[str, object]) -> bytes:
        """Give the task's answer; what needs LibreOffice is read elsewhere."""
        if task == OFFICE_TASK:
            if self._elsewhere is None:
                raise Unavailable("sandbox.unavailable")
            return self._elsewhere(task, content, options=options)
        module = importlib.import_module(task)
        vars(module)["_SCRATCH"] = Path(_SCRATCH.name)
        try:
            given: bytes = module.answer(content, options)
        except OSError as failed:  # as the locked room tells of a reader that broke
            raise Unreadable("file.reader-failed") from failed
        return given


@dataclass(frozen=True, slots=True)
class Stage:
    """One copy of the prepared office, opened."""

    folder: Path
    office: Office
    known: Mapping[str, str]  # by act: the id of its document or dispatch

    def person(self, id: str) -> Person:
        """Give somebody by account name."""
        with self.office.database.reading() as unit:
            return unit.people.get(id)

    def document(self, id: str) -> Document:
        """Give a document as it now stands."""
        with self.office.database.reading() as unit:
            return unit.documents.get(id)


def open_stage(
    folder: Path,
    *,
    at: datetime = MORNING,
    isolate: Isolation | None = None,
    **told: object,
) -> Stage:
    """Furnish the office that lies in ``folder`` as the front door does."""
    settings = Settings(
        trinhky_data=folder, trinhky_office="office.yaml", database_url="", trinhky_spool=Path()
    ).model_copy(update=told)
    office = furnish(settings, isolate or Here(), lambda: at)  # type: ignore[arg-type]  # reads our own papers
    known = folder / "known.json"
    return Stage(folder, office, json.loads(known.read_text()) if known.exists() else {})


def moved(stage: Stage, folder: Path, url: str = "") -> Stage:
    """Open the copy of a prepared office that lies in ``folder``; its keys are open already."""
    vault = Vault(Folder(folder / "vault"), vault_key(folder / "keys"))
    _, key = log_key(folder / "keys")
    database = Database(url or f"sqlite:///{folder / 'trinhky.sqlite'}", vault, key)
    database.build()
    office = replace(
        stage.office,
        database=database,
        contents=Contents(Blobs(Folder(folder / "blobs")), vault),
        index=Index(folder / "index", key=master_key(folder / "keys" / "index.key")),
        spool=Spool(folder / "spool"),
        tray=Tray(folder / "tray"),
    )
    return Stage(folder, office, stage.known)


def prepare(folder: Path, **told: object) -> None:
    """Found an office and bring one document before each act."""
    stage = open_stage(folder, **told)  # type: ignore[arg-type]  # settings by name
    described = read_office(Path(__file__).parents[1] / "config" / "office.yaml")
    found(stage.office, described.units, described.people, "mật khẩu thử nghiệm")
    known: dict[str, str] = {}
    for n, (act, (far, classification)) in enumerate(STEPS.items()):
        known[act] = _led(stage, f"paper {n}", far, classification)
    known["index"] = _led(stage, "paper 91", 1, Classification.NONE)
    carried = _led(stage, "paper 92", 6, Classification.NONE)
    with stage.office.database.reading() as unit:
        known["carry"] = unit.dispatches.of(carried)[0].id
    for id in (*known.values(), carried):
        if id not in (known["carry"], known["index"]):
            read(stage.office, id)
    reindex(stage.office)
    stage.office.index.remove([known["index"]])  # type: ignore[list-item]  # ids are words here
    read(stage.office, known["index"])
    place = stage.office.spool._root / stage.office.organ.spool  # noqa: SLF001 - as a partner would
    put(place, MESSAGE, edxml.write(_message(stage.office)))
    known |= {f"{act}.version": str(_version(stage, id)) for act, id in known.items()}
    (folder / "known.json").write_text(json.dumps(known))
    stage.office.database.close()


def copied(base: Path, target: Path) -> Path:
    """Give a copy of the prepared office of its own."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(base, target)
    return target


def _led(stage: Stage, words: str, far: int, classification: Classification) -> str:
    secret = classification is not Classification.NONE
    mark = f"{CANARY} " if secret else ""
    said = Particulars(Direction.OUTGOING, "QĐ", f"{mark}Về việc {words}", classification)
    paper = minimal_pdf(f"{mark}{words}")
    document = receive(stage.office, said, paper, by=stage.person("chuyenvien")).document
    for action, who in ROAD[:far]:
        if (action, who) == ("approve", "chanhvanphong") and document.state != "format_check":
            continue
        document = _acted(stage, document, action, who)
    return document.id


def _acted(stage: Stage, document: Document, action: str, who: str) -> Document:
    choice = Choice(
        shown=document.latest.digest,
        seen=document.version,
        recipients=(PARTNER,) if action == "dispatch" else (),
    )
    return perform(stage.office, document.id, action, choice, by=stage.person(who))


def _version(stage: Stage, id: str) -> int:
    try:
        return stage.document(id).version
    except Exception:  # noqa: BLE001 - a dispatch has none
        return 0


def _message(office: Office) -> Envelope:
    return Envelope(
        id=MESSAGE,
        sender=office.partners[PARTNER],
        recipient=office.partners[office.organ.id],
        document_id=f"{PARTNER},2026/11/19,12/KH-LĐLĐ",
        code_number="12",
        code_notation="KH-LĐLĐ",
        issued_on=(MORNING - timedelta(days=1)).date(),
        place="Mẫu",
        type_name="Kế hoạch",
        subject="Tháng Công nhân",
        signer_capacity="TM. BAN THƯỜNG VỤ",
        signer_position="Chủ tịch",
        signer_name="Nguyễn Văn A",
        urgency=Urgency.NORMAL,
        pages=1,
        enclosures=(Enclosure("12.pdf", "application/pdf", minimal_pdf("from afar"), main=True),),
        sent_at=MORNING,
    )


# ── the acts ─────────────────────────────────────────────────────────────────────────────


def _upload(stage: Stage, act: str) -> None:
    secret = act == "upload-secret"
    classification = Classification.SECRET if secret else Classification.NONE
    said = Particulars(Direction.OUTGOING, "QĐ", SUBJECTS[act], classification)
    paper = minimal_pdf(f"{CANARY} new" if secret else "new")
    receive(stage.office, said, paper, by=stage.person("chuyenvien"))


def _step(stage: Stage, act: str) -> None:
    action = act.removesuffix("-secret")
    _acted(stage, stage.document(stage.known[act]), action, dict(reversed(ROAD))[action])


def _gather(stage: Stage, _: str) -> None:
    gather(stage.office)


def _carry(stage: Stage, act: str) -> None:
    """Put it into the tray, carry it as the other process does, and hear that it left."""
    office = stage.office
    carry(office, stage.known[act])
    partners = {one.id: Path(one.spool) for one in office.partners.values() if one.spool}
    porter = Porter(
        office.tray, office.spool, Filter(office.prints), organ=office.organ.id, partners=partners
    )
    if fault := porter.round():
        raise Unavailable(fault)
    hear(office)


def _index(stage: Stage, act: str) -> None:
    index(stage.office, stage.known[act])


def _migrate(stage: Stage, _: str) -> None:
    try:
        downgrade(stage.office.database.engine, "-1")
    except OperationalError as lost:  # the way down is no act of the office, and tells nobody
        raise Unavailable("database.unavailable") from lost
    stage.office.database.build()


def _backup(stage: Stage, _: str) -> None:
    back_up(stage.office, copy_of(stage.folder), Keys({}, {}, b""))


ACTS: Mapping[str, Callable[[Stage, str], None]] = {
    "upload": _upload,
    "upload-secret": _upload,
    **dict.fromkeys(STEPS, _step),
    "carry": _carry,
    "gather": _gather,
    "index": _index,
    "migrate": _migrate,
    "backup": _backup,
}


def copy_of(folder: Path) -> Path:
    """Give where the backup of a scratch office goes."""
    return folder.with_name(f"{folder.name}-backup") / "copy"


def done(stage: Stage, act: str) -> int:
    """Give how many times an act has had its effect; more than once is broken."""
    if act in STEPS:
        return stage.document(stage.known[act]).version - int(stage.known[f"{act}.version"])
    if act == "backup":
        return _backups(stage)
    if act == "migrate":
        return int(version_of(stage.office.database.engine) == newest())
    if act == "carry":
        place = stage.office.spool._root / stage.office.partners[PARTNER].spool  # noqa: SLF001 - as they look
        return len(list(place.glob("*.edxml")))
    if act == "index":
        return int(_indexed(stage))
    with stage.office.database.reading() as unit:
        return sum(_is_made_by(act, one) for one in _all(unit))


def _backups(stage: Stage) -> int:
    target = copy_of(stage.folder)
    if not target.exists():
        return 0
    Manifest.read(target).require_whole(target)
    return 1


def _indexed(stage: Stage) -> bool:
    found = stage.office.index.find(
        Query("91", readers=tokens_of(stage.person("chuyenvien")), limit=200)
    )
    return stage.known["index"] in {hit.id for hit in found.hits}


def _is_made_by(act: str, document: Document) -> bool:
    if act == "gather":
        return document.source.message == MESSAGE
    return document.subject == SUBJECTS[act]


def _all(unit: Unit) -> list[Document]:
    return [unit.documents.get(id) for id in ids_of(unit)]


def ids_of(unit: Unit) -> list[str]:
    """Give the id of every document that has a file."""
    return sorted({id for id, _, _ in unit.documents.digests()})
