"""What messaging refuses, each in words for the person who asked: what happened, what is safe, what to do."""

from uuid import UUID

from django.utils.translation import gettext as _

from parley.core.errors import Conflict, DomainError, Invalid, Refused, Unavailable


class SendRefused(Refused):
    """The gate said no. `code` is one of `send_refusal`'s, `window_never` or `role`."""


class AnotherIsOpen(Conflict):
    """Reopening would make two open conversations with the same contact on the same number."""

    code = "another_is_open"

    def __init__(self, conversation_id: UUID, *, link: str) -> None:
        super().__init__(_("There is already an open conversation with this contact on this number."))
        self.conversation_id = conversation_id
        self.link = link
        self.link_text = _("Open that conversation")


class FileRefused(Invalid):
    """The file cannot be sent as what it is."""

    code = "file_refused"

    def __init__(self, message: str) -> None:
        super().__init__(message, fields={"file": [message]})


class FilePending(Conflict):
    """The bytes are still with the provider; a job is fetching them."""

    code = "file_pending"

    def __init__(self) -> None:
        super().__init__(_("This file is still on its way. It shows up by itself when it is here."))


class FileFailed(DomainError):
    """The bytes could not be fetched, or the store has lost them."""

    status = 410
    code = "file_failed"

    def __init__(self) -> None:
        super().__init__(_("This file could not be fetched. Try again from the message."))


class FileTooLarge(FileRefused):
    """More bytes than the operator allows to send. `limit` is in bytes."""

    status = 413
    code = "file_too_large"

    def __init__(self, limit: int) -> None:
        super().__init__(_("This file is too large: up to %(n)d MB can be sent.") % {"n": limit // 1024**2})


class FilesNotKept(Unavailable):
    """The store is away or full. Nothing was sent, neither the files nor what was written with them."""

    code = "files_not_kept"

    def __init__(self) -> None:
        super().__init__(
            _("The files could not be kept just now, so nothing was sent. Your text is not lost: try again.")
        )
