"""YAML read with its line numbers, so that every complaint names file, line and what is wrong."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from records.errors import Refused

Place = Sequence[str | int]

FAST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Ten times as fast, for the office's own files; what people type may be nested too deep for it."""


class Strict(BaseModel):
    """A piece of configuration in which an unknown word is a mistake, not a wish."""

    model_config = ConfigDict(extra="forbid", frozen=True)


M = TypeVar("M", bound=Strict)


class Located:
    """One configuration file: its text, and the line of any place in it."""

    def __init__(self, path: Path, text: str | None = None) -> None:
        """Read the file of this name, or ``text`` in its place."""
        self.path = path
        self.text = self._read() if text is None else text
        try:
            self._root = self._composed(own=text is None)
            self._refuse_doubles(self._root)
        except yaml.MarkedYAMLError as wrong:
            line = wrong.problem_mark.line + 1 if wrong.problem_mark else 1
            raise self._refusal(line, str(wrong.problem or wrong)) from wrong
        except (yaml.YAMLError, RecursionError) as wrong:
            raise self._refusal(1, "not YAML") from wrong

    def _composed(self, *, own: bool) -> yaml.Node | None:
        if own:
            with suppress(yaml.YAMLError):  # the other names the line as people count
                return yaml.compose(self.text, Loader=FAST)
        return yaml.compose(self.text, Loader=yaml.SafeLoader)

    def model(self, kind: type[M]) -> M:
        """Give the file's content as ``kind``, or raise Refused with the line that is wrong."""
        try:
            return kind.model_validate(self._plain())
        except yaml.MarkedYAMLError as wrong:
            line = wrong.problem_mark.line + 1 if wrong.problem_mark else 1
            raise self._refusal(line, str(wrong.problem or wrong)) from wrong
        except ValidationError as wrong:
            # An unknown word goes before a missing one: it is where somebody mistyped.
            faults = sorted(wrong.errors(), key=lambda one: one["type"] != "extra_forbidden")
            told = "; ".join(_told(one["loc"], one["msg"]) for one in faults[:3])
            raise self._refusal(self._line(faults[0]["loc"]), told) from None
        except ValueError as wrong:
            raise self._refusal(1, str(wrong)) from wrong

    def _plain(self) -> object:
        # From what was composed: reading the text a second time takes as long as the first.
        maker = yaml.constructor.SafeConstructor()
        return None if self._root is None else maker.construct_document(self._root)

    def wrong(self, place: Place, why: str) -> Refused:
        """Give the refusal that names ``place``, a path of keys from the top."""
        return self._refusal(self._line(place), _told(place, why))

    def _read(self) -> str:
        try:
            return self.path.read_text(encoding="utf-8")
        except OSError as fault:
            raise self._refusal(1, fault.strerror or "cannot be read") from fault
        except UnicodeDecodeError as wrong:
            raise self._refusal(1, "not UTF-8") from wrong

    def _refusal(self, line: int, why: str) -> Refused:
        return Refused("config.invalid", where=f"{self.path.name}:{line}", why=why)

    def _line(self, place: Place) -> int:
        node = self._root
        line = 1
        for step in place:
            found = _child(node, step)
            if found is None:
                break
            line, node = found
        return line

    def _refuse_doubles(self, node: yaml.Node | None) -> None:
        if isinstance(node, yaml.MappingNode):
            seen: set[str] = set()
            for key, value in node.value:
                if not isinstance(key, yaml.ScalarNode):
                    raise self._refusal(key.start_mark.line + 1, "a key must be one word")
                if key.value in seen:
                    raise self._refusal(key.start_mark.line + 1, f"{key.value}: said twice")
                seen.add(key.value)
                self._refuse_doubles(value)
        elif isinstance(node, yaml.SequenceNode):
            for item in node.value:
                self._refuse_doubles(item)


def _told(place: Place, why: str) -> str:
    words = ".".join(str(step) for step in place)
    return f"{words}: {why}" if words else why


def _child(node: yaml.Node | None, step: str | int) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        item = node.value[step]
        return item.start_mark.line + 1, item
    return None
