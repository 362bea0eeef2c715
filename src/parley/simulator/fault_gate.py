"""The ASGI layer that plays the faults of requests."""

import asyncio
import json
import re

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from parley.simulator.cloud.errors import graph_error
from parley.simulator.connection import cut
from parley.simulator.faults import Fault, Faults
from parley.simulator.records import Api, Json
from parley.simulator.waha.errors import engine_error

OWN_PATHS = re.compile(r"^/($|simulator(/|$)|static/|favicon)")
SILENCE = "parley.silence"


def api_of(path: str) -> Api | None:
    if OWN_PATHS.match(path):
        return None
    return "waha" if path.startswith(("/api/", "/ping", "/health")) else "cloud"


def is_silent(request: Request) -> bool:
    """Whether what this request accepts shall never be heard of again."""
    return bool(request.scope.get("state", {}).get(SILENCE))


class FaultGate:
    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self.app = app
        self.faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        fault = self._fault_for(scope)
        if fault is None:
            await self.app(scope, receive, send)
        elif fault.action == "latency":
            await self._delay(fault, scope, receive, send)
        elif fault.action in {"refuse", "throttle"}:
            await self._refuse(fault, scope, send)
        elif fault.action == "silence":
            scope.setdefault("state", {})[SILENCE] = True
            await self.app(scope, receive, send)
        else:
            await self._lose_the_answer(fault, scope, receive, send)

    def _fault_for(self, scope: Scope) -> Fault | None:
        if scope["type"] != "http":
            return None
        api = api_of(scope["path"])
        return (
            None if api is None else self.faults.take_for_request(api, f"{scope['method']} {scope['path']}")
        )

    async def _delay(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        seconds = float(fault.params.get("seconds", 1))
        if not fault.params.get("after"):
            await asyncio.sleep(seconds)
            await self.app(scope, receive, send)
            return
        answer = _Answer()
        await self.app(scope, receive, answer.keep)
        await asyncio.sleep(seconds)
        for message in answer.messages:
            await send(message)

    async def _refuse(self, fault: Fault, scope: Scope, send: Send) -> None:
        body, status, headers = refusal_of(fault, scope["path"])
        await _answer(send, status, json.dumps(body).encode(), headers=headers)

    async def _lose_the_answer(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        answer = _Answer()
        if not fault.params.get("before"):
            await self.app(scope, receive, answer.keep)
        match fault.action:
            case "hang":
                await _wait_for_disconnect(receive, float(fault.params.get("seconds", 3600)))
                await _cut_off(scope, receive, reset=False)
            case "reset" | "eof":
                await _cut_off(scope, receive, reset=fault.action == "reset")
            case "empty":
                await _answer(send, answer.status, b"")
            case _:
                await _answer(send, 502, b"<html><h1>502 Bad Gateway</h1></html>", content_type=b"text/html")


class _Answer:
    """What the endpoint said, kept back."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.status = 201

    async def keep(self, message: Message) -> None:
        self.messages.append(message)
        if message["type"] == "http.response.start":
            self.status = message["status"]


def refusal_of(fault: Fault, path: str) -> tuple[Json, int, list[tuple[bytes, bytes]]]:
    """The body, status and headers of a refusal in the words of the API that was called."""
    params = fault.params
    throttled = fault.action == "throttle"
    headers = [(b"retry-after", str(params["retry_after"]).encode())] if "retry_after" in params else []
    if fault.api == "cloud":
        code = int(params.get("code", 130429 if throttled else 131000))
        body, status = graph_error(code, params.get("message"), details=params.get("details"))
        return body, int(params.get("status", status)), headers
    message = str(params.get("message", "rate-overlimit" if throttled else "server returned error 463"))
    status = int(params.get("status", 500))
    if status >= 500:
        return engine_error(message, path=path), status, headers
    return {"statusCode": status, "message": message, "error": "Refused"}, status, headers


async def _answer(
    send: Send,
    status: int,
    body: bytes,
    *,
    content_type: bytes = b"application/json",
    headers: list[tuple[bytes, bytes]] | None = None,
) -> None:
    facts = [(b"content-type", content_type), (b"content-length", str(len(body)).encode()), *(headers or [])]
    await send({"type": "http.response.start", "status": status, "headers": facts})
    await send({"type": "http.response.body", "body": body})


async def _cut_off(scope: Scope, receive: Receive, *, reset: bool) -> None:
    cut(scope, reset=reset)
    # The server has to notice before we return, or it would try to answer 500 on a closed connection.
    await _wait_for_disconnect(receive, 5)


async def _wait_for_disconnect(receive: Receive, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return
