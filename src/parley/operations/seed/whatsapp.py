"""The simulator's own doors, as the sample company needs them: set up channels, give chats a past."""

import http.client
import json
import time
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from parley.core.errors import Misconfigured

_START_SECONDS = 20.0
_LOOK_SECONDS = 0.05
_TIMEOUT = 20.0


class SimulatedWhatsApp:
    """Speaks to a running simulator on this machine. Raises `Misconfigured` with what it answered instead."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")

    def wait_until_ready(self) -> None:
        """It is started beside the others, and may need a moment longer."""
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                self._ask("GET", "state")
            except Misconfigured:
                if time.monotonic() > deadline:
                    raise
                time.sleep(_LOOK_SECONDS)
            else:
                return

    def wake_customers(self) -> None:
        """Let the scripted customers play their stories."""
        self._ask("POST", "scripts", {"running": True})

    def quiet_customers(self) -> None:
        """Let nobody write by themselves."""
        self._ask("POST", "scripts", {"running": False})

    def add_numbers(self, account: dict[str, Any]) -> None:
        """A business account with its numbers; the same again changes nothing."""
        self._ask("POST", "cloud/apps", {**account, "replace": True})

    def status_of(self, session: str) -> str:
        """The state of a session in the provider's words; empty for one that does not exist."""
        channels = self._ask("GET", "state")["channels"]
        return next((str(found["status"]) for found in channels if found["name"] == session), "")

    def scan(self, session: str) -> None:
        """The shop's phone scans the session's code, once it shows one; a paired session is left alone."""
        if self.wait_for_code(session):
            self._ask("POST", f"sessions/{session}/scan")

    def wait_for_code(self, session: str) -> bool:
        """Wait until the session shows its code; False for one that is paired and needs none."""
        deadline = time.monotonic() + _START_SECONDS
        while (status := self.status_of(session)) != "SCAN_QR_CODE":
            if status == "WORKING":
                return False
            if time.monotonic() > deadline:
                raise Misconfigured(
                    f"The simulated session {session} is {status or 'gone'}, not to be scanned."
                )
            time.sleep(_LOOK_SECONDS)
        return True

    def remember(self, wa_id: str, history: dict[str, Any]) -> list[dict[str, Any]]:
        """Give a person this past; the messages' ids and files, in the same order."""
        found: list[dict[str, Any]] = self._ask("PUT", f"people/{wa_id}/history", history)
        return found

    def file(self, media_id: str) -> bytes:
        """The bytes of a file that somebody sent."""
        return self._open("GET", f"media/{media_id}", None)

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        return json.loads(
            self._open(method, path, json.dumps(body or {}).encode() if method != "GET" else None)
        )

    def _open(self, method: str, path: str, body: bytes | None) -> bytes:
        request = Request(f"{self.url}/simulator/{path}", data=body, method=method)  # noqa: S310  our own address
        try:
            with urlopen(request, timeout=_TIMEOUT) as answer:  # noqa: S310  the same
                read: bytes = answer.read()
                return read
        except HTTPError as error:
            said = error.read().decode("utf-8", "replace")
            raise Misconfigured(f"The simulator refused {method} {path}: {error.code} {said}") from None
        except (URLError, OSError, http.client.HTTPException) as error:
            raise Misconfigured(f"The simulator at {self.url} does not answer: {error}") from None
