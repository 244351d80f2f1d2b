"""Everything that somebody whom a secret does not concern may try at an office's doors."""

import json
import random
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.core.result import Ok
from werkzeug.routing import Rule

from bench.canaries import Planted
from bench.running import Answer, Caller, Running
from bench.scanning import Scanner
from web.application import build

ANYBODY = "anybody"
NOT_TRIED = re.compile(r"/logout|/tokens/current|/static/")
"""Doors through which the stranger would leave, or nothing of the office comes."""

WORDS: Mapping[str, Sequence[str]] = {
    "n": ("1",),
    "page": ("1",),
    "year": ("2026",),
    "day": ("2026-11-20",),
    "book": ("van-ban-di", "van-ban-di-mat", "van-ban-den", "van-ban-den-mat"),
    "ledger": ("buu-dien", "chuyen-giao", "ban-luu", "giai-quyet"),
    "slip": ("bi", "giai-quyet", "dau-den"),
    "action": ("approve", "archive"),
    "name": ("outgoing",),
    "half": ("muc-luc",),
    "which": ("incoming", "outgoing"),
    "answer": ("accept",),
    "fingerprint": ("0" * 64,),
    "rid": ("0" * 32,),
}
INDICATED = ("signed-by-leader", "signed-by-agency", "files-online")
"""Some indicators of reports."""

FORMS = ("pdf", "xlsx", "docx")
OWN = frozenset({"Date", "X-Request-Id"})
"""Headers that are an answer's own, and so keep equal answers from being read once."""


@dataclass
class Sweep:
    """Strangers at the doors of one office, and a scanner that reads every answer."""

    office: Running
    scanner: Scanner
    ids: Mapping[str, str]
    planted: Mapping[str, Planted]
    where: str = ""  # said before each surface: "restored "
    forms: Sequence[str] = FORMS  # in which printed books are asked for
    faults: list[str] = field(default_factory=list)
    calls: int = 0

    def __post_init__(self) -> None:
        """Choose whose words are sought: of every document its subject, and one that was typed."""
        self._sought = [
            one
            for plant in self.planted.values()
            for one in plant.all
            if one.kind == "phrase" and one.place in ("subject", "body")
        ]

    def all(self, people: Iterable[str], examples: int) -> None:
        """Let each of these people, and somebody nobody knows, try every door."""
        for name in (*people, ANYBODY):
            caller = self.office.anybody() if name == ANYBODY else self.office.by(name)
            self._doors(name, caller)
            self._search(name, caller)
            if examples:
                self._schema(name, caller, examples)
        told = self.office.anybody().call("GET", "/metrics").must(200)
        self._seen(ANYBODY, "GET /metrics", told, "metrics")
        self._leak(next(iter(people)))

    def _leak(self, person: str) -> None:
        """Leak words that are no secret: an error that says back what it was told, and a label."""
        words = self.planted["open"].say("reason")
        wrong = self.office.by(person).post("/documents/x/actions/x", {words: words})
        self._seen(person, "planted", wrong, "errors")
        self.scanner.look(f"{self.where}metrics", "planted", f'a{{b="{words}"}} 1'.encode(), person)

    def _doors(self, name: str, caller: Caller) -> None:
        for rule in doors():
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                for path in self._paths(rule):
                    self._try(name, caller, method, path)

    def _try(self, name: str, caller: Caller, method: str, path: str) -> None:
        if method != "GET":
            # A body that says nothing is refused before or after the door, and changes nothing.
            self._seen(name, f"{method} {path}", caller.call(method, path, {}))
            return
        self._seen(name, f"GET {path}", caller.call(method, path))
        if not path.startswith("/api/"):
            return
        if any(word in path for word in ("registers/", "ledgers/", "inventory", "slips/")):
            for form in self.forms:
                asked = f"{path}?format={form}"
                self._seen(name, f"GET {asked}", caller.call("GET", asked))

    def _paths(self, rule: Rule) -> Iterator[str]:
        found = [rule.rule]
        for whole, word in re.findall(r"(<(?:[^:<>]+:)?([^<>]+)>)", rule.rule):
            values = WORDS.get(word) or self._ids_for(rule.rule)
            found = [one.replace(whole, quote(value)) for one in found for value in values]
        yield from found

    def _ids_for(self, rule: str) -> Sequence[str]:
        if "/reports" in rule:
            return INDICATED
        if "case-files/" in rule and "<document>" not in rule:
            return [id for name, id in self.ids.items() if "file" in name]
        return list(self.ids.values())

    def _search(self, name: str, caller: Caller) -> None:
        for one in self._sought:
            self._asked(name, caller, one.told)
        for words in ("chim hoàng", "chim hoang yen", "kmat", '"chim hoàng yến"', "so:1 chim*"):
            self._asked(name, caller, words)

    def _asked(self, name: str, caller: Caller, words: str) -> None:
        told, asked = words.encode(), quote(words)
        for path in (
            f"/api/v1/search?q={asked}&facets=1",
            f"/api/v1/search/complete?q={quote(words[:12])}",
            f"/search?q={asked}",
            f"/search/complete?q={quote(words[:12])}",
        ):
            self._seen(name, f"GET {path}", caller.call("GET", path), "search", told=told)

    def _schema(self, name: str, caller: Caller, examples: int) -> None:
        """Let schemathesis make up calls from the contract, half of them about secrets."""
        contract = self.office.anybody().call("GET", "/api/v1/openapi.json").must(200).told
        chance = random.Random(name)  # noqa: S311 - nothing secret
        warnings.simplefilter("ignore")
        for result in schemathesis.openapi.from_dict(contract).get_all_operations():
            if not isinstance(result, Ok) or NOT_TRIED.search(result.ok().path):
                continue
            self._made_up(name, caller, result.ok(), chance, examples)

    def _made_up(
        self, name: str, caller: Caller, operation: Any, chance: random.Random, examples: int
    ) -> None:
        @settings(
            max_examples=examples,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def call(case: Any) -> None:
            for word in case.path_parameters:
                if word in ("id", "document") and chance.random() < 0.7:  # noqa: PLR2004 - mostly
                    case.path_parameters[word] = chance.choice(list(self.ids.values()))
            known = {"Authorization": f"Bearer {caller.token}"} if caller.token else {}
            sent = case.as_transport_kwargs(base_url=self.office.home)
            sent["headers"] = {**sent.get("headers", {}), **known}
            answer = case.call(base_url=self.office.home, headers=known, timeout=60)
            got = Answer(answer.status_code, answer.headers, answer.content)
            told = json.dumps(sent, default=repr, ensure_ascii=False).encode()
            self._seen(name, f"{operation.method} {operation.path}", got, told=told)

        call()

    def _seen(
        self, role: str, name: str, answer: Answer, surface: str = "", *, told: bytes = b""
    ) -> None:
        self.calls += 1
        if answer.status >= 500:  # noqa: PLR2004 - HTTP
            self.faults.append(f"{role} {name}: {answer.status}")
        where = surface or _surface_of(answer)
        lines = "\n".join(
            f"{header}: {value}" for header, value in answer.headers.items() if header not in OWN
        )
        content = lines.encode("utf-8", "replace") + b"\n\n" + answer.content
        self.scanner.look(f"{self.where}{where}", name, content, role, told=told)


def _surface_of(answer: Answer) -> str:
    if answer.status >= 400:  # noqa: PLR2004 - HTTP
        return "errors"
    media = str(answer.headers.get("Content-Type", "")).partition(";")[0]
    if media == "text/html":
        return "pages"
    if media.startswith("image/"):
        return "previews"
    if media == "application/json" or not media:
        return "api"
    return "downloads"


def doors() -> list[Rule]:
    """Give every door of the application, in the order of addresses."""
    nobody: Any = SimpleNamespace(routes={}, forms={})
    app = build(nobody, secret=b"of no session at all", largest=1)
    rules = sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule)
    return [one for one in rules if not NOT_TRIED.search(one.rule)]
