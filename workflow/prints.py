"""What is secret is told to the filter at the edge: by keyed prints that say no word of it."""

from collections.abc import Iterable

from drafting.words import words_of
from exchange.prints import LENGTH, grams_of, plain
from records.document import Classification, Digest, Document, Media
from records.errors import Refused
from workflow.office import Office

COMPARED, COMMON = 300, 3
"""Of so many open documents, words that so many say are no secret's own."""


def print_words(office: Office, id: str) -> None:
    """Keep by what a secret document's words are known, and tell the edge; twice is once."""
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
        with office.database.unit() as unit:
            unit.secret_prints.keep(id, office.prints.of_grams(grams), length=LENGTH)
    publish(office)


def publish(office: Office, rising: Iterable[Digest] = ()) -> None:
    """Bring the list at the edge to what is secret now, and what is about to become so.

    Raises  Unavailable exchange.no-list: it cannot be written.
    """
    with office.prints.alone():
        with office.database.reading() as unit:
            digests = unit.secret_prints.digests() | frozenset(rising)
            words = unit.secret_prints.all()
        office.prints.publish({*words, *(office.prints.of_file(one) for one in digests)})


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
