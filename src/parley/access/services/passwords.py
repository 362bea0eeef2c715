"""A person's password: judged, changed, and made anew where it was forgotten."""

import secrets

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from parley.access.models import User
from parley.core.errors import Invalid


def choose_password(user: User, password: str) -> None:
    """From now on this one. Refuses a weak one (`Invalid`).

    Every session carries a hash of the password it began with, so all of the person's sessions end; a view
    keeps the present one with Django's `update_session_auth_hash`.
    """
    user.password = hashed(password, user)
    User.objects.filter(id=user.id).update(password=user.password)


def replace_password(user: User) -> str:
    """A new one that nobody has seen, for who forgot theirs; the answer is the only place where it stands."""
    password = made_up()
    choose_password(user, password)
    return password


def hashed(password: str, user: User) -> str:
    """What is stored. Raises `Invalid` for a password that is weak, or too much like the person's data."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid("Choose another password.", fields={"password": list(error.messages)}) from None
    return make_password(password)


def made_up() -> str:
    """A password of 96 random bits."""
    return secrets.token_urlsafe(12)
