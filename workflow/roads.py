"""Roads by the digest of their text, so that a document stays on the version it started with."""

from collections.abc import Callable

from records.document import Digest
from records.errors import Broken, Refused
from records.route import Route
from storage.unit import Unit


class Roads:
    """Every version of every road that was asked for, read once: a text never changes."""

    def __init__(self, read: Callable[[str, str], Route]) -> None:
        """Read texts with ``read``, which takes a text and its name."""
        self.read = read
        self._known: dict[str, Route] = {}

    def known(self, digest: Digest) -> Route | None:
        """Give the road of this digest, if it was asked for before."""
        return self._known.get(digest)

    def of(self, unit: Unit, digest: Digest, name: str) -> Route:
        """Give the version of this digest; where the office never had it, the road's newest.

        Raises  Broken: there is no such road at all, or its text cannot be read any more.
        """
        known = self._known.get(digest)
        if known is not None:
            return known
        text = unit.definitions.text(digest)
        if text is None:
            # Documents older than the keeping of versions may carry a text nobody has any more.
            newest = unit.definitions.newest().get(name)
            if newest is None:
                raise Broken("definition.lost", workflow=name)
            return self.of(unit, newest.digest, name)
        return self._take(text, name)

    def newest(self, unit: Unit) -> dict[str, Route]:
        """Give the roads in force, by name."""
        return {
            name: self.of(unit, adopted.digest, name)
            for name, adopted in unit.definitions.newest().items()
        }

    def _take(self, text: str, name: str) -> Route:
        try:
            route = self.read(text, name)
        except Refused as wrong:
            raise Broken("definition.unreadable", workflow=name) from wrong
        self._known[route.digest] = route
        return route
