"""What contacts refuse."""

from parley.core.errors import NotFound


class ContactGone(NotFound):
    """Nobody here by this id, or removed meanwhile."""
