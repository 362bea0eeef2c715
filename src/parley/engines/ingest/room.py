"""How much may wait at once: in all, so that memory stays bounded; of one workspace, so that its flood leaves
room for the others."""

from uuid import UUID


class Overloaded(Exception):
    """More waits than memory should hold: say so early rather than fall over late."""


class Room:
    """Counts what is held, in bytes or rows. A workspace may have half; what comes first always fits."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held = 0
        # By the number: a UUID is hashed in Python, each time it is looked up.
        self._held_by: dict[int, int] = {}

    def take(self, workspace_id: UUID, amount: int) -> None:
        """Raises `Overloaded`, and then nothing was taken."""
        own = self._held_by.get(workspace_id.int, 0)
        is_full = self._held and self._held + amount > self._most
        if is_full or (own and own + amount > self._most // 2):
            raise Overloaded
        self._held += amount
        self._held_by[workspace_id.int] = own + amount

    def give_back(self, workspace_id: UUID, amount: int) -> None:
        """What was taken once, once."""
        self._held -= amount
        left = self._held_by[workspace_id.int] - amount
        if left:
            self._held_by[workspace_id.int] = left
        else:
            del self._held_by[workspace_id.int]
