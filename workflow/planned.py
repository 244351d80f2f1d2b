"""What was decided for a day is carried out on that day, or given up if it no longer can be."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from records.appointment import Appointment
from records.errors import Outrun, Refused
from records.reorganisation import Reorganisation
from storage.unit import Unit
from workflow.office import Office

Decision = TypeVar("Decision", Appointment, Reorganisation)


def carry_out_each(
    office: Office,
    due: Sequence[Decision],
    carry_out: Callable[[Unit, Decision], object],
    give_up: Callable[[Unit, Decision, str], None],
) -> int:
    """Carry out decisions in their order, each in a transaction, and tell how many.

    Takes   give_up: keeps that one cannot be carried out as it was decided, and by which rule.
    """
    done = 0
    for one in due:
        try:
            with office.database.unit() as unit:
                carry_out(unit, one)
                done += 1
        except Outrun:
            continue  # another worker did it
        except Refused as wrong:
            with office.database.unit() as unit:
                give_up(unit, one, wrong.rule)
    return done
