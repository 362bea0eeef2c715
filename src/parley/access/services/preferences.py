"""What a person chose for themselves: it follows them into every workspace."""

from parley.access.models import User
from parley.core.errors import Invalid

THEMES = ("system", "light", "dark")


def choose_theme(user: User, theme: str) -> None:
    """Keep the theme for this person's other browsers too."""
    check_theme(theme)
    _keep(user, "theme", theme)


def check_theme(theme: str) -> None:
    """Refuse what is no theme."""
    if theme not in THEMES:
        raise Invalid("There is no such theme.", fields={"theme": [f"One of: {', '.join(THEMES)}."]})


def choose_locale(user: User, locale: str, *, offered: tuple[str, ...]) -> None:
    """The language of the interface for this person."""
    if locale not in offered:
        raise Invalid("There is no such language.", fields={"locale": [f"One of: {', '.join(offered)}."]})
    _keep(user, "locale", locale)


def remember_workspace(user: User, slug: str) -> None:
    """Where the next sign-in leads."""
    _keep(user, "workspace", slug)


def _keep(user: User, name: str, value: str) -> None:
    user.preferences = {**user.preferences, name: value}
    User.objects.filter(id=user.id).update(preferences=user.preferences)
