"""What draws on a secret is as secret, near or far, and the database lets nobody say otherwise."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from records.document import Classification, Direction, Document
from records.errors import NotAllowed, NotFound, OfficeError, Refused
from records.link import Drawn, LinkKind
from tests.conftest import House
from workflow.begin import Enclosed, Particulars
from workflow.classify import classify
from workflow.declassify import declassify, propose
from workflow.draft import draft
from workflow.links import candidates, link, unlink
from workflow.look import history, view
from workflow.receive import receive
from workflow.road import Choice
from workflow.verify import verify

NONE, CONFIDENTIAL = Classification.NONE, Classification.CONFIDENTIAL
SECRET, TOP = Classification.SECRET, Classification.TOP_SECRET
QUOTES, REPLIES, DERIVED = LinkKind.QUOTES, LinkKind.REPLIES, LinkKind.DERIVED
WHY = Choice("Theo Quyết định 26/2020")


def now(house: House, document: Document) -> Document:
    with house.office.database.reading() as unit:
        return unit.documents.get(document.id)


def classes(house: House, *documents: Document) -> list[Classification]:
    return [now(house, one).classification for one in documents]


def lower(house: House, document: Document, to: Classification) -> Document:
    office = house.office
    propose(
        office,
        document.id,
        to,
        decision="12/QĐ",
        on=date(2026, 11, 19),
        reason="hết hạn",
        by=house.person("truongban"),
    )
    return declassify(office, document.id, by=house.person("chutich"))


@pytest.fixture
def secret(house: House) -> Document:
    """Give a secret document that head and leader may read, too."""
    document = house.drafted(subject="Về gàlôilam", classification=SECRET)
    with house.office.database.unit() as unit:
        unit.documents.admit(document.id, ["person:truongban", "person:chutich", "person:vanthu"])
    return document


def admitted(house: House, *documents: Document) -> None:
    with house.office.database.unit() as unit:
        for one in documents:
            unit.documents.admit(one.id, ["person:truongban", "person:chutich"])


def test_who_quotes_a_secret_rises_with_all_that_draws_on_it(
    house: House, secret: Document
) -> None:
    office, by = house.office, house.person("chuyenvien")
    near, far = house.drafted(), house.drafted()
    link(office, far.id, DERIVED, near.id, by=by)
    assert classes(house, near, far) == [NONE, NONE]

    risen = link(office, near.id, QUOTES, secret.id, by=by)
    house.work_off()

    assert (risen.classification, risen.own_class) == (SECRET, NONE)
    assert classes(house, near, far) == [SECRET, SECRET]
    for one in (near, far):
        with pytest.raises(NotFound, match="document.unknown"):
            view(office, one.id, by=house.person("kiemtra"))
        told = [line["event"] for line in history(office, one.id, by=by)]
        assert told[-1] == "document:purged"
    found = verify(office)
    assert (found.head.faults, found.faults) == ((), ())


def test_raising_a_source_raises_its_whole_circle(house: House) -> None:
    office, by = house.office, house.person("chuyenvien")
    one, two, three = (house.drafted() for _ in range(3))
    link(office, two.id, REPLIES, one.id, by=by)
    link(office, three.id, QUOTES, two.id, by=by)
    link(office, one.id, QUOTES, three.id, by=by)

    raised = classify(office, two.id, SECRET, WHY, by=by)
    house.work_off()

    assert raised.own_class is SECRET
    assert classes(house, one, two, three) == [SECRET] * 3
    assert now(house, one).own_class is NONE
    assert verify(office).holds


def test_nobody_learns_of_what_rose_behind_what_they_raised(house: House) -> None:
    office, officer, clerk = house.office, house.person("chuyenvien"), house.person("vanthu")
    base = house.sealed()
    behind = receive(
        office,
        Particulars(Direction.OUTGOING, "TB", "Sau", CONFIDENTIAL, drawn=(Drawn(QUOTES, base.id),)),
        content_of(house, base),
        by=officer,
    ).document
    assert view(office, base.id, by=clerk).links == ()

    classify(office, base.id, SECRET, WHY, by=clerk)

    assert classes(house, behind) == [SECRET]
    with pytest.raises(NotFound):
        view(office, behind.id, by=clerk)
    assert [one.other.id for one in view(office, base.id, by=officer).links] == [behind.id]


def content_of(house: House, document: Document) -> bytes:
    return house.office.contents.get(document, document.latest.digest)


def test_what_begins_as_an_answer_begins_at_the_class_of_what_it_answers(
    house: House, secret: Document
) -> None:
    office, by = house.office, house.person("chuyenvien")
    said = Particulars(
        Direction.OUTGOING, "TB", "Trả lời", NONE, drawn=(Drawn(REPLIES, secret.id),)
    )
    drafted = draft(office, said, {"body": "Kính gửi."}, by=by)
    brought = receive(office, said, content_of(house, secret), by=by).document

    for one in (drafted, brought):
        assert (one.classification, one.own_class) == (SECRET, NONE)
        [told] = view(office, one.id, by=by).links
        assert (told.source, told.other.id, told.link.kind) == (True, secret.id, REPLIES)
    for stranger in ("phochutich", "vanthu2", "quantri"):
        unknown = replace(said, drawn=(Drawn(REPLIES, "f" * 32),))
        if stranger == "phochutich":
            who = house.person(stranger)
            for about in (said, unknown):
                with pytest.raises(Refused, match="link.unknown"):
                    draft(office, about, {"body": "x"}, by=who)


def test_a_file_may_be_more_secret_than_what_it_goes_with(house: House) -> None:
    office, by = house.office, house.person("chuyenvien")
    said = Particulars(Direction.OUTGOING, "TB", "Kèm mật", NONE)
    paper = content_of(house, house.drafted())
    enclosed = (Enclosed("a.pdf", paper, SECRET), Enclosed("b.pdf", paper))
    document = receive(office, said, paper, attachments=enclosed, by=by).document

    assert (document.classification, document.own_class) == (SECRET, NONE)
    assert [one.own_class for one in now(house, document).attachments] == [SECRET, NONE]
    admitted(house, document)
    lowered = lower(house, document, CONFIDENTIAL)
    assert lowered.classification is CONFIDENTIAL
    assert [one.own_class for one in now(house, document).attachments] == [CONFIDENTIAL, NONE]


def test_nothing_comes_below_what_it_draws_on(house: House, secret: Document) -> None:
    office, by = house.office, house.person("chuyenvien")
    reply = house.drafted()
    link(office, reply.id, REPLIES, secret.id, by=by)
    admitted(house, reply)
    with pytest.raises(Refused, match="class.held-by-source"):
        lower(house, reply, NONE)
    with pytest.raises(Refused, match="link.stays"):
        unlink(office, reply.id, REPLIES, secret.id, by=by)

    lower(house, secret, NONE)
    assert classes(house, secret, reply) == [NONE, SECRET]  # it waits for a decision of its own
    lower(house, reply, NONE)
    assert classes(house, reply) == [NONE]
    unlink(office, reply.id, REPLIES, secret.id, by=by)
    assert view(office, reply.id, by=by).links == ()
    assert verify(office).holds


def test_who_may_not_say_it_and_what_cannot_be_said(house: House, secret: Document) -> None:
    office, by = house.office, house.person("chuyenvien")
    document = house.drafted()
    for stranger, source in (("phochutich", secret.id), ("phochutich", "f" * 32)):
        with pytest.raises(Refused, match="link.unknown"):
            link(office, document.id, QUOTES, source, by=house.person(stranger))
    with pytest.raises(NotAllowed, match="link.not-yours"):
        link(office, document.id, QUOTES, secret.id, by=house.person("kiemtra"))
    with pytest.raises(NotFound, match="document.unknown"):
        link(office, secret.id, QUOTES, document.id, by=house.person("phochutich"))
    with pytest.raises(Refused, match="link.itself"):
        link(office, document.id, QUOTES, document.id, by=by)
    with pytest.raises(Refused, match="link.unknown"):
        unlink(office, document.id, QUOTES, house.drafted().id, by=by)
    link(office, document.id, QUOTES, house.drafted().id, by=by)
    assert classes(house, document) == [NONE]


def test_a_source_is_chosen_by_number_or_words_among_what_one_may_read(house: House) -> None:
    office, clerk, stranger = house.office, house.person("vanthu"), house.person("phochutich")
    plain, kept = house.sealed(subject="Về cây đước"), house.sealed(classification=SECRET)
    house.work_off()
    number = str(kept.number)

    assert [one.id for one in candidates(office, "đước", by=stranger)] == [plain.id]
    assert [one.id for one in candidates(office, str(plain.number), by=stranger)] == [plain.id]
    assert kept.id in {one.id for one in candidates(office, number, by=clerk)}
    assert kept.id not in {one.id for one in candidates(office, number, by=stranger)}
    assert candidates(office, kept.id, by=stranger) == []
    assert candidates(office, plain.id, but=plain.id, by=stranger) == []
    assert candidates(office, "1" * 30, by=clerk) == []


LIES = {
    "a link below its source": "INSERT INTO link VALUES (:one, 'quotes', :secret, 'none', 'secret',"
    " 'x', '2026-11-20')",
    "a link that lies of its source": "INSERT INTO link VALUES (:one, 'quotes', :secret, 'none', "
    "'none', 'x', '2026-11-20')",
    "a link that lies of itself": "INSERT INTO link VALUES (:one, 'quotes', :secret, 'secret', "
    "'secret', 'x', '2026-11-20')",
    "a link of no class": "INSERT INTO link VALUES (:one, 'quotes', :secret, NULL, NULL, 'x', "
    "'2026-11-20')",
    "an unknown class": "INSERT INTO link VALUES (:one, 'quotes', :secret, 'none', 'x', 'x', "
    "'2026-11-20')",
    "a source raised alone": "UPDATE document SET classification = 'top_secret' WHERE id = :secret",
    "a link changed with nothing else": "UPDATE link SET source_class = 'none'",
    "a link to a secret gone": "DELETE FROM link WHERE source = :secret",
    "a link turned away": "UPDATE link SET source = :one WHERE source = :secret",
    "a reply lowered": "UPDATE document SET classification = 'none', subject = 'x' "
    "WHERE id = :reply",
    "below its own": "UPDATE document SET own_class = 'top_secret' WHERE id = :secret",
    "an own class that is none": "UPDATE document SET own_class = 'unsaid' WHERE id = :one",
    "no own class": "UPDATE document SET own_class = NULL WHERE id = :one",
    "a file above its document": "UPDATE attachment SET own_class = 'top_secret'",
    "a file that lies of its document": "UPDATE attachment SET classification = 'top_secret'",
}


def test_no_line_of_sql_tells_the_database_otherwise(house: House, secret: Document) -> None:
    office, by = house.office, house.person("chuyenvien")
    one = house.drafted()
    said = Particulars(
        Direction.OUTGOING, "TB", "Trả lời", NONE, drawn=(Drawn(REPLIES, secret.id),)
    )
    paper = content_of(house, one)
    enclosed = (Enclosed("a.pdf", paper),)
    reply = receive(office, said, paper, attachments=enclosed, by=by).document
    about = {"one": one.id, "secret": secret.id, "reply": reply.id}

    for what, line in LIES.items():
        known = {name: id for name, id in about.items() if f":{name}" in line}
        with pytest.raises(DBAPIError), office.database.engine.begin() as connection:
            connection.execute(text(line), known)
        assert classes(house, one, secret, reply) == [NONE, SECRET, SECRET], what
    with pytest.raises(OfficeError), office.database.unit() as unit:
        unit.links.add(one.id, QUOTES, secret.id, by="x", at=house.clock())
    with pytest.raises(OfficeError), office.database.unit() as unit:
        unit.connection.execute(
            text("UPDATE document SET classification = 'top_secret' WHERE id = :id"),
            {"id": secret.id},
        )
    assert view(office, reply.id, by=by).document.classification is SECRET
