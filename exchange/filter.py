"""The filter at the edge: it knows no class and no clearance, only what secrets look like."""

import io
import json
import re
import resource
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from exchange.prints import Prints
from records.errors import Refused, Unavailable
from records.exchange import Enclosure, Envelope

HITS = 8
"""How many prints of secrets a text may not have: a line of one has about six."""

TIME, MEMORY = 60, 2_000_000_000
"""What the reading of one file may take, in seconds and bytes."""

_TASK = Path(__file__).with_name("paper_task.py")
_STAMP = re.compile(
    r"\W*(?:(?:độ|mức\s+độ|dấu)\s+mật\W*)?(?:tuyệt\s+mật|tối\s+mật|mật)\W*", re.IGNORECASE
)
_XML = re.compile(r"<[^<>]*>")
_PARAGRAPH = re.compile(r"</w:p>|<w:br[^<>]*>")
_UNPACKED = 200_000_000  # bytes of all that is written in one
_EMBEDDED = "/embeddings/"  # where Office keeps files inside of files (ECMA-376 part 1, 15.2.10)


@dataclass(frozen=True, slots=True)
class Paper:
    """What a file says, and whether another one is hidden in it."""

    text: str
    hides: bool = False


class Filter:
    """Judges what leaves by its bytes and words alone."""

    def __init__(self, prints: Prints) -> None:
        """Know secrets by their prints."""
        self._prints = prints

    def judge(self, told: Envelope) -> None:
        """Judge a message and the files in it.

        Raises  Refused exchange.held: it has a secret's file or words, exchange.stamped: a page
                bears a mark of secrecy, exchange.hidden-file: a file has another one in it,
                exchange.unread: a file cannot be read, so nobody knows what it says.
                Unavailable exchange.no-list: it cannot be known what is secret;
                reader.unavailable: the file cannot be read now.
        """
        known, words = self._prints.read(), [told.subject]
        for each in told.enclosures:
            digest = sha256(each.content).hexdigest()
            if self._prints.of_file(digest) in known:
                raise Refused("exchange.held")
            paper = _read(each)
            if paper.hides:
                raise Refused("exchange.hidden-file")
            stamped = any(_STAMP.fullmatch(line) for line in paper.text.splitlines())
            if stamped and self._prints.of_released(digest) not in known:
                raise Refused("exchange.stamped")
            words.append(paper.text)
        self.judge_words("\n".join(words))

    def judge_words(self, text: str) -> None:
        """Judge a text, such as a letter's. Raises as ``judge``."""
        if len(self._prints.of_text(text) & self._prints.read()) >= HITS:
            raise Refused("exchange.held")


def _read(file: Enclosure) -> Paper:
    """Give what a file says: of a PDF or DOCX its words, of others nothing. Raises Refused."""
    if file.content.startswith(b"%PDF-"):
        return _pdf(file.content)
    if file.content.startswith(b"PK\x03\x04"):
        return _packed(file.content)
    return Paper(file.content.decode(errors="replace") if file.media.startswith("text/") else "")


def _pdf(content: bytes) -> Paper:
    try:
        ran = subprocess.run(  # noqa: S603 - every word is ours
            [sys.executable, "-I", "-B", str(_TASK)],
            input=content,
            env={},
            capture_output=True,
            timeout=TIME,
            check=True,
            preexec_fn=_bounded,
        )
        told = json.loads(ran.stdout)
        return Paper(str(told["text"]), bool(told["hides"]))
    except OSError as fault:  # of this machine, not of the file: it may be read later
        raise Unavailable("reader.unavailable") from fault
    except (subprocess.SubprocessError, ValueError, KeyError) as fault:
        raise Refused("exchange.unread") from fault


def _bounded() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (TIME, TIME))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _packed(content: bytes) -> Paper:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _unpacked(archive)
    except Exception as fault:  # it lies in memory, so whatever breaks is the archive's
        raise Refused("exchange.unread") from fault


def _unpacked(archive: zipfile.ZipFile) -> Paper:
    parts = [one for one in archive.infolist() if one.filename.endswith(".xml")]
    if sum(one.file_size for one in parts) > _UNPACKED:
        raise Refused("exchange.unread")
    told = [archive.read(one).decode(errors="replace") for one in parts]
    hides = any(_EMBEDDED in one for one in archive.namelist())
    return Paper("\n".join(_XML.sub("", _PARAGRAPH.sub("\n", one)) for one in told), hides)
