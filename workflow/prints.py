"""What is secret is told to the filter at the edge: by keyed prints that say no word of it."""

from collections.abc import Iterable
from contextlib import suppress

from drafting.words import words_of
from exchange.prints import LENGTH, grams_of, plain
from records.document import Classification, Digest, Document, Media
from records.errors import Refused, Unavailable
from workflow.office import Office

COMPARED, COMMON = 300, 3
"""Of so many open documents, words that so many say are no secret's own."""


def tell_edge(office: Office, document: Document) -> None:
    """Let the edge know a secret that has just begun or got new words; no job may know of it.

    What cannot be done now is done when the office opens again.
    """
    if document.classification is not Classification.NONE:
        with suppress(Unavailable):
            print_words(office, document.id)


def print_words(office: Office, id: str) -> None:
    """Keep by what a secret document's words are known, and tell the edge; twice is once.

    Raises  Unavailable: the vault is closed, or the list cannot be written.
    """
    with office.database.reading() as unit:
        document = unit.documents.get(id)
        others = [plain(one) for one in unit.secret_prints.open_texts(COMPARED)]
    if document.classification is not Classification.NONE:
        grams = {
            one
            for text in _texts(office, document)
            for one in grams_of(text)
            if sum(one in other for other in others) < COMMON
        }
        prints = office.prints.of_grams(grams)
        with office.database.unit() as unit:
            unit.secret_prints.keep(id, prints, key=office.prints.key, length=LENGTH)
    publish(office)


def catch_up(office: Office) -> None:
    """Tell the edge what is secret when the office opens, and read what it does not know yet."""
    publish(office)
    with office.database.reading() as unit:
        missing = unit.secret_prints.missing(office.prints.key)
    with suppress(Unavailable):  # a restored office may wait for the vault's key still
        for id in missing:
            print_words(office, id)


def publish(office: Office, rising: Iterable[Digest] = ()) -> None:
    """Bring the list at the edge to what is secret now, and what is about to become so.

    Raises  Unavailable exchange.no-list: it cannot be written.
    """
    with office.prints.alone():
        with office.database.reading() as unit:
            digests = unit.secret_prints.digests() | frozenset(rising)
            words = unit.secret_prints.all(office.prints.key)
            released = unit.secret_prints.released()
        files = {office.prints.of_file(one) for one in digests}
        office.prints.publish(words | files | {office.prints.of_released(one) for one in released})


def _texts(office: Office, document: Document) -> Iterable[str]:
    files = [(document.latest.media, document.latest.digest)]
    files += [(Media(one.media), one.digest) for one in document.attachments if one.media in KNOWN]
    for media, digest in files:
        content = office.contents.get(document, digest)
        try:
            yield words_of(content, media, reader=office.reader, isolate=office.isolate)
        except Refused:  # what cannot be read is known by its bytes alone
            continue


KNOWN = frozenset(Media)
