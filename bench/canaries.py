"""What is planted in a document so that any trace of it can be told: canaries of five kinds."""

import io
import random
from dataclasses import dataclass
from functools import cached_property

import docx
import zxingcpp
from PIL import Image, ImageDraw

PLACES = (
    *("subject", "body", "answer", "name", "metadata", "enclosed", "comment", "source"),
    *("picture", "number", "reason"),
)
"""Where in a document, or beside it, canaries are planted."""

BIRD = "chim hoàng yến"
"""How every natural phrase begins: rare in an office, and quickly sought."""

TOKEN = "KMAT"  # noqa: S105 - of canaries
"""How every token begins."""

FIGURE = "734.1"
"""How every figure begins."""

WHO = ("mào đỏ", "cánh bạc", "đuôi rẽ", "cổ khoang", "chân hồng", "ức vàng", "mỏ dẹt", "lưng xám")
DOES = ("ngủ quên", "lạc bầy", "vượt sóng", "đậu nhờ", "tránh bão", "đổi lông", "học hót")
WHERE = ("ngoài hòn Chuối", "bên gò Tháp", "dưới cầu Ông Thìn", "trên đỉnh Chư Nâm", "ở xóm Dừa")

BLOCK = 96
"""How many pixels a block of colour is wide and high."""


@dataclass(frozen=True, slots=True)
class Canary:
    """One thing by which a document would be told, wherever it turned up."""

    kind: str  # "token", "phrase", "figure", "colour", "code", "size"
    place: str
    told: str  # the words; of a colour "r,g,b"; of a size its bytes


class Planted:
    """One document's canaries, always the same ones for the same name."""

    def __init__(self, name: str) -> None:
        """Draw them for a document of this name."""
        self.name = name
        self._chance = random.Random(f"canaries of {name}")  # noqa: S311 - nothing secret

    @cached_property
    def all(self) -> tuple[Canary, ...]:
        """Give every canary of this document."""
        return (
            *(one for place in PLACES for one in self._words(place)),
            Canary("colour", "picture", ",".join(str(one) for one in self.colour)),
            Canary("code", "picture", f"{TOKEN}{self._chance.randbytes(10).hex().upper()}"),
            Canary("size", "enclosed", str(self.size)),
        )

    def say(self, place: str) -> str:
        """Give the words for one place: a token, a phrase and a figure."""
        return " ".join(one.told for one in self.all if one.place == place and one.kind in WORDY)

    @cached_property
    def colour(self) -> tuple[int, int, int]:
        """Give a colour that no page of an office has by itself."""
        chance = random.Random(f"colour of {self.name}")  # noqa: S311 - nothing secret
        return (chance.randrange(150, 250), chance.randrange(20, 90), chance.randrange(90, 200))

    @cached_property
    def size(self) -> int:
        """Give how many bytes its table has that is enclosed."""
        return random.Random(f"size of {self.name}").randrange(110_000, 190_000)  # noqa: S311 - nothing secret

    def picture(self) -> bytes:
        """Give a PNG with the block of colour, and a code that a machine reads."""
        code = next(one.told for one in self.all if one.kind == "code")
        told = zxingcpp.create_barcode(code, zxingcpp.BarcodeFormat.QRCode).to_image(scale=4)
        square = Image.fromarray(told).convert("RGB")
        page = Image.new("RGB", (BLOCK + square.width, max(BLOCK, square.height)), "white")
        page.paste(self.colour, (0, 0, BLOCK, BLOCK))
        page.paste(square, (BLOCK, 0))
        return png(page)

    def paper(self, place: str = "body") -> bytes:
        """Give a DOCX with the canaries in its text, its properties and a picture of it."""
        written = docx.Document()
        written.add_paragraph("Văn bản có chữ thường.")
        # Word parts a phrase into runs wherever somebody touched it.
        paragraph, words = written.add_paragraph(), self.say(place).split(" ")
        for n, word in enumerate(words):
            paragraph.add_run(f"{word} ").bold = n % 2 == 0
        written.add_picture(io.BytesIO(self.picture()))
        properties = written.core_properties
        properties.title = properties.keywords = properties.comments = self.say("metadata")
        packed = io.BytesIO()
        written.save(packed)
        return packed.getvalue()

    def table(self) -> bytes:
        """Give a CSV of exactly this document's own size, with its words in it."""
        words = f"cột,{self.say('enclosed')}\n".encode()
        rows, left = b"1,2\n", self.size - len(words)
        return words + rows * (left // len(rows)) + b"\n" * (left % len(rows))

    def _words(self, place: str) -> tuple[Canary, ...]:
        chance = random.Random(f"{place} of {self.name}")  # noqa: S311 - nothing secret
        token = f"{TOKEN}{chance.randbytes(8).hex().upper()}"
        parts = (BIRD, chance.choice(WHO), chance.choice(DOES), chance.choice(WHERE))
        phrase = f"{' '.join(parts)} năm {chance.randrange(1200, 1900)}"
        groups = (f"{chance.randrange(1000):03d}" for _ in range(3))
        figure = ".".join([f"{FIGURE}{chance.randrange(100):02d}", *groups])
        return (
            Canary("token", place, token),
            Canary("phrase", place, phrase),
            Canary("figure", place, figure),
        )


WORDY = ("token", "phrase", "figure")
"""The kinds that are words."""


def png(image: Image.Image) -> bytes:
    """Give a picture's bytes as PNG."""
    packed = io.BytesIO()
    image.save(packed, "PNG")
    return packed.getvalue()


def drawn(words: str) -> bytes:
    """Give a picture on which words can be seen and only a reader of letters could read them."""
    page = Image.new("RGB", (400, 40), "white")
    ImageDraw.Draw(page).text((4, 12), words, fill="black")
    return png(page)
