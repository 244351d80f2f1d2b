"""The process that carries messages out: told on its standard input what it may know, no more."""

import json
import logging
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from exchange.filter import Filter
from exchange.porter import Porter
from exchange.prints import Prints
from exchange.spool import Spool
from exchange.tray import Tray

LOOKING = 0.05
"""How often an idle process looks whether something was put into the tray, in seconds."""

EACH = 1.0
"""How often it makes its round without being called, in seconds."""

OPEN = 3
"""Its exit status when it could open what must be closed to it."""


def main() -> int:
    """Carry until the end of the process; give the exit status if that never began."""
    logging.basicConfig(format="%(message)s")
    told = json.load(sys.stdin)
    confined = not any(is_open(Path(one)) for one in told["closed"])
    if not confined and not told["unconfined"]:
        return OPEN
    tray = Tray(Path(told["tray"]))
    partners = {organ: Path(folder) for organ, folder in told["partners"].items()}
    edge = Filter(Prints(Path(told["prints"]), bytes.fromhex(told["key"])))
    spool = Spool(Path(told["spool"]))
    porter = Porter(tray, spool, edge, organ=told["organ"], partners=partners)
    tray.hold(confined=confined)
    while True:
        carry(porter, tray)


def carry(porter: Porter, tray: Tray) -> None:
    """Make one round and wait for the next call."""
    rung, rounds = tray.rung(), time.monotonic() + EACH
    try:
        if fault := porter.round():
            logging.getLogger("exchange").warning("%s", fault)
    except Exception:
        # Whatever lies in the tray, what is beside it must still leave.
        logging.getLogger("exchange").exception("a message could not be carried")
    while tray.rung() == rung and time.monotonic() < rounds:
        time.sleep(LOOKING)


def is_open(path: Path) -> bool:
    """Tell whether this process can look into a folder or a file."""
    try:
        next(path.iterdir(), None) if path.is_dir() else path.open("rb").close()
    except OSError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
