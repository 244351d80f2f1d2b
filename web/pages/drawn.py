"""Roads drawn in the words of this request."""

from collections.abc import Collection, Mapping

from markupsafe import Markup

from records.drawing import Caption, Words
from records.route import Route, Title, Who, Whom
from web.office import office
from web.pages.labels import ROLE, WHOM
from web.phrases import gettext, phrase, title
from workflow.draw import picture
from workflow.look import units


def drawn(
    route: Route, here: Collection[str] = (), *, whole: bool = False, key: str = "road"
) -> Markup:
    """Give a road's picture; ``here`` are the states a document is in."""
    caption = Caption(
        phrase("Sơ đồ quy trình «%(name)s»", name=title(route.title)), phrase("đang ở đây"), key
    )
    # Every word of it was escaped when the XML was written.
    return Markup(picture(route, words(), caption, here, whole=whole))  # noqa: S704 - see above  # nosec B704


def words() -> Words:
    """Give what a drawing says in the language of this request."""
    named = units(office())
    return Words(
        title=title,
        who=lambda who: ", ".join(_who(one, named) for one in who),
        wanted=phrase("cần %%d trên %%d đồng ý"),
        agreed=phrase("đủ đồng ý"),
        declined=phrase("không đạt"),
        otherwise=phrase("còn lại"),
    )


def _who(who: Who, units: Mapping[str, str]) -> str:
    if who.whom in (Whom.ROLE, Whom.DESK) and who.role is not None:
        role = gettext(ROLE.get(who.role, who.role))
        return f"{role} ({units.get(who.unit, who.unit)})" if who.unit else role
    told = gettext(WHOM[who.whom])
    if who.unit:
        return f"{told} {units.get(who.unit, who.unit)}"
    inner = ", ".join(_who(one, units) for one in who.among)
    return f"{told}: {inner}" if inner else told


def said(of: Title) -> str:
    """Give a title in the language of this request."""
    return title(of)
