"""What access refuses, in the words that the person reads."""

from parley.core.errors import Conflict, NotFound, Refused, TooMany


class RoleRefused(Refused):
    """The person belongs here, and their role does not include this."""

    code = "role"

    def __init__(self) -> None:
        super().__init__("Your role does not include this. Whoever runs Parley for you can change your role.")


class NoWorkspace(Refused):
    """Signed in, and a member of nothing."""

    code = "no_workspace"

    def __init__(self) -> None:
        super().__init__("You do not belong to a workspace. Whoever runs Parley for you can add you to one.")


class SetupClosed(NotFound):
    """There is an owner already: the page is gone for good."""


class NameTaken(Conflict):
    """Another workspace has this name."""

    code = "name_taken"

    def __init__(self) -> None:
        super().__init__("There is a workspace with this name already. Choose another.")


class EmailTaken(Conflict):
    """Another user has this address."""

    code = "email_taken"

    def __init__(self) -> None:
        super().__init__("There is a user with this e-mail address already.")


class LastOwner(Conflict):
    """Somebody has to own the workspace."""

    code = "last_owner"

    def __init__(self) -> None:
        super().__init__(
            "This person is the only owner of a workspace. Make somebody else an owner of it first."
        )


class TooManySignIns(TooMany):
    """The account or the source has failed too often; the text does not say which."""

    code = "too_many_sign_ins"

    def __init__(self, *, retry_after: int) -> None:
        minutes = -(-retry_after // 60)
        super().__init__(
            f"Too many attempts to sign in. Nothing is wrong with your account: try again in {minutes} min.",
            retry_after=retry_after,
        )


class SignInsQueue(TooMany):
    """So many people sign in at this moment that this one's turn did not come in time."""

    code = "sign_ins_queue"

    def __init__(self, *, retry_after: int) -> None:
        super().__init__(
            "Many people are signing in at this moment. Nothing is wrong with your account: "
            f"try again in {retry_after} seconds.",
            retry_after=retry_after,
        )
