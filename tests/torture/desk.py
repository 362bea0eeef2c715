"""A person at a desk who replies through the pages, and clicks again until each reply is taken."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.error import URLError
from uuid import UUID

from parley.core.ids import new_id
from parley.operations.browsing import Browser, Page
from tests.torture.shop import Chat
from tests.torture.world import World

_PAUSE_SECONDS = 0.4
_AGAIN_SECONDS = 0.5
_MOST_CLICKS = 120
_TAKEN = """
SELECT client_id, count(*) AS count FROM message WHERE client_id = ANY(%(ids)s) GROUP BY client_id
"""


@dataclass(slots=True)
class Desk:
    """Works in a thread. A reply keeps its client id however often it is clicked."""

    world: World
    chats: Sequence[Chat]
    browser: Browser
    answered: list[UUID] = field(default_factory=list)
    clicks: int = 0
    given_up: int = 0
    slowest: float = 0.0
    _thread: threading.Thread | None = None
    _stop: threading.Event = field(default_factory=threading.Event)

    def begin(self, *, replies: int) -> None:
        """Write up to so many replies, one after the other."""
        self._thread = threading.Thread(target=self._work, args=(replies,), name="desk", daemon=True)
        self._thread.start()

    def finish(self, *, seconds: float = 60) -> None:
        """Write nothing further; every reply that was begun has been taken."""
        self._stop.set()
        assert self._thread is not None
        self._thread.join(seconds)
        assert not self._thread.is_alive(), "The desk still clicks."
        assert not self.given_up, f"{self.given_up} replies were never taken."

    def answers_are_kept(self) -> None:
        """I2: every reply that was answered 2xx is there, once."""
        rows = self.world.rows(_TAKEN, ids=self.answered)
        counts = {row["client_id"]: row["count"] for row in rows}
        assert counts == dict.fromkeys(self.answered, 1), "I2: an answered reply is missing or doubled."

    def _work(self, replies: int) -> None:
        for place in range(replies):
            if self._stop.is_set():
                return
            self._reply(self.chats[place % len(self.chats)])
            time.sleep(_PAUSE_SECONDS)

    def _reply(self, chat: Chat) -> None:
        client_id = new_id()
        address = f"/w/{self.world.company.slug}/conversations/{chat.id}/messages/"
        for _ in range(_MOST_CLICKS):
            page = self._click(address, {"body": f"Do balcão {client_id}", "client_id": str(client_id)})
            if page is not None and page.status == 200:
                self.answered.append(client_id)
                return
            time.sleep(_AGAIN_SECONDS)
        self.given_up += 1

    def _click(self, address: str, fields: dict[str, str]) -> Page | None:
        self.clicks += 1
        began = time.monotonic()
        try:
            return self.browser.post(address, fields)
        except (URLError, OSError):
            return None
        finally:
            self.slowest = max(self.slowest, time.monotonic() - began)
