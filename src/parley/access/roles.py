"""Who may do what: five roles, one table.

An action is `<resource>.<verb>`. Doors and templates ask `allows`; nothing else knows a role by name. The
words are for people. A role holds for all records of the workspace: a membership's `record_scope` is kept and
narrows nothing yet.
"""

from dataclasses import dataclass
from typing import Final

from parley.access.models import ROLES

EVERYBODY: Final = frozenset(ROLES)
WORKERS: Final = EVERYBODY - {"auditor"}
ADMINS: Final = frozenset({"owner", "admin"})


@dataclass(frozen=True, slots=True)
class Permission:
    """One line of the table: the action, who has it, and what it means."""

    action: str
    roles: frozenset[str]
    words: str


ROLE_WORDS: Final = {
    "owner": "Everything. A workspace always has one.",
    "admin": "Everything that an owner may.",
    "manager": "Everything that an agent may.",
    "agent": "The inbox and the contacts of the whole workspace.",
    "auditor": "Reads everything, changes nothing.",
}

TABLE: Final = (
    Permission("inbox.read", EVERYBODY, "See the conversations and what was said in them."),
    Permission("conversations.read", EVERYBODY, "Open a conversation."),
    Permission("conversations.mark", WORKERS, "Mark conversations as read or unread."),
    Permission("conversations.assign", WORKERS, "Take a conversation, or give it to a colleague."),
    Permission("conversations.close", WORKERS, "Close and reopen conversations."),
    Permission("messages.send", WORKERS, "Write to customers and react to what they wrote."),
    Permission("notes.write", WORKERS, "Leave private notes in a conversation."),
    Permission("contacts.read", EVERYBODY, "See contacts, how to reach them and what they agreed to."),
    Permission("contacts.write", WORKERS, "Change and block contacts, and record what they agreed to."),
    Permission("channels.read", EVERYBODY, "See the connected numbers and their health."),
    Permission("channels.manage", ADMINS, "Connect, test, restart and remove numbers."),
    Permission(
        "webhooks.manage", ADMINS, "See what a provider sent and Parley could not use, and try again."
    ),
)

_ROLES_OF: Final = {permission.action: permission.roles for permission in TABLE}


def allows(role: str, action: str) -> bool:
    """Whether a member of this role may do this. An unknown action is a programming error: `KeyError`."""
    return role in _ROLES_OF[action]


def check_known(action: str) -> None:
    """Fail at import, not at the first click, where a view names an action that is not in the table."""
    if action not in _ROLES_OF:
        raise LookupError(f"{action!r} is not in the table of parley.access.roles.")
