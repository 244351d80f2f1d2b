"""What a browser's own passkey answered, as JSON of any shape the vendor reads."""

from typing import Any

from flask import request

from records.errors import Refused
from web.contract import parsed


def read_answer() -> dict[str, Any]:
    """Give the body as an object. Raises Refused: it is none."""
    try:
        told = parsed(request.get_data()) if request.is_json else None
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise Refused("body.not-json")
    return told
