"""Questions about people and acts towards them. Every function raises `GatewayError`."""

from collections.abc import Sequence
from typing import Any, Final, Literal
from urllib.parse import urlencode

from parley.channels.gateways.neutral import Address, Credentials, GatewayError
from parley.channels.gateways.waha.api import ask, list_in, object_in, of_session
from parley.channels.gateways.waha.ids import address_in, chat_of, full_message_id, wa_id_in
from parley.core.http import HttpClient

LIDS_A_PAGE: Final = 1000


async def check_exists(http: HttpClient, credentials: Credentials, *, phone_number: str) -> Address | None:
    """Who has this E.164 number on WhatsApp, in the spelling that WhatsApp uses; None for nobody.

    To be asked before the first message: Brazil's and Mexico's numbers may be written in two ways, and
    messages to numbers without an account count against the sender.
    """
    query = urlencode({"phone": phone_number.removeprefix("+"), "session": credentials.external_id})
    path = f"/api/contacts/check-exists?{query.replace('+', '%20')}"
    said = object_in(await ask(http, credentials, "GET", path))
    if said.get("numberExists") is False:
        return None
    address = address_in(said.get("chatId"))
    if address is None:
        raise GatewayError("uncertain", "WAHA did not say whether the number exists.", code="no_chat")
    return address


async def resolve_lid(http: HttpClient, credentials: Credentials, *, lid: str) -> str | None:
    """The number, in digits, behind a hidden id; None where the session does not know it."""
    path = of_session(credentials, "lids", f"{lid.partition('@')[0]}@lid")
    try:
        said = object_in(await ask(http, credentials, "GET", path))
    except GatewayError as error:
        if error.code == "waha_404":
            return None
        raise
    return wa_id_in(said.get("pn"))


async def read_lids(
    http: HttpClient, credentials: Credentials, *, offset: int = 0
) -> tuple[list[Address], int | None]:
    """A page of everybody whose number and hidden id the session knows, and where the next one begins.

    None on the last page, and where the engine answers with more than was asked for: it knows no pages.
    """
    path = of_session(credentials, "lids", limit=LIDS_A_PAGE, offset=offset)
    rows = list_in(await ask(http, credentials, "GET", path))
    pairs = [address_in(row.get("pn"), row.get("lid")) for row in rows]
    known = [pair for pair in pairs if pair is not None and pair.wa_id and pair.lid]
    return known, offset + LIDS_A_PAGE if len(rows) == LIDS_A_PAGE else None


async def lid_of(http: HttpClient, credentials: Credentials, *, wa_id: str) -> str | None:
    """The hidden id of a number in digits; None where the session does not know it."""
    said = object_in(await ask(http, credentials, "GET", of_session(credentials, "lids", "pn", wa_id)))
    found = address_in(said.get("lid"))
    return found.lid if found else None


async def block(http: HttpClient, credentials: Credentials, *, to: Address) -> None:
    """Let this person write to the number no more."""
    await _of_contact(http, credentials, "block", to)


async def unblock(http: HttpClient, credentials: Credentials, *, to: Address) -> None:
    """Let them write again."""
    await _of_contact(http, credentials, "unblock", to)


async def send_seen(
    http: HttpClient, credentials: Credentials, *, to: Address, message_ids: Sequence[str] = ()
) -> None:
    """Show the customer that their messages were read."""
    chat = chat_of(to)
    if chat is None:
        return
    payload: dict[str, Any] = {"session": credentials.external_id, "chatId": chat}
    if message_ids:
        payload["messageIds"] = [full_message_id(one, chat, from_us=False) for one in message_ids]
    await ask(http, credentials, "POST", "/api/sendSeen", payload=payload)


async def start_typing(http: HttpClient, credentials: Credentials, *, to: Address) -> None:
    """Show that somebody writes, until `stop_typing`, the message, or the phone's own patience."""
    await _typing(http, credentials, "/api/startTyping", to)


async def stop_typing(http: HttpClient, credentials: Credentials, *, to: Address) -> None:
    """Show that nobody writes any more."""
    await _typing(http, credentials, "/api/stopTyping", to)


async def _typing(http: HttpClient, credentials: Credentials, path: str, to: Address) -> None:
    chat = chat_of(to)
    if chat is not None:
        payload = {"session": credentials.external_id, "chatId": chat}
        await ask(http, credentials, "POST", path, payload=payload)


async def _of_contact(
    http: HttpClient, credentials: Credentials, verb: Literal["block", "unblock"], to: Address
) -> None:
    chat = chat_of(to)
    if chat is None:
        raise GatewayError("refused", "This contact has no number that WAHA knows.", code="no_address")
    payload = {"session": credentials.external_id, "contactId": chat}
    await ask(http, credentials, "POST", f"/api/contacts/{verb}", payload=payload)
