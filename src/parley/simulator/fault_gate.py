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
HTML_502 = "<html><h1>502 Bad Gateway</h1></html>"
Headers = list[tuple[bytes, bytes]]


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
        api = api_of(scope["path"]) if scope["type"] == "http" else None
        if api is None or not self.faults.all():
            await self.app(scope, receive, send)
            return
        line, told = f"{scope['method']} {scope['path']}", scope["path"] + scope["query_string"].decode()
        if self.faults.wants_channel(api, line):
            kept = await _Kept.of(receive)
            receive, told = kept.again, told + kept.text
        fault = self.faults.take_for_request(api, line, told)
        if fault is None:
            await self.app(scope, receive, send)
        else:
            await self._play(fault, scope, receive, send)

    async def _play(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        match fault.action:
            case "latency":
                await self._delay(fault, scope, receive, send)
            case "refuse" | "throttle" | "revoked_token":
                body, status, headers = refusal_of(fault, scope["path"])
                await _answer(send, status, json.dumps(body).encode(), headers=headers)
            case "expired_media":
                await _answer(send, 404, b"URL signature expired", content_type=b"text/plain")
            case "silence":
                scope.setdefault("state", {})[SILENCE] = True
                await self.app(scope, receive, send)
            case "not_json" if not fault.params.get("accept", True):
                await _answer_oddly(fault, send)
            case _:
                await self._lose_the_answer(fault, scope, receive, send)

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
                await _answer(send, int(fault.params.get("status", answer.status)), b"")
            case _:
                await _answer_oddly(fault, send)


class _Answer:
    """What the endpoint said, kept back."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.status = 201

    async def keep(self, message: Message) -> None:
        self.messages.append(message)
        if message["type"] == "http.response.start":
            self.status = message["status"]


class _Kept:
    """A request's body that was read, to be read once more."""

    def __init__(self, receive: Receive, body: bytes) -> None:
        self._receive = receive
        self._body: bytes | None = body
        self.text = body.decode(errors="replace")

    @classmethod
    async def of(cls, receive: Receive) -> "_Kept":
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                return cls(receive, body)

    async def again(self) -> Message:
        if self._body is None:
            return await self._receive()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}


def refusal_of(fault: Fault, path: str) -> tuple[Json, int, Headers]:
    """The body, status and headers of a refusal in the words of the API that was called."""
    params = fault.params
    throttled = fault.action == "throttle"
    headers = [
        (str(name).lower().encode(), str(value).encode())
        for name, value in dict(params.get("headers") or {}).items()
    ]
    if "retry_after" in params:
        headers.append((b"retry-after", str(params["retry_after"]).encode()))
    if fault.api == "cloud":
        code = int(params.get("code", usual_code(fault)))
        subcode = 463 if fault.action == "revoked_token" else params.get("subcode")
        body, status = graph_error(
            code, params.get("message"), details=params.get("details"), subcode=subcode
        )
        return body, int(params.get("status", status)), headers
    if fault.action == "revoked_token":
        return {"statusCode": 401, "message": "Unauthorized"}, 401, headers
    message = str(params.get("message", "rate-overlimit" if throttled else "server returned error 463"))
    status = int(params.get("status", 500))
    if status >= 500:
        return engine_error(message, path=path), status, headers
    return {"statusCode": status, "message": message, "error": "Refused"}, status, headers


def usual_code(fault: Fault) -> int:
    return {"throttle": 130429, "revoked_token": 190}.get(fault.action, 131000)


async def _answer_oddly(fault: Fault, send: Send) -> None:
    """Something between us and the API answers instead of it."""
    text = str(fault.params.get("body", HTML_502))
    kind = b"text/html" if text.lstrip().startswith("<") else b"text/plain"
    await _answer(send, int(fault.params.get("status", 502)), text.encode(), content_type=kind)


async def _answer(
    send: Send,
    status: int,
    body: bytes,
    *,
    content_type: bytes = b"application/json",
    headers: Headers | None = None,
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
