"""What happened to a conversation, as a sentence in the reader's language: the row keeps the facts only."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _


def activity_text(content: Mapping[str, Any], *, author: str) -> str:
    """The thin grey line. `content` has `what` and, where it was given to somebody, their `name`."""
    by = author or _("Somebody")
    match content.get("what"):
        case "closed":
            return _("%(by)s closed the conversation") % {"by": by}
        case "reopened":
            return _("%(by)s reopened the conversation") % {"by": by}
        case "started":
            return _("%(by)s started the conversation") % {"by": by}
        case "taken":
            return _("%(by)s took the conversation") % {"by": by}
        case "assigned":
            return _("%(by)s gave the conversation to %(name)s") % {"by": by, "name": content.get("name", "")}
        case "unassigned":
            return _("%(by)s put the conversation back for everybody") % {"by": by}
    return str(content.get("text", ""))
