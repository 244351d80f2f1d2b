"""The reading of a PDF that came back from a signer's service, as a task for a process apart."""

import json
from base64 import b64encode

from records.errors import Refused
from signing.returned import returned_of


def answer(content: bytes, options: dict[str, object]) -> bytes:
    """Give what the second of two files adds to the first, as JSON, or the rule that refuses it.

    Takes   options: "handed", how many bytes of ``content`` are the file that was handed out.
    """
    size = int(str(options["handed"]))
    try:
        found = returned_of(content[:size], content[size:])
    except Refused as refusal:
        return json.dumps({"refused": refusal.rule}).encode()
    box = found.box
    return json.dumps(
        {
            "field": found.field,
            "certificate": b64encode(found.certificate).decode(),
            "box": [box.page, box.x0, box.y0, box.x1, box.y1] if box else None,
            "filled": dict(found.filled),
            "locked": sorted(found.locked),
            "pictured": found.pictured,
        }
    ).encode()
