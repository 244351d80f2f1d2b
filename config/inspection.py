"""What is done about what a PDF holds beside its pages, as the office's file says."""

from collections.abc import Mapping
from pathlib import Path

from config.located import Located, Strict
from records.beneath import Beneath, Response


class InspectionText(Strict):
    """inspection.yaml."""

    beneath: dict[Beneath, Response]


def read_inspection(path: Path) -> Mapping[Beneath, Response]:
    """Give what ``inspection.yaml`` says of every kind. Raises Refused ``config.invalid``."""
    located = Located(path)
    told = located.model(InspectionText).beneath
    missing = [kind for kind in Beneath if kind not in told]
    if missing:
        raise located.wrong(["beneath"], f"nothing is said of {missing[0]}")
    return told
