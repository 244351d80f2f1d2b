"""Every rule that can refuse has its sentence, in both languages, and no sentence is left over."""

import ast
import re
import string
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from records import errors
from records.errors import OfficeError
from web.language import rules, sentence

ROOT = Path(__file__).parents[2]
ROOMS = (
    *("records", "storage", "signing", "search", "drafting"),
    *("exchange", "identity", "config", "workflow", "web", "front"),
)
RULE = re.compile(r"[a-z]+(\.[a-z0-9]+(-[a-z0-9]+)*)+")
FAMILIES = {
    name
    for name, value in vars(errors).items()
    if isinstance(value, type) and issubclass(value, OfficeError)
}
CARRIERS = {"_NoPlace"}
"""Errors inside a sandboxed task, whose rule crosses the border as words."""

NOT_RAISED = {"unknown"}
"""Said where an error has no rule of its own."""

VOWELS = set("ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ")


def test_every_rule_that_is_raised_has_its_sentence() -> None:
    raised = {rule: where for rule, where, _ in _raised()}

    assert len(raised) > 100
    assert {rule: where for rule, where in raised.items() if rule not in rules()} == {}


def test_no_error_is_raised_with_anything_but_a_rule() -> None:
    odd = [f"{where}: {rule}" for rule, where, _ in _raised() if not RULE.fullmatch(rule)]

    assert odd == []


def test_no_sentence_is_left_over_from_a_rule_that_is_gone() -> None:
    raised = {rule for rule, _, _ in _raised()}

    assert set(rules()) - raised - NOT_RAISED == set()


def test_every_rule_speaks_vietnamese_and_english() -> None:
    for rule, told in rules().items():
        assert set(told) == {"vi", "en"}, rule
        assert set(told["vi"].lower()) & VOWELS, rule
        assert not set(told["en"].lower()) & VOWELS, rule
        for words in told.values():
            assert words.strip() == words, rule
            assert len(words) > len(rule) // 2, rule


def test_both_languages_tell_the_same_facts() -> None:
    differing = [rule for rule, told in rules().items() if _holes(told["vi"]) != _holes(told["en"])]

    assert differing == []


def test_every_fact_in_a_sentence_is_given_wherever_its_rule_is_raised() -> None:
    missing = [
        f"{where}: {rule} lacks {sorted(holes - given)}"
        for rule, where, given in _raised()
        if given is not None and (holes := _holes(rules()[rule]["vi"])) - given
    ]

    assert missing == []


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_sentence_can_be_said_with_and_without_its_facts(language: str) -> None:
    app = Flask(__name__)
    with app.test_request_context(headers={"Cookie": f"language={language}"}):
        for rule, told in rules().items():
            facts = dict.fromkeys(_holes(told[language]), "<sự kiện>")
            said = sentence(OfficeError(rule, **facts))
            assert "{" not in said, rule
            assert said.count("<sự kiện>") >= len(facts), rule
            assert sentence(OfficeError(rule))
        assert sentence(OfficeError("no.such-rule")) == rules()["unknown"][language]


def _raised() -> Iterator[tuple[str, str, set[str] | None]]:
    """Give (rule, file:line, facts) of every error made; facts are None where they are spread."""
    yield from _of(ROOT / "app.py")
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            yield from _of(path)


def _of(path: Path) -> Iterator[tuple[str, str, set[str] | None]]:
    tree = ast.parse(path.read_text("utf-8"))
    said = _assigned(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func).rpartition(".")[2]
        if called not in FAMILIES | CARRIERS or not node.args:
            continue
        facts = {word.arg for word in node.keywords if word.arg}
        spread = any(word.arg is None for word in node.keywords)
        where = f"{path.relative_to(ROOT)}:{node.lineno}"
        for rule in _words(node.args[0], said):
            yield rule, where, None if spread else facts


def _assigned(tree: ast.Module) -> dict[str, list[ast.expr]]:
    said: dict[str, list[ast.expr]] = defaultdict(list)
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    said[target.id].append(node.value)
    return said


def _words(node: ast.expr, said: dict[str, list[ast.expr]]) -> Iterator[str]:
    """Give what an argument may say: a text, either branch of a choice, or a name's values."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _words(node.body, said)
        yield from _words(node.orelse, said)
    elif isinstance(node, ast.Name):
        for value in said[node.id]:
            yield from _words(value, {**said, node.id: []})


def _holes(words: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(words) if name}
