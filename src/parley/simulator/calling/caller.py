"""Calls of a running simulator, over HTTP and nothing else."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any, TypeVar

Result = TypeVar("Result")


class Refusal(AssertionError):
    """The simulator refused what a test asked of it."""

    def __init__(self, status: int, body: object, headers: dict[str, str] | None = None) -> None:
        super().__init__(f"{status} {body}")
        self.status = status
        self.body = body
        self.headers = {name.lower(): value for name, value in (headers or {}).items()}


class Caller:
    """Speaks to a running simulator. Every method raises `Refusal` when the answer is not 2xx."""

    def __init__(self, url: str, *, api_key: str = "simulator-key") -> None:
        self.url = url
        self.api_key = api_key

    def until(self, found: Callable[[], Result | None], *, seconds: float = 10.0) -> Result:
        """The first true answer of `found`. Fails when there is none in time."""
        end = time.monotonic() + seconds
        while not (answer := found()):
            assert time.monotonic() < end, f"nothing came within {seconds} s"  # noqa: S101 - test support
            time.sleep(0.02)
        return answer

    def waha(self, method: str, path: str, body: object = None) -> Any:
        """A call of WAHA's API with its key."""
        return self._call(method, path, body, {"X-Api-Key": self.api_key})

    def cloud(self, method: str, path: str, body: object = None, *, token: str = "") -> Any:
        """A call of the Cloud API with a token (that of `add_cloud_app` unless told)."""
        bearer = token or "simulated-access-token"
        return self._call(method, path, body, {"Authorization": f"Bearer {bearer}"})

    def _simulator(self, method: str, path: str, body: object = None) -> Any:
        return self._call(method, f"/simulator/{path}", body, {})

    def _call(self, method: str, path: str, body: object, headers: dict[str, str]) -> Any:
        data = None if body is None else json.dumps(body).encode()
        facts = {"content-type": "application/json", **headers}
        request = urllib.request.Request(self.url + path, data=data, headers=facts, method=method)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - our own http address
                raw = answer.read()
        except urllib.error.HTTPError as error:
            raise Refusal(error.code, _parsed(error.read()), dict(error.headers)) from error
        return _parsed(raw)


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw) if raw else None
    except ValueError:
        return raw
