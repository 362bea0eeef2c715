"""A session, which is one number: made, configured, started, paired and looked at.

Every function raises `GatewayError`.
"""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from parley.channels.gateways.neutral import (
    ChannelState,
    Credentials,
    GatewayError,
    NumberNotice,
)
from parley.channels.gateways.untrusted import first_word, moment, moment_or_now, section, text, word
from parley.channels.gateways.waha.api import ask, ask_plainly, list_in, object_in, of_session, session_itself
from parley.channels.gateways.waha.errors import is_refusal, refusal
from parley.channels.gateways.waha.ids import lid_in
from parley.channels.gateways.waha.numbers import STATES, notices_in, state_in
from parley.channels.gateways.waha.settings import differs, hook_of, settings
from parley.core.clock import now
from parley.core.http import HttpClient


class SessionInfo(Struct, frozen=True, kw_only=True):
    """What WAHA says of a session.

    `webhook_url` and `webhook_events` are those of our webhook, or of the first where none has our key.
    `activity` is the engine's last sign of life, `lid` our own hidden id; each None unless told.
    """

    state: ChannelState
    engine: str
    webhook_url: str | None
    webhook_events: tuple[str, ...]
    lid: str | None
    activity: datetime | None
    notices: list[NumberNotice]


async def read_session(http: HttpClient, credentials: Credentials) -> SessionInfo:
    """The session as a whole. One that WAHA does not know raises `ChannelNotWorking("stopped")`."""
    said = object_in(await ask(http, credentials, "GET", session_itself(credentials)))
    status = STATES.get(text(said.get("status")))
    if status is None:
        raise GatewayError("uncertain", "WAHA told a state that Parley does not know.", code="unknown_state")
    me, activity = section(said, "me"), section(said, "timestamps").get("activity")
    hook = hook_of(section(said, "config"), credentials.secrets.get("webhook_secret", ""))
    events = hook.get("events")
    return SessionInfo(
        state=state_in(me, status, at=moment_or_now(activity)),
        engine=first_word(section(said, "engine").get("engine"), said.get("engine")) or "",
        webhook_url=word(hook.get("url")),
        webhook_events=tuple(one for one in events if isinstance(one, str))
        if isinstance(events, list)
        else (),
        lid=lid_in(me.get("lid")),
        activity=moment(activity),
        notices=notices_in(me, {}, at=now()),
    )


async def read_state(http: HttpClient, credentials: Credentials) -> ChannelState:
    """What the number does now, as `read_session`."""
    return (await read_session(http, credentials)).state


async def probe(http: HttpClient, credentials: Credentials) -> datetime | None:
    """The time of the newest message that the engine knows, None where it knows none.

    A session may be WORKING and deaf; this makes its engine look into its chats, and raises where it cannot.
    """
    path = of_session(credentials, "chats", "overview", limit=1, offset=0)
    answer = await ask(http, credentials, "GET", path)
    if not answer.body.strip():
        return None
    newest = section(next(iter(list_in(answer)), {}))
    message = section(newest, "lastMessage")
    return moment(message.get("timestamp"), section(newest, "_chat").get("conversationTimestamp"))


async def create_session(
    http: HttpClient,
    credentials: Credentials,
    *,
    webhook_url: str,
    metadata: Mapping[str, str] | None = None,
) -> None:
    """Create the session with its signed webhook, or configure the one that is there; then start it."""
    wanted = settings(credentials, webhook_url=webhook_url, metadata=metadata or {})
    found = await ask_plainly(http, credentials, "GET", session_itself(credentials))
    if found.status == 404:
        body = {"name": credentials.external_id, "start": True, "config": wanted}
        await ask(http, credentials, "POST", "/api/sessions", payload=body)
    elif 200 <= found.status < 300 and not is_refusal(found):
        there = section(object_in(found), "config")
        wanted = settings(credentials, webhook_url=webhook_url, metadata=metadata or {}, there=there)
        await ask(http, credentials, "PUT", session_itself(credentials), payload={"config": wanted})
    else:
        raise refusal(found)
    # Some versions leave a new session stopped in spite of "start"; starting twice does no harm.
    await start(http, credentials)


async def repair_webhook(
    http: HttpClient, credentials: Credentials, *, webhook_url: str, metadata: Mapping[str, str]
) -> bool:
    """Whether the session's webhook was not as it must be, in which case it is now.

    Writing the configuration restarts the session, so it is written only where it differs in something that
    matters, and what others configured there stays.
    """
    said = object_in(await ask(http, credentials, "GET", session_itself(credentials)))
    there = section(said, "config")
    wanted = settings(credentials, webhook_url=webhook_url, metadata=metadata, there=there)
    if not differs(there, wanted, webhook_url=webhook_url):
        return False
    await ask(http, credentials, "PUT", session_itself(credentials), payload={"config": wanted})
    return True


async def start(http: HttpClient, credentials: Credentials) -> None:
    """Connect the number. Idempotent."""
    await ask(http, credentials, "POST", f"{session_itself(credentials)}/start", payload={})


async def stop(http: HttpClient, credentials: Credentials) -> None:
    """Disconnect the number without signing it out. Idempotent."""
    await ask(http, credentials, "POST", f"{session_itself(credentials)}/stop", payload={})


async def restart(http: HttpClient, credentials: Credentials) -> None:
    """Disconnect and connect again: the first remedy for a failed number."""
    await ask(http, credentials, "POST", f"{session_itself(credentials)}/restart", payload={})


async def logout(http: HttpClient, credentials: Credentials) -> None:
    """Sign the number out; it then waits for a new QR code."""
    await ask(http, credentials, "POST", f"{session_itself(credentials)}/logout", payload={})


async def delete(http: HttpClient, credentials: Credentials) -> None:
    """Sign the number out and forget it. Idempotent."""
    await ask(http, credentials, "DELETE", session_itself(credentials))


async def qr_code(http: HttpClient, credentials: Credentials) -> bytes:
    """The QR code to scan, as PNG. Raises `ChannelNotWorking` when there is none to scan."""
    answer = await ask(http, credentials, "GET", of_session(credentials, "auth", "qr"), accept="image/png")
    if not answer.body.startswith(b"\x89PNG"):
        raise GatewayError("uncertain", "WAHA did not answer with a picture.", code="no_picture")
    return answer.body


async def pairing_code(http: HttpClient, credentials: Credentials, *, phone_number: str) -> str:
    """The code to type on the phone with this E.164 number, instead of scanning."""
    path = of_session(credentials, "auth", "request-code")
    digits = {"phoneNumber": phone_number.removeprefix("+")}
    said = object_in(await ask(http, credentials, "POST", path, payload=digits))
    if code := word(said.get("code")):
        return code
    raise GatewayError("uncertain", "WAHA answered without a pairing code.", code="no_code")


async def server_version(http: HttpClient, credentials: Credentials) -> str:
    """Version and engine, such as `2026.7.1 GOWS`: also the cheapest proof that address and key are right."""
    said = object_in(await ask(http, credentials, "GET", "/api/server/version"))
    version = word(said.get("version"))
    if version is None:
        raise GatewayError(
            "refused", "The address answers, but not like WAHA. Check the base URL.", code="not_waha"
        )
    return " ".join(filter(None, (version, word(said.get("engine")))))
