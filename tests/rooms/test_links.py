"""What draws on a secret is as secret, near or far, and the database lets nobody say otherwise."""

import io
import json
import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from bench.papers import minimal_pdf
from front.serving import application
from records.audit import AuditEvent
from records.document import Classification, Direction, Document, DocumentId, Origin
from records.errors import NotAllowed, NotFound, OfficeError, Refused
from records.link import Drawn, LinkKind
from records.person import Person
from records.raised import Raised
from storage import schema
from storage.engine import engine_of
from tests.conftest import PASSWORD, House
from tests.scanner import found_words
from workflow.begin import Enclosed, Made, Particulars, lay_down, new_document, with_revision
from workflow.classify import classify
from workflow.declassify import declassify, propose
from workflow.draft import draft
from workflow.links import candidates, link, unlink
from workflow.look import history, view
from workflow.purge import purge, raise_again
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


SAY = {place: f"gàlôilam{place}" for place in ("subject", "far")}


def test_a_purge_of_many_killed_between_two_goes_on_where_it_was(
    house: House, secret: Document
) -> None:
    office, by = house.office, house.person("chuyenvien")
    near, far = (house.drafted(subject=f"Về {word}", body=word) for word in SAY.values())
    link(office, far.id, DERIVED, near.id, by=by)
    house.work_off()
    assert set(found_words(house, SAY)) == set(SAY)

    link(office, near.id, QUOTES, secret.id, by=by)
    purge(office, near.id, str(SECRET))  # and before the other one, the machine stops
    assert set(found_words(house, SAY)) == {"far"}
    house.work_off()

    assert found_words(house, SAY) == {}
    for one in (near, far):
        told = [line["event"] for line in history(office, one.id, by=by)]
        assert told.count("document:purged") == 1


def test_an_older_backup_is_closed_with_all_that_draws_on_what_was_raised(house: House) -> None:
    office, by = house.office, house.person("chuyenvien")
    one, behind = house.drafted(), house.drafted()
    link(office, behind.id, QUOTES, one.id, by=by)

    raised = raise_again(office, [Raised(one.id, SECRET, house.clock())])

    assert raised == 2
    assert classes(house, one, behind) == [SECRET, SECRET]
    assert verify(office).holds


PAPER = minimal_pdf("giay")
STEPS = st.one_of(
    st.tuples(st.just("link"), st.integers(0, 4), st.integers(0, 4)),
    st.tuples(st.just("raise"), st.integers(0, 4), st.sampled_from([CONFIDENTIAL, SECRET])),
    st.tuples(st.just("lower"), st.integers(0, 4), st.sampled_from([NONE, CONFIDENTIAL])),
)


class Reckoned:
    """What the classes of some documents must be, reckoned from what was done to them alone."""

    def __init__(self, count: int) -> None:
        self.own = [NONE] * count
        self.stands = [NONE] * count
        self.edges: set[tuple[int, int]] = set()  # who draws, on what
        self.lowered = False

    def rise(self, n: int, to: Classification) -> None:
        self.stands[n] = to
        for one, source in self.edges:
            if source == n and self.stands[one].rank < to.rank:
                self.rise(one, to)

    def closure(self, n: int) -> Classification:
        reached, waiting = {n}, [n]
        while waiting:
            here = waiting.pop()
            further = {source for one, source in self.edges if one == here} - reached
            reached |= further
            waiting += further
        return max((self.own[one] for one in reached), key=lambda one: one.rank)

    def floor(self, n: int) -> int:
        return max((self.stands[s].rank for one, s in self.edges if one == n), default=0)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEPS, min_size=6, max_size=14))
def test_whatever_is_linked_raised_and_lowered_none_stands_below_what_it_draws_on(
    house: House, steps: list[tuple[str, int, Any]]
) -> None:
    documents = [laid_down(house, house.person("chuyenvien")) for _ in range(5)]
    told = Reckoned(5)
    for what, n, about in steps:
        done(house, documents, told, (what, n, about))
        assert classes(house, *documents) == told.stands, (what, n, about)
        for one, source in told.edges:
            assert told.stands[one].rank >= told.stands[source].rank
        if not told.lowered:
            assert told.stands == [told.closure(n) for n in range(5)]


def done(
    house: House, documents: list[Document], told: Reckoned, step: tuple[str, int, Any]
) -> None:
    office, by = house.office, house.person("chuyenvien")
    what, n, about = step
    if what == "link" and n != about:
        link(office, documents[n].id, QUOTES, documents[about].id, by=by)
        told.edges.add((n, about))
        if told.stands[about].rank > told.stands[n].rank:
            told.rise(n, told.stands[about])
    elif what == "raise" and about.rank > told.stands[n].rank:
        classify(office, documents[n].id, about, WHY, by=by)
        told.own[n] = about
        told.rise(n, about)
    elif what == "lower" and about.rank < told.stands[n].rank:
        admitted(house, documents[n])
        if told.floor(n) > about.rank:
            with pytest.raises(Refused, match="class.held-by-source"):
                lower(house, documents[n], about)
            return
        lower(house, documents[n], about)
        told.stands[n], told.lowered = about, True
        told.own[n] = min(told.own[n], about, key=lambda one: one.rank)


def laid_down(house: House, by: Person) -> Document:
    """Give a draft of which nothing is read in a sandbox."""
    office, at = house.office, house.clock()
    route = office.routes["outgoing"]
    said = Particulars(Direction.OUTGOING, "TB", "Về việc thử", NONE)
    made = Made(Origin.UPLOADED, by.id, at, 1)
    document = with_revision(office, new_document(route, said, by, at), PAPER, made)
    with office.database.unit() as unit:
        lay_down(
            office, unit, route, document, AuditEvent("document:received", by.id, at, document.id)
        )
    return document


WITHOUT, OWN_CLASS = "0029", "0030"
BEFORE = (
    "INSERT INTO unit (id, name, notation) VALUES ('v', 'Văn phòng', 'VP')",
    "INSERT INTO person VALUES ('an', 'An', '', '', 'none', true, '')",
    *(
        "INSERT INTO document (id, direction, type, subject, classification, urgency, workflow, "  # noqa: S608 - words of ours
        "definition, state, version, unit, drafter, created_at, changed_at, recipients, fields, "
        f"source, signer, assignee) VALUES ('{id}', 'outgoing', 'TB', '', '{of}', 'normal', "
        "'outgoing', '', 'x', 1, 'v', 'an', '2026-11-20', '2026-11-20', '[]', '{}', '{}', '', '')"
        for id, of in (("d", "secret"), ("r", "secret"), ("low", "none"))
    ),
    "INSERT INTO attachment VALUES ('d', 1, '', 'x', 1, 'application/pdf')",
    *(
        "INSERT INTO assignment (id, document, n, step, part, person, given_by, given_at, unit, "  # noqa: S608 - words of ours
        "parent, percent, state, review, reply, ended_at) VALUES "
        f"('{reply}', 'd', {n}, 1, 'lead', 'an', 'an', '2026-11-20', '', '', 100, 'done', false, "
        f"'{reply}', '2026-11-20')"
        for n, reply in enumerate(("r", "low", ""), 1)
    ),
)


def test_documents_of_before_keep_their_class_as_their_own_and_what_they_answered(
    database_url: str,
) -> None:
    engine = engine_of(database_url)
    schema.upgrade(engine, WITHOUT)
    with engine.begin() as connection:
        for line in BEFORE:
            connection.execute(text(line))

    schema.upgrade(engine, OWN_CLASS)
    with engine.begin() as connection:
        owns = connection.execute(text("SELECT own_class FROM document ORDER BY id")).scalars()
        assert list(owns) == ["secret", "none", "secret"]
        files = connection.execute(text("SELECT own_class, classification FROM attachment")).one()
        assert tuple(files) == ("secret", "secret")
        links = connection.execute(text("SELECT document, kind, source, source_class FROM link"))
        assert [tuple(one) for one in links] == [("r", "replies", "d", "secret")]

    schema.downgrade(engine, WITHOUT)
    with engine.begin() as connection:
        kept = connection.execute(text("SELECT COUNT(*) FROM attachment")).scalar_one()
        columns = {one["name"] for one in inspect(connection).get_columns("document")}
        assert (kept, "own_class" in columns) == (1, False)
    engine.dispose()


def test_pages_and_api_say_what_a_document_has_from_others(house: House, secret: Document) -> None:
    client = application(house.office, house.settings).test_client()

    def by(name: str) -> dict[str, str]:
        told = {"username": name, "password": PASSWORD}
        token = client.post("/api/v1/tokens", json=told).get_json()["token"]
        return {"Authorization": f"Bearer {token}"}

    officer, stranger = by("chuyenvien"), by("phochutich")
    plain = house.sealed(subject="Về cây đước")
    document = house.drafted()
    house.work_off()
    page = f"/documents/{document.id}"
    shown = client.get(f"{page}/links?q=đước", headers=officer).text
    assert f'value="{plain.id}"' in shown
    assert "checked" not in shown
    wrong = client.post(f"{page}/links", data={"q": "đước", "source": plain.id}, headers=officer)
    assert (wrong.status_code, 'id="kind-wrong"' in wrong.text) == (422, True)
    assert f'value="{plain.id}" required checked' in wrong.text  # nothing chosen is lost
    form = {"kind": "quotes", "source": plain.id}
    assert client.post(f"{page}/links", data=form, headers=officer).status_code == 303
    assert "Được trích dẫn trong" in client.get(f"/documents/{plain.id}", headers=stranger).text
    assert client.post(f"{page}/links/remove", data=form, headers=officer).status_code == 303

    api = f"/api/v1{page}/links"
    named = {"kind": "replies", "document_id": secret.id}
    hidden, unknown = (
        client.post(api, json={**named, "document_id": id}, headers=stranger)
        for id in (secret.id, "f" * 32)
    )
    assert (hidden.status_code, hidden.get_json()) == (422, unknown.get_json())
    made = client.post(api, json=named, headers=officer)
    assert (made.status_code, made.get_json()["classification"]) == (201, "secret")
    assert made.get_json()["own_classification"] == "none"
    [told] = client.get(api, headers=officer).get_json()["items"]
    assert (told["to"], told["document_id"]) == ("source", secret.id)
    gone = client.delete(f"{api}/replies/{secret.id}", headers=officer)
    assert (gone.status_code, gone.get_json()["rule"]) == (422, "link.stays")
    assert client.get(api, headers=stranger).status_code == 404

    begin = client.get(f"/documents/new?drawn=replies:{secret.id}", headers=officer).text
    assert f"drawn=replies:{secret.id}" in begin.replace("%3A", ":")
    asked = {"type": "TB", "drawn": f"replies:{secret.id}"}
    empty = client.get("/documents/new/draft", query_string=asked, headers=officer).text
    assert f'name="drawn" value="replies:{secret.id}"' in empty
    assert not re.search(r'name="classification"[^>]*checked', empty)
    known = client.get("/documents/new/draft", query_string=asked, headers=stranger)
    assert known.status_code == 422
    body = {**asked, "subject": "Trả lời", "direction": "outgoing", "urgency": "normal"}
    unsaid = client.post("/documents/new/draft", data=body, headers=officer)
    assert (unsaid.status_code, 'id="classification-wrong"' in unsaid.text) == (422, True)
    body |= {"classification": "none", "field-body": "Kính gửi."}
    done = client.post("/documents/new/draft", data=body, headers=officer)
    id = done.headers["Location"].rsplit("/", 1)[1]
    assert classes(house, replace(document, id=DocumentId(id))) == [SECRET]


def test_an_upload_without_a_class_is_refused(house: House) -> None:
    client = application(house.office, house.settings).test_client()
    told = {"username": "chuyenvien", "password": PASSWORD}
    token = client.post("/api/v1/tokens", json=told).get_json()["token"]
    said = {"direction": "outgoing", "type": "TB", "subject": "x"}
    for more in ({}, {"classification": ""}, {"classification": None}):
        data = {"metadata": json.dumps({**said, **more}), "file": (io.BytesIO(PAPER), "a.pdf")}
        answer = client.post(
            "/api/v1/documents", data=data, headers={"Authorization": f"Bearer {token}"}
        )
        assert (answer.status_code, answer.get_json()["rule"]) == (422, "body.invalid")
