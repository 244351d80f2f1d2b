"""The three families of errors, named by what to do next: tell them, try later, stop."""


class OfficeError(Exception):
    """What went wrong, as the identifier of a rule and the facts its message needs.

    The sentence a person reads is made at the door, in that person's language, from ``rule`` and
    ``facts``; ``rule`` is stable and part of the public contract (``docs/api``).
    """

    def __init__(self, rule: str, **facts: object) -> None:
        super().__init__(rule, facts)
        self.rule = rule
        self.facts = facts

    def __str__(self) -> str:
        told = ", ".join(f"{name}={fact!r}" for name, fact in self.facts.items())
        return f"{self.rule} ({told})" if told else self.rule


class Refused(OfficeError):
    """A rule says no, and will say no again: tell them which rule and what to do instead."""


class NotFound(Refused):
    """There is no such thing, or none that this person may know of; both answer alike."""


class NotAllowed(Refused):
    """It exists and they may know of it, but this act is not theirs."""


class NotKnown(Refused):
    """Whoever asks has not shown who they are."""


class TooOften(Refused):
    """They tried too often; they may try again after ``seconds``."""


class Outrun(Refused):
    """Somebody was faster: the document moved on since it was read; read it again."""


class Unreadable(Refused):
    """A file or message that is not what it must be; ``rule`` says in what way."""


class Unavailable(OfficeError):
    """Something this office leans on does not answer now; the same act may succeed later."""


class Broken(OfficeError):
    """Something that must always hold does not: stop, lose nothing, call for help."""
