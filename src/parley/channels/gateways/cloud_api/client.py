"""Control of a number at Meta. Every function raises `GatewayError` with words on what to do."""

from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct

from parley.channels.gateways.cloud_api.calls import ask, in_path, number_path, object_in
from parley.channels.gateways.neutral import Address, Credentials, GatewayError
from parley.channels.gateways.untrusted import first_word, items, section, text, word
from parley.core.http import HttpClient, Response
from parley.core.phone import e164

DEFAULT_URL = "https://graph.facebook.com/v24.0"
"""Where the API is, with the version that these calls were written against."""

_FIELDS = (
    "id,display_phone_number,verified_name,quality_rating,status,code_verification_status,name_status,"
    "platform_type,is_on_biz_app,throughput,whatsapp_business_manager_messaging_limit,health_status"
)
_PROFILE: Final[Mapping[str, str]] = {
    "about": "about",
    "address": "address",
    "description": "description",
    "email": "email",
    "vertical": "vertical",
    "profile_picture_url": "picture",
}
_MESSAGES_A_SECOND: Final[Mapping[str, int]] = {"STANDARD": 80, "HIGH": 1000}
_BESIDE_THE_PHONE: Final = 20
"""Messages a second of a number that is used in the WhatsApp Business app too."""


class NumberInfo(Struct, frozen=True, kw_only=True):
    """What Meta says about a number. Each is None where Meta does not say; `phone_number` is E.164.

    `throughput_mps` is messages a second, in and out. `health` is what stands in the way of sending:
    AVAILABLE, LIMITED or BLOCKED.
    """

    phone_number: str | None
    display_phone_number: str | None
    verified_name: str | None
    quality: str | None
    status: str | None
    verification: str | None
    name_status: str | None
    throughput: str | None
    messaging_limit: str | None
    throughput_mps: int | None = None
    health: str | None = None


async def read_number(http: HttpClient, credentials: Credentials) -> NumberInfo:
    """Name, quality and limits of the number: also the proof that id and token are right."""
    said = object_in(await ask(http, credentials, "GET", f"{number_path(credentials)}?fields={_FIELDS}"))
    shown = word(said.get("display_phone_number"))
    if shown is None and word(said.get("id")) is None:
        raise GatewayError(
            "refused", "The address answers, but not like Meta. Check the base URL.", code="not_meta"
        )
    return NumberInfo(
        phone_number=e164(f"+{shown.lstrip('+')}", "") if shown else None,
        display_phone_number=shown,
        verified_name=word(said.get("verified_name")),
        quality=word(said.get("quality_rating")),
        status=word(said.get("status")),
        verification=word(said.get("code_verification_status")),
        name_status=word(said.get("name_status")),
        throughput=word(section(said, "throughput").get("level")),
        messaging_limit=first_word(
            said.get("whatsapp_business_manager_messaging_limit"), said.get("messaging_limit_tier")
        ),
        throughput_mps=_throughput(said),
        health=word(section(said, "health_status").get("can_send_message")),
    )


async def read_profile(http: HttpClient, credentials: Credentials) -> dict[str, Any]:
    """What customers see of the business: about, address, description, email, vertical, websites, picture.

    Only what is filled in. Meta's OpenAPI puts the profile one level deeper than the API does: both are read.
    """
    path = f"{number_path(credentials)}/whatsapp_business_profile?fields={','.join(_PROFILE)},websites"
    said = object_in(await ask(http, credentials, "GET", path))
    first = next(iter(items(said.get("data"))), {})
    profile = section(first, "business_profile") or first
    found: dict[str, Any] = {
        ours: value for theirs, ours in _PROFILE.items() if (value := text(profile.get(theirs)))
    }
    websites = profile.get("websites")
    if isinstance(websites, list) and (told := [one for one in websites if isinstance(one, str) and one]):
        found["websites"] = told
    return found


async def read_webhook(http: HttpClient, credentials: Credentials) -> str | None:
    """The address of its own that this number's events go to, as Meta has it; None where it has none."""
    path = f"{number_path(credentials)}?fields=webhook_configuration"
    said = object_in(await ask(http, credentials, "GET", path))
    return word(section(said, "webhook_configuration").get("phone_number"))


async def is_subscribed(http: HttpClient, credentials: Credentials, *, account_id: str) -> bool:
    """Whether the account's events go to an app: to ours, where the channel knows its app's id."""
    path = f"{in_path(account_id)}/subscribed_apps"
    apps = items(object_in(await ask(http, credentials, "GET", path)).get("data"))
    ours = word(credentials.config.get("app_id"))
    if ours is None:
        return bool(apps)
    return any(word(section(app, "whatsapp_business_api_data").get("id")) == ours for app in apps)


async def block(http: HttpClient, credentials: Credentials, *, to: Address) -> None:
    """Let nothing more come from this person. Meta allows it for 24 hours after they last wrote."""
    await _change_blocks(http, credentials, "POST", to)


async def unblock(http: HttpClient, credentials: Credentials, *, to: Address) -> None:
    """Let this person write again."""
    await _change_blocks(http, credentials, "DELETE", to)


async def subscribe_account(http: HttpClient, credentials: Credentials, *, account_id: str) -> None:
    """Make Meta send the account's events to the app. Idempotent."""
    _expect_success(
        await ask(http, credentials, "POST", f"{in_path(account_id)}/subscribed_apps", payload={})
    )


async def override_webhook(
    http: HttpClient, credentials: Credentials, *, webhook_url: str, verify_token: str
) -> None:
    """Have this number's events sent to an address of its own. Meta calls it with a handshake at once."""
    configuration = {"override_callback_uri": webhook_url, "verify_token": verify_token}
    payload = {"webhook_configuration": configuration}
    _expect_success(await ask(http, credentials, "POST", number_path(credentials), payload=payload))


async def mark_read(http: HttpClient, credentials: Credentials, *, message_id: str) -> None:
    """Show the customer that this message, and those before it, were read."""
    payload = {"messaging_product": "whatsapp", "status": "read", "message_id": message_id}
    path = f"{number_path(credentials)}/messages"
    _expect_success(await ask(http, credentials, "POST", path, payload=payload))


async def show_typing(http: HttpClient, credentials: Credentials, *, message_id: str) -> None:
    """Show for up to 25 seconds that somebody writes. Marks the message as read, and those before it."""
    payload = {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": message_id,
        "typing_indicator": {"type": "text"},
    }
    path = f"{number_path(credentials)}/messages"
    _expect_success(await ask(http, credentials, "POST", path, payload=payload))


async def _change_blocks(http: HttpClient, credentials: Credentials, method: str, to: Address) -> None:
    person = {"user": f"+{to.wa_id}"} if to.wa_id else {"user_id": to.bsuid}
    if not to.wa_id and not to.bsuid:
        raise GatewayError("refused", "This contact has no number that Meta knows.", code="no_address")
    payload = {"messaging_product": "whatsapp", "block_users": [person]}
    path = f"{number_path(credentials)}/block_users"
    changed = section(object_in(await ask(http, credentials, method, path, payload=payload)), "block_users")
    failed = next(iter(items(changed.get("failed_users"))), None)
    if failed is not None:
        error = next(iter(items(failed.get("errors"))), {})
        why = (
            first_word(section(error, "error_data").get("details"), error.get("message")) or "no reason given"
        )
        raise GatewayError(
            "refused", f"Meta did not change the block: {why}", code=word(error.get("code")) or "not_blocked"
        )


def _throughput(said: Mapping[str, Any]) -> int | None:
    if said.get("is_on_biz_app") is True:
        return _BESIDE_THE_PHONE
    return _MESSAGES_A_SECOND.get(text(section(said, "throughput").get("level")))


def _expect_success(answer: Response) -> None:
    if object_in(answer).get("success") is not True:
        raise GatewayError(
            "uncertain", "Meta did not confirm the change.", code="not_confirmed", http_status=answer.status
        )
