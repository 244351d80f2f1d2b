"""The carrying of messages from the tray to their recipients, each judged once more at the edge."""

import time
from collections.abc import Mapping
from pathlib import Path

from exchange import edxml, folders, secrecy
from exchange.filter import Filter
from exchange.spool import Spool
from exchange.tray import BACK, LEAVING, Tray
from records.errors import Broken, OfficeError, Refused, Unavailable
from records.exchange import Envelope, Outcome, RecallNotice, StatusNotice

REST = 5.0
"""How long a partner's folder that could not be reached is left alone, in seconds."""


class Porter:
    """Carries what waits in a tray; it knows names of partners, and nothing else of the office."""

    def __init__(
        self, tray: Tray, spool: Spool, edge: Filter, *, organ: str, partners: Mapping[str, Path]
    ) -> None:
        """Carry for one office.

        Takes   edge: what every message is judged by once more; organ: its id, under which alone
                it sends; partners: folders by the organ's id.
        """
        self._tray, self._spool, self._edge = tray, spool, edge
        self._organ, self._partners = organ, partners
        self._resting: dict[str, float] = {}

    def round(self) -> str:
        """Take back what was asked back and carry what waits; give the last rule in its way."""
        fault = ""
        for organ, folder in self._partners.items():
            if self._resting.get(organ, 0) > time.monotonic():
                continue
            try:
                self._serve(organ, folder)
            except Unavailable as away:
                self._resting[organ] = time.monotonic() + REST
                fault = away.rule
        return fault

    def _serve(self, organ: str, folder: Path) -> None:
        for name in self._tray.waiting(folder, BACK):
            self._tray.tell(folder, name, self._back(folder, name))
        for name in self._tray.waiting(folder, folders.ENDING, LEAVING):
            self._carry(organ, folder, name)

    def _back(self, folder: Path, name: str) -> Outcome:
        if self._spool.withdraw(folder, name):
            return Outcome.WITHDRAWN
        opened = self._spool.has(folder, name) or self._tray.may_have_left(folder, name)
        return Outcome.GONE if opened else Outcome.KEPT

    def _carry(self, organ: str, folder: Path, name: str) -> None:
        self._spool.has(folder, name)  # a folder that is away is known before anything begins
        message = self._tray.take(folder, name)
        if message is None:
            return
        try:
            self._judge(organ, name, message)
        except Unavailable:
            self._tray.put_back(folder, name)
            raise
        except OfficeError as fault:
            self._tray.tell(folder, name, Outcome.REFUSED, fault.rule)
            return
        try:
            self._spool.leave(folder, name, message)
        except Unavailable:
            if not self._spool.has(folder, name):
                self._tray.put_back(folder, name)
            raise
        self._tray.tell(folder, name, Outcome.LEFT)

    def _judge(self, organ: str, name: str, message: bytes) -> None:
        """Judge the very bytes, with nothing to go by but what is in them.

        Raises  Broken egress.unsealed: not from this office, not for this partner, or not the
                message that its own envelope would make. Refused exchange.secret, and as the
                filter. Unavailable exchange.no-list: it cannot be known what is secret.
        """
        told = edxml.read(message, limit=self._tray.limit)
        if (told.id, told.sender.id, told.recipient.id) != (name, self._organ, organ):
            raise Broken("egress.unsealed", why="destination")
        if not _is_ours(message, told):
            raise Broken("egress.unsealed", why="message")
        if isinstance(told, Envelope):
            self._edge.judge(told)
        elif secrecy.is_marked(told.reason):
            raise Refused("exchange.secret", where="Description")
        else:
            self._edge.judge_words(told.reason)


def _is_ours(message: bytes, told: Envelope | StatusNotice | RecallNotice) -> bool:
    """Tell whether a message is to the byte what this office writes of what it says."""
    if isinstance(told, Envelope):
        return edxml.is_written(message, told)
    if isinstance(told, RecallNotice):
        return message == edxml.write_recall(told)
    return message == edxml.write_status(told)
