"""What came back from a signer's own service, read where it can hurt nobody."""

import json
from base64 import b64decode
from typing import Any

from records.errors import Refused, Unreadable
from records.isolation import Isolation
from records.paper import Box
from records.signing import Returned

_TASK = "signing.returned_task"


def read_returned(isolate: Isolation, handed: bytes, returned: bytes) -> Returned:
    """Give what a returned PDF adds to the one that was handed out. Raises as ``returned_of``."""
    try:
        answer = isolate(_TASK, handed + returned, options={"handed": len(handed)})
        told = json.loads(answer)
        if "refused" in told:
            raise Refused(str(told["refused"]))
        return _meant(told)
    except Unreadable as error:
        raise Refused("service.damaged") from error
    except (ValueError, KeyError, TypeError) as error:
        raise Refused("service.damaged") from error


def _meant(told: dict[str, Any]) -> Returned:
    box = told["box"]
    return Returned(
        field=str(told["field"]),
        certificate=b64decode(told["certificate"]),
        box=Box(int(box[0]), *(float(side) for side in box[1:])) if box else None,
        filled={str(name): str(said) for name, said in told["filled"].items()},
        locked=frozenset(map(str, told["locked"])),
        pictured=bool(told["pictured"]),
    )
