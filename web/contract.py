"""The public contract, told by the code itself: every operation says what it takes and gives."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from flask import Flask, request
from pydantic import BaseModel, ConfigDict, ValidationError

from records.errors import Refused

View = TypeVar("View", bound=Callable[..., Any])
TOLD = "told_operation"

UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML 1.0 (2.2) cannot say, nor every database keep: it is in no word of ours."""


class Body(BaseModel):
    """What a JSON body must be; unknown names are refused, so that no wish is silently lost."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


@dataclass(frozen=True, slots=True)
class Operation:
    """What the contract says of one call."""

    summary: str
    gives: dict[int, str] = field(default_factory=lambda: {200: "application/json"})
    body: type[BaseModel] | None = None
    form: dict[str, str] = field(default_factory=dict)  # multipart: name → "file" or "json"
    query: dict[str, str] = field(default_factory=dict)  # name → what it means
    open: bool = False


def operation(summary: str, **told: Any) -> Callable[[View], View]:
    """Say what a view's operation is, for the contract."""

    def mark(view: View) -> View:
        setattr(view, TOLD, Operation(summary, **told))
        return view

    return mark


M = TypeVar("M", bound=BaseModel)


def read_body(model: type[M]) -> M:
    """Give the request's JSON body as ``model``. Raises Refused: it is none."""
    try:
        told = parsed(request.get_data()) if request.is_json else None
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise Refused("body.not-json")
    return read_as(model, told)


def parsed(text: str | bytes) -> object:
    """Give the JSON in ``text``. Raises ValueError: it is none, or nested beyond any use."""
    try:
        return json.loads(text)
    except RecursionError as deep:
        raise ValueError("nested too deep") from deep


def read_as(model: type[M], told: object) -> M:
    """Give ``told`` as ``model``. Raises Refused: it is none, with where and why."""
    if not _writable(told):
        raise Refused("body.invalid", field="body", why="control characters")
    try:
        return model.model_validate(told)
    except ValidationError as wrong:
        first = wrong.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(step) for step in first["loc"]) or "body"
        raise Refused("body.invalid", field=where, why=first["msg"]) from None


def require_writable_words() -> None:
    """Refuse addresses and forms with signs that no word of ours has, before anybody uses them."""
    words = [*(request.view_args or {}).values()]
    words += [
        word for _, word in (*request.args.items(multi=True), *request.form.items(multi=True))
    ]
    if not _writable(words):
        raise Refused("body.invalid", field="form", why="control characters")


def _writable(told: object) -> bool:
    if isinstance(told, str):
        return not UNWRITABLE.search(told)
    if isinstance(told, dict):
        return all(_writable(one) for pair in told.items() for one in pair)
    return not isinstance(told, list) or all(_writable(one) for one in told)


def openapi(app: Flask) -> dict[str, Any]:
    """Give the OpenAPI 3.1 description of every operation under /api/v1 and at the root."""
    paths: dict[str, dict[str, Any]] = {}
    schemas: dict[str, Any] = {"Problem": PROBLEM}
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        told = getattr(app.view_functions[rule.endpoint], TOLD, None)
        if not isinstance(told, Operation):
            continue
        path = re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule)
        for method in sorted(set(rule.methods or ()) - {"HEAD", "OPTIONS"}):
            paths.setdefault(path, {})[method.lower()] = _told(told, path, rule.endpoint, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Trình Ký", "version": "1"},
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "cookie": {"type": "apiKey", "in": "cookie", "name": "trinhky"},
            },
        },
    }


def _told(told: Operation, path: str, endpoint: str, schemas: dict[str, Any]) -> dict[str, Any]:
    parameters = [_parameter(name, "path", "") for name in re.findall(r"{([^}]+)}", path)]
    parameters += [_parameter(name, "query", meaning) for name, meaning in told.query.items()]
    answers: dict[str, Any] = {
        str(status): {"description": "done", "content": {media: {}} if media else {}}
        for status, media in told.gives.items()
    }
    answers["default"] = {
        "description": "refused",
        "content": {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
        },
    }
    return {
        "operationId": endpoint.replace(".", "_"),
        "summary": told.summary,
        "parameters": parameters,
        "responses": answers,
        "security": [] if told.open else [{"token": []}, {"cookie": []}],
        **_taken(told, schemas),
    }


def _taken(told: Operation, schemas: dict[str, Any]) -> dict[str, Any]:
    if told.body is not None:
        schema = told.body.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(schema.pop("$defs", {}))
        schemas[told.body.__name__] = schema
        reference = {"$ref": f"#/components/schemas/{told.body.__name__}"}
        return {"requestBody": {"content": {"application/json": {"schema": reference}}}}
    if told.form:
        parts = {name: _part(kind) for name, kind in told.form.items()}
        schema = {"type": "object", "properties": parts}
        return {"requestBody": {"content": {"multipart/form-data": {"schema": schema}}}}
    return {}


def _part(kind: str) -> dict[str, Any]:
    if kind == "file":
        return {"type": "string", "format": "binary"}
    if kind == "files":
        return {"type": "array", "items": {"type": "string", "format": "binary"}}
    return {"type": "string", "contentMediaType": "application/json"}


def _parameter(name: str, where: str, meaning: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": where,
        "required": where == "path",
        "description": meaning,
        "schema": {"type": "string"},
    }


PROBLEM = {
    "type": "object",
    "description": "RFC 9457",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "rule": {"type": "string"},
    },
}
