"""Every word of the pages can be read in English, and says there what it says here."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment

from web import phrases
from web.pages import labels

WEB = Path(phrases.__file__).parent
PLACEHOLDER = re.compile(r"%\((\w+)\)")


def in_templates() -> Iterator[str]:
    words = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    for template in sorted((WEB / "templates").glob("*.html")):
        for _, _, told in words.extract_translations(template.read_text("utf-8")):  # type: ignore[attr-defined]  # the extension brings it
            yield from [told] if isinstance(told, str) else filter(None, told)


def in_pages() -> Iterator[str]:
    for module in sorted((WEB / "pages").glob("*.py")):
        for node in ast.walk(ast.parse(module.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "phrase":
                told = node.args[0]
                assert isinstance(told, ast.Constant), f"{module.name}:{node.lineno}"
                yield str(told.value)


def in_labels() -> Iterator[str]:
    for table in labels.TABLES.values():
        yield from table.values()


SAID = sorted({*in_templates(), *in_pages(), *in_labels()})


def test_every_sentence_of_the_pages_is_translated() -> None:
    assert [said for said in SAID if said not in phrases.english()] == []


def test_nothing_is_translated_that_no_page_says() -> None:
    assert sorted(set(phrases.english()) - set(SAID)) == []


@pytest.mark.parametrize("said", [said for said in SAID if "%" in said])
def test_a_translation_keeps_the_facts_of_its_sentence(said: str) -> None:
    told = phrases.english()[said]
    assert set(PLACEHOLDER.findall(told)) == set(PLACEHOLDER.findall(said))


def test_no_template_carries_a_style_or_a_script_that_the_browser_must_refuse() -> None:
    for template in (WEB / "templates").glob("*.html"):
        text = template.read_text("utf-8")
        assert not re.search(r"\sstyle=|\son[a-z]+=|<style|javascript:", text), template.name
        assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text)), template.name


def test_nothing_is_fetched_from_another_host() -> None:
    for file in [*(WEB / "templates").iterdir(), *(WEB / "static").iterdir()]:
        text = file.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"(https?:)?//[a-z0-9-]+\.", text, re.IGNORECASE), file.name


def test_every_form_that_changes_something_carries_its_token() -> None:
    for template in (WEB / "templates").glob("*.html"):
        for form in re.findall(
            r"<form[^>]*method=\"post\".*?</form>", template.read_text(), re.DOTALL
        ):
            token = "bits.token()" in form or 'name="csrf"' in form or "{{ fields(" in form
            assert token or "forms.fields(" in form or template.name == "login.html", form[:120]
