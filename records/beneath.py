"""What a PDF holds beside what its pages show, and what the office does about it."""

from dataclasses import dataclass
from enum import StrEnum


class Response(StrEnum):
    """What the office does about one kind of finding."""

    REFUSE = "refuse"  # nobody submits or signs such a file
    REWRITE = "rewrite"  # the office makes a new revision without it
    WARN = "warn"  # whoever approves or signs is told
    ALLOW = "allow"  # nobody is told


class Beneath(StrEnum):
    """Kinds of what may make a PDF show one thing and say, or later show, another."""

    FORM_FIELDS = "form-fields"  # what others may still fill in
    SIGNATURES = "signatures"  # somebody signed it before it came
    NOTES = "notes"  # annotations that are drawn over the page
    LINKS = "links"  # that open an address
    ACTIONS = "actions"  # that run when the file is opened, closed, printed or clicked
    LAYERS = "layers"  # optional content, all of it shown
    HIDDEN_LAYERS = "hidden-layers"  # optional content that is not shown, or not always
    EARLIER_REVISIONS = "earlier-revisions"  # states of the file before this one
    UNUSED_OBJECTS = "unused-objects"  # that no page refers to
    TEXT_LAYER = "text-layer"  # invisible words over a picture of the whole page, as a scanner's
    INVISIBLE_TEXT = "invisible-text"  # drawn with no ink
    HIDDEN_TEXT = "hidden-text"  # drawn in the colour of its ground, or covered
    OUTSIDE_TEXT = "outside-text"  # beside the page
    TINY_TEXT = "tiny-text"  # too small to be read
    OVERLAPPING_TEXT = "overlapping-text"  # other words in the same place
    REPLACED_TEXT = "replaced-text"  # read otherwise than it is drawn, by its own instruction
    READERS_DIFFER = "readers-differ"  # two programs read other words
    NOT_COMPARED = "not-compared"  # too many pages to look at


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found in a file."""

    kind: Beneath
    page: int  # 1 is the first; 0: the whole file
    detail: str  # what it says or is called, cut short
    response: Response = Response.WARN
