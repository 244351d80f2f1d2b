"""The roads on which secret documents are led while their canaries must stay where they are."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copytree
from typing import Any

import yaml

from bench.canaries import Planted
from bench.running import ROOT, Answer, Caller, Part, Running, multipart

PARTNER = "H49.90.2"
OUTSIDE = "doi-ngoai"
STRANGERS = {
    "ngoai-cv": ("Chuyên viên", "officer", "none"),
    "ngoai-tb": ("Trưởng ban", "unit_head", "none"),
    "ngoai-cvp": ("Phó Chánh Văn phòng", "office_chief", "none"),
    "ngoai-ld": ("Phó Chủ tịch", "leader", "none"),
    "ngoai-vt": ("Văn thư", "registry_clerk", "none"),
    "ngoai-lt": ("Lưu trữ viên", "archivist", "none"),
    "co-do-mat": ("Chuyên viên", "officer", "top_secret"),  # cleared, with no need to know
}
"""People of every role whom no secret document concerns: title, role, clearance."""

UNCLEARED = (*STRANGERS, "kiemtra", "quantri")
NAMES = ("draft", "paper", "incoming", "file", "refused", "raised", "open")
"""What canaries are planted in: two are no secrets (``raised`` until it is, ``open`` ever)."""

PATIENCE = 90.0
"""How long the office may take for what it does by itself, in seconds."""


def configure(folder: Path, profile: str) -> Path:
    """Give a configuration with strangers of every role, and an address for everybody."""
    copytree(ROOT / "config", folder, ignore=lambda *_: ["__pycache__"])
    office = yaml.safe_load((folder / "office.yaml").read_text())
    office["units"][OUTSIDE] = {"name": "Ban Đối ngoại", "notation": "ĐN", "parent": "lanh-dao"}
    for n, (name, (title, role, clearance)) in enumerate(STRANGERS.items(), 1):
        office["people"][name] = {
            "name": f"Người Ngoài {n}",
            "title": title,
            "posts": [f"{role}@{OUTSIDE}"],
            "clearance": clearance,
        }
    for name, one in office["people"].items():
        one["email"] = f"{name}@demo.example"
    (folder / "office.yaml").write_text(yaml.safe_dump(office, allow_unicode=True))
    secrecy = folder / "secrecy.yaml"
    secrecy.write_text(secrecy.read_text().replace("profile: sealed", f"profile: {profile}"))
    return folder


@dataclass
class Road:
    """An office, and what was led through it."""

    office: Running
    planted: Mapping[str, Planted] = field(
        default_factory=lambda: {name: Planted(name) for name in NAMES}
    )
    ids: dict[str, str] = field(default_factory=dict)
    unrefused: list[str] = field(default_factory=list)  # what should have been turned away

    def lead(self) -> None:
        """Lead every secret document, in an office that may have some."""
        self.open_one("open")
        self.open_one("raised")
        self._draft()
        self._paper()
        self._incoming()
        self._file()
        self.wrong_ones()
        self._rest()

    def knock(self) -> None:
        """Bring secrets to an office that may have none."""
        self.open_one("open")
        say = self.planted["refused"].say
        draft = {"type": "TB", "subject": say("subject"), "body": say("body")}
        for of in ("confidential", "secret", "top_secret"):
            self._turned_away(f"upload {of}", self._bring("chuyenvien", "refused", of=of))
            answer = self._by("chuyenvien").post("/drafts", {**draft, "classification": of})
            self._turned_away(f"draft {of}", answer)
        body = {"notation": "9", "title": say("subject"), "classification": "secret"}
        self._turned_away("file", self._by("vanthu").post("/case-files", body))
        self.wrong_ones()
        self._turned_away("raise", self._raise("open", say("reason")))
        self._rest()

    def raise_class(self) -> None:
        """Make a secret of what was open, and wait until nothing of it lies in clear."""
        self._raise("raised", self.planted["raised"].say("reason")).must(200)
        clerk, id = self._by("vanthu"), self.ids["raised"]
        self._await(
            lambda: any(
                one["event"] == "document:purged"
                for one in clerk.get(f"/documents/{id}/history").must(200).told["items"]
            )
        )
        self._rest()

    def open_one(self, name: str) -> None:
        """Lead a document that is no secret from upload to archive, and send it."""
        plant = self.planted[name]
        id = self._bring("chuyenvien", name, of="none").must(201).told["id"]
        self.ids[name] = id
        self._by("chuyenvien").act("submit", id, comment=plant.say("comment"))
        self._checked(id, plant)
        self._by("vanthu").act("dispatch", id, recipients=[PARTNER])
        self._line("chuyen-giao", id, plant)
        body = {"notation": f"0-{name}", "title": f"Hồ sơ {name}"}
        file = self._by("luutru").post("/case-files", body).must(201).told["id"]
        self.ids[f"{name} file"] = file
        self._by("luutru").post(f"/case-files/{file}/documents", {"documents": [id]}).must(200)
        self._admit(file)
        self._by("luutru").act("archive", id)

    def _draft(self) -> None:
        """Lead one from its form to the archive: returned once, refused at each door out."""
        plant = self.planted["draft"]
        body = {
            "type": "QĐ",
            "subject": plant.say("subject"),
            "classification": "confidential",
            "bases": plant.say("answer"),
            "body": [plant.say("body")],
            "recipients": [PARTNER],
        }
        id = self._by("chuyenvien").post("/drafts", body).must(201).told["id"]
        self.ids["draft"] = id
        self._by("chuyenvien").act("submit", id)
        self._by("truongban").act("return", id, comment=plant.say("reason"))
        self._by("chuyenvien").act("submit", id, comment=plant.say("comment"))
        self._checked(id, plant)
        self._knock_at_the_door(id)
        self._by("vanthu").act("close", id, comment=plant.say("comment"))
        # A file that everybody of the office may open does not show that it lies there too.
        file = self.ids["open file"]
        self._by("luutru").act("archive", id)
        self._by("luutru").post(f"/case-files/{file}/documents", {"documents": [id]}).must(200)
        self._line("ban-luu", id, plant)

    def _paper(self) -> None:
        """Lead a file with all that can be enclosed, and cancel its number."""
        plant = self.planted["paper"]
        id = self._bring("chuyenvien", "paper", of="secret").must(201).told["id"]
        self.ids["paper"] = id
        self._by("chuyenvien").act("submit", id)
        self._checked(id, plant)
        self._by("vanthu").act("cancel", id, comment=plant.say("reason"))

    def _incoming(self) -> None:
        """Let one come in on paper, be registered, assigned and answered for."""
        plant = self.planted["incoming"]
        told = {"direction": "incoming", "type": "công văn", "source_date": "2026-11-02"}
        brought = self._bring("vanthu", "incoming", of="secret", **told).must(201).told
        self.ids["incoming"] = id = brought["id"]
        self._by("vanthu").act("number", id)
        self._by("chutich").act("assign", id, to="truongban", comment=plant.say("comment"))
        self._by("truongban").act("complete", id, comment=plant.say("reason"))

    def _file(self) -> None:
        """Open a case file that is a secret itself."""
        plant, clerk = self.planted["file"], self._by("luutru")
        body = {
            "notation": "7",
            "title": plant.say("subject"),
            "note": plant.say("comment"),
            "classification": "secret",
        }
        file = clerk.post("/case-files", body).must(201).told["id"]
        self.ids["file"] = file
        put = {"documents": [self.ids["draft"]]}
        clerk.post(f"/case-files/{file}/documents", put).must(200)

    def wrong_ones(self) -> None:
        """Bring secrets that cannot be taken: what they say must not be kept or logged."""
        plant, by = self.planted["refused"], self._by("chuyenvien")
        self._turned_away("no type", self._bring("chuyenvien", "refused", of="secret", type="?"))
        torn = plant.paper()[:-400]
        said: dict[str, Any] = {
            "subject": plant.say("subject"),
            "classification": "secret",
            "type": "TB",
        }
        self._turned_away("torn", by.bring(torn, **said))
        self._turned_away("no file", by.bring(plant.say("body").encode(), **said))
        long = {**said, "subject": plant.say("subject") * 20}
        self._turned_away("too long", by.bring(plant.paper(), **long))
        self._turned_away("no class", by.bring(plant.paper(), **{**said, "classification": "?"}))
        broken = json.dumps(said).encode()[:-3]
        media, body = multipart({"metadata": broken.decode()}, [Part("file", "a", plant.paper())])
        self._turned_away("no JSON", by.call("POST", "/api/v1/documents", body, media=media))
        marked = {**said, "subject": f"[TỐI MẬT] {plant.say('subject')}", "classification": "none"}
        self._turned_away("marked", by.bring(plant.paper(), **marked))
        act = {"comment": plant.say("comment"), "revision": "0" * 64}
        id = self.ids.get("draft", self.ids["open"])
        self._turned_away("outrun", by.post(f"/documents/{id}/actions/approve", act))

    # ── steps of several roads ───────────────────────────────────────────────────────────

    def _by(self, person: str) -> Caller:
        return self.office.by(person)

    def _bring(self, by: str, name: str, *, of: str, **told: str) -> Answer:
        plant = self.planted[name]
        said: dict[str, Any] = {
            "type": "TB",
            "subject": plant.say("subject"),
            "classification": of,
            "source_organ": plant.say("source"),
            "source_number": plant.say("number")[:60],
            **told,
        }
        return self._by(by).bring(
            plant.paper(),
            Part("attachments", f"{plant.say('name')}.csv", plant.table()),
            Part("attachments", "hình.png", plant.picture()),
            **said,
        )

    def _checked(self, id: str, plant: Planted) -> None:
        """Let a document be checked, signed, numbered and sealed."""
        self._by("truongban").act("approve", id, comment=plant.say("comment"))
        if self._by("chanhvanphong").see(id)["state"] == "format_check":
            self._by("chanhvanphong").act("approve", id)
        self._by("chutich").act("sign", id)
        self._by("vanthu").act("seal", id)

    def _knock_at_the_door(self, id: str) -> None:
        clerk = self._by("vanthu")
        told = {"recipients": [PARTNER]}
        self._turned_away("dispatches", clerk.post(f"/documents/{id}/dispatches", told))
        self._turned_away("dispatch", clerk.try_to("dispatch", clerk.see(id), **told))

    def _line(self, ledger: str, id: str, plant: Planted) -> None:
        cells = {
            "ban-luu": {"user": "Ai đó", "remark": plant.say("comment")[:190]},
            "chuyen-giao": {"recipient": "Ai đó", "remark": plant.say("comment")[:190]},
        }[ledger]
        body = {"document": id, "cells": cells}
        self._by("vanthu").post(f"/ledgers/{ledger}/lines", body).must(201)

    def _admit(self, file: str) -> None:
        for name in STRANGERS:
            asked = self._by("luutru").post(f"/case-files/{file}/readers", {"person": name})
            if asked.status == 422:  # noqa: PLR2004 - by their post they open it already
                continue
            made = asked.must(202).told["id"]
            self._by("chutich").post(f"/permission-changes/{made}/confirm", {}).must(200)

    def _raise(self, name: str, why: str) -> Answer:
        body = {"classification": "secret", "comment": why}
        return self._by("vanthu").post(f"/documents/{self.ids[name]}/classification", body)

    def _turned_away(self, what: str, answer: Answer) -> None:
        if answer.status not in (400, 403, 404, 409, 413, 422):
            self.unrefused.append(f"{what}: {answer.status}")

    def _rest(self) -> None:
        """Wait until no job is left."""
        self._await(lambda: waiting(self.office) == 0)

    def _await(self, done: Any) -> None:
        end = time.monotonic() + PATIENCE
        while not done():
            if time.monotonic() > end:
                raise TimeoutError("the office does not come to rest")
            time.sleep(0.1)


def waiting(office: Running) -> int:
    """Give how many jobs an office has still to do."""
    told = office.anybody().call("GET", "/metrics").must(200).content.decode()
    lines = [one for one in told.splitlines() if one.startswith("trinhky_jobs_waiting{")]
    return sum(int(float(one.rpartition(" ")[2])) for one in lines)
