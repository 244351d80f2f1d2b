"""Some hundreds of the ten thousand damages: none is believed that shows something else."""

from collections import Counter
from pathlib import Path

from bench.mutations import harm, papers, shown, tried


def test_no_damage_is_believed_that_shows_something_else(tmp_path: Path) -> None:
    given = papers(tmp_path / "keys")
    came = tried(7, 250, given)
    assert came.total() > 200
    assert harm(came) == 0, came
    assert came["invalid"] > came["indeterminate"]


def test_what_must_never_be_is_counted(tmp_path: Path) -> None:
    leader, sealed = papers(tmp_path / "keys")
    assert leader.shows == shown(leader.pdf)
    assert leader.shows != sealed.shows
    assert harm(Counter({"VALID, CHANGED": 1, "HUNG": 2, "CRASHED KeyError": 3, "invalid": 9})) == 6
