"""Control of a number at Meta. Every function raises `GatewayError` with words on what to do."""

from msgspec import Struct

from parley.channels.gateways.cloud_api.calls import ask, in_path, number_path, object_in
from parley.channels.gateways.neutral import Credentials, GatewayError
from parley.channels.gateways.untrusted import first_word, section, word
from parley.core.http import HttpClient, Response
from parley.core.phone import e164

DEFAULT_URL = "https://graph.facebook.com/v24.0"
"""Where the API is, with the version that these calls were written against."""

_FIELDS = (
    "id,display_phone_number,verified_name,quality_rating,status,code_verification_status,name_status,"
    "platform_type,throughput,whatsapp_business_manager_messaging_limit"
)


class NumberInfo(Struct, frozen=True, kw_only=True):
    """What Meta says about a number. Each is None where Meta does not say; `phone_number` is E.164."""

    phone_number: str | None
    display_phone_number: str | None
    verified_name: str | None
    quality: str | None
    status: str | None
    verification: str | None
    name_status: str | None
    throughput: str | None
    messaging_limit: str | None


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
    )


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


def _expect_success(answer: Response) -> None:
    if object_in(answer).get("success") is not True:
        raise GatewayError(
            "uncertain", "Meta did not confirm the change.", code="not_confirmed", http_status=answer.status
        )
