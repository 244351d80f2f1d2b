"""Signatures that are still to come, as rows; those for classified documents lie encrypted."""

import json
from base64 import b64decode, b64encode
from dataclasses import astuple
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, insert, or_, select, update

from records.document import Classification, Digest, Document, Number
from records.errors import NotFound, Outrun
from records.signing import Awaited, RequestState, SigningRequest, SigningRole
from storage import tables as t
from storage.vault import Vault


class SigningRequests:
    """The signing requests of one transaction."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._connection = connection
        self._vault = vault

    def add(self, asked: SigningRequest, document: Document) -> None:
        """Keep a request; an older one of this person for this document is void from now on."""
        self._connection.execute(
            update(t.signing_request)
            .where(
                t.signing_request.c.document == asked.document,
                t.signing_request.c.person == asked.person,
                t.signing_request.c.state.in_((RequestState.OPEN, RequestState.TAKEN)),
            )
            .values(state=RequestState.REPLACED, awaited=None)
        )
        self._connection.execute(
            insert(t.signing_request).values(
                id=asked.id,
                document=asked.document,
                version=asked.version,
                digest=asked.digest,
                role=asked.role,
                action=asked.action,
                person=asked.person,
                certificate=asked.certificate,
                created_at=asked.created_at,
                expires_at=asked.expires_at,
                state=asked.state,
                number=_told_number(asked.number),
                reserved=asked.reserved,
                part=asked.part,
                fetch=asked.fetch,
                bring=asked.bring,
                awaited=self._kept(asked.awaited, document) if asked.awaited else None,
            )
        )

    def get(self, id: str, document: Document) -> SigningRequest:
        """Give a request for a document. Raises NotFound."""
        query = select(t.signing_request).where(
            t.signing_request.c.id == id, t.signing_request.c.document == document.id
        )
        row = self._connection.execute(query).first()
        if row is None:
            raise NotFound("signing.unknown")
        return self._request(row, document)

    def open_of(self, person: str, at: datetime) -> list[tuple[str, str]]:
        """Give document and id of each request a device of theirs may complete, oldest first."""
        query = select(t.signing_request.c.document, t.signing_request.c.id).where(
            t.signing_request.c.person == person,
            t.signing_request.c.bring == "",
            t.signing_request.c.state == RequestState.OPEN,
            t.signing_request.c.expires_at > at,
        )
        rows = self._connection.execute(
            query.order_by(t.signing_request.c.created_at, t.signing_request.c.id)
        )
        return [(row.document, row.id) for row in rows]

    def found(self, *, fetch: str = "", bring: str = "") -> tuple[str, str]:
        """Give document and id of what a service's word is for. Raises NotFound."""
        column, word = (
            (t.signing_request.c.fetch, fetch) if fetch else (t.signing_request.c.bring, bring)
        )
        query = select(t.signing_request.c.document, t.signing_request.c.id).where(
            column == word, column != ""
        )
        row = self._connection.execute(query).first()
        if row is None:
            raise NotFound("signing.unknown")
        return row.document, row.id

    def take(self, id: str) -> None:
        """Note that the file was fetched, which can be done once. Raises Outrun: it was."""
        self._pass(id, {RequestState.OPEN}, RequestState.TAKEN)

    def claim(self, id: str) -> None:
        """Note that a file was brought back, which can be done once. Raises Outrun: it was."""
        self._pass(id, {RequestState.TAKEN}, RequestState.RETURNED)

    def fail(self, id: str, rule: str) -> None:
        """Close a request whose file was refused, and keep by which rule."""
        self._connection.execute(
            update(t.signing_request)
            .where(t.signing_request.c.id == id, t.signing_request.c.state == RequestState.RETURNED)
            .values(state=RequestState.FAILED, outcome=rule, awaited=None)
        )

    def complete(self, id: str) -> None:
        """Close a request, which can be done once. Raises Outrun: it is closed."""
        self._pass(id, {RequestState.OPEN, RequestState.RETURNED}, RequestState.COMPLETED)
        self._connection.execute(
            update(t.signing_request).where(t.signing_request.c.id == id).values(awaited=None)
        )

    def _pass(self, id: str, before: set[RequestState], after: RequestState) -> None:
        passed = self._connection.execute(
            update(t.signing_request)
            .where(t.signing_request.c.id == id, t.signing_request.c.state.in_(before))
            .values(state=after)
        )
        if passed.rowcount != 1:
            raise Outrun("signing.replayed")

    def sweep(self, at: datetime) -> None:
        """Forget what waited in requests that nobody may complete any more."""
        over = or_(
            t.signing_request.c.expires_at <= at,
            t.signing_request.c.state.not_in(
                (RequestState.OPEN, RequestState.TAKEN, RequestState.RETURNED)
            ),
        )
        self._connection.execute(
            update(t.signing_request)
            .where(over, t.signing_request.c.awaited.is_not(None))
            .values(awaited=None)
        )

    def _kept(self, awaited: Awaited, document: Document) -> bytes:
        told = {
            "tail": b64encode(awaited.tail).decode(),
            "field": awaited.field,
            "hole": list(awaited.hole),
            "attributes": b64encode(awaited.attributes).decode(),
        }
        if document.classification is Classification.NONE:
            return json.dumps(told).encode()
        return self._vault.shut(document.id, told)

    def _awaited(self, kept: bytes, document: Document) -> Awaited:
        told: dict[str, Any] = (
            json.loads(kept)
            if document.classification is Classification.NONE
            else self._vault.open(document.id, kept)
        )
        start, end = told["hole"]
        return Awaited(
            tail=b64decode(told["tail"]),
            field=told["field"],
            hole=(start, end),
            attributes=b64decode(told["attributes"]),
        )

    def _request(self, row: Any, document: Document) -> SigningRequest:
        return SigningRequest(
            id=row.id,
            document=row.document,
            version=row.version,
            digest=Digest(row.digest),
            role=SigningRole(row.role),
            action=row.action,
            person=row.person,
            certificate=row.certificate,
            created_at=row.created_at,
            expires_at=row.expires_at,
            awaited=self._awaited(row.awaited, document) if row.awaited else None,
            state=RequestState(row.state),
            number=_meant_number(row.number),
            reserved=row.reserved,
            part=row.part,
            fetch=row.fetch,
            bring=row.bring,
            outcome=row.outcome,
        )


def _told_number(number: Number | None) -> list[object] | None:
    if number is None:
        return None
    *parts, on = astuple(number)
    return [*parts, on.isoformat()]


def _meant_number(told: list[Any] | None) -> Number | None:
    if told is None:
        return None
    book, series, year, serial, notation, on = told
    return Number(book, series, year, serial, notation, date.fromisoformat(on))
