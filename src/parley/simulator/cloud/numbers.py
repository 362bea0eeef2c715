"""What can be asked of a phone number and set on it: facts, webhook, registration, profile, settings."""

from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from parley.simulator.cloud.errors import GraphRefusal
from parley.simulator.cloud.handshake import Handshake
from parley.simulator.cloud.limits import Limiter
from parley.simulator.cloud.requests import fields_of, number_in_path, paged, read_body
from parley.simulator.records import Account, Json, Number
from parley.simulator.world import World

DEFAULT_FIELDS = ("verified_name", "code_verification_status", "display_phone_number", "quality_rating", "id")
PROFILE_FIELDS = ("about", "address", "description", "email", "profile_picture_url", "websites", "vertical")
DEFAULT_SETTINGS: Json = {
    "calling": {
        "status": "disabled",
        "call_icon_visibility": "visible",
        "ip_addresses": {"default": []},
        "callback_permission_status": "disabled",
    },
    "storage_configuration": {"status": "default"},
}
DEFAULT_COMMERCE: Json = {"id": "527759822865714", "is_cart_enabled": True, "is_catalog_visible": True}
USERNAMES = ("casalume", "casa.lume", "casa_lume")


class NumberEndpoints:
    def __init__(self, world: World, limiter: Limiter, handshake: Handshake) -> None:
        self.world = world
        self.limiter = limiter
        self.handshake = handshake

    def routes(self) -> list[BaseRoute]:
        both = ["GET", "POST"]
        return [
            Route("/{object:digits}/whatsapp_business_profile", self.profile, methods=both),
            Route("/{object:digits}/whatsapp_commerce_settings", self.commerce, methods=both),
            Route("/{object:digits}/settings", self.settings, methods=both),
            Route("/{object:digits}/register", self.register, methods=["POST"]),
            Route("/{object:digits}/deregister", self.deregister, methods=["POST"]),
            Route("/{object:digits}/request_code", self.succeed, methods=["POST"]),
            Route("/{object:digits}/verify_code", self.succeed, methods=["POST"]),
            Route("/{object:digits}/conversational_automation", self.succeed, methods=["POST"]),
            Route("/{object:digits}/whatsapp_business_encryption", self.encryption, methods=both),
            Route("/{object:digits}/block_users", self.blocked, methods=["GET"]),
            Route("/{object:digits}/block_users", self.block, methods=["POST", "DELETE"]),
            Route("/{object:digits}/username", self.username, methods=["GET", "POST", "DELETE"]),
            Route("/{object:digits}/username_suggestions", self.suggestions, methods=["GET"]),
        ]

    def describe(self, request: Request, number: Number) -> Response:
        facts = number_facts(self.world, number)
        return JSONResponse(fields_of(request, facts, default=DEFAULT_FIELDS))

    async def configure(self, request: Request) -> Response:
        """`webhook_configuration`: an address for this number alone, after a handshake with it; `pin`; a new
        display name, which waits for review."""
        number = number_in_path(self.world, request)
        body = {**request.query_params, **await read_body(request)}
        webhook = body.get("webhook_configuration")
        if isinstance(webhook, dict):
            url = str(webhook.get("override_callback_uri") or "")
            if url:
                await self.handshake.shake(url, str(webhook.get("verify_token") or ""))
            number = replace(number, override_url=url)
        if "pin" in body:
            number = replace(number, pin=six_digits(body["pin"]))
        if "new_display_name" in body:
            number = replace(number, name_status="PENDING_REVIEW")
        self.world.save_number(number)
        return JSONResponse({"success": True})

    async def profile(self, request: Request) -> Response:
        number = number_in_path(self.world, request)
        if request.method == "POST":
            body = await read_body(request)
            if "about" in body and not 1 <= len(str(body["about"])) <= 139:
                raise GraphRefusal(100, "(#100) Param about must be between 1 and 139 characters long")
            changes = {name: body[name] for name in PROFILE_FIELDS if name in body}
            self.world.save_number(replace(number, profile={**number.profile, **changes}))
            return JSONResponse({"success": True})
        facts = {"messaging_product": "whatsapp", "vertical": "UNDEFINED", **number.profile}
        return JSONResponse({"data": [fields_of(request, facts, default=tuple(facts))]})

    async def commerce(self, request: Request) -> Response:
        number = number_in_path(self.world, request)
        facts = {**DEFAULT_COMMERCE, **number.commerce}
        if request.method == "GET":
            return JSONResponse({"data": [facts]})
        asked = {**request.query_params, **await read_body(request)}
        changes = {
            name: str(asked[name]).lower() == "true" for name in facts if name in asked and name != "id"
        }
        self.world.save_number(replace(number, commerce={**number.commerce, **changes}))
        return JSONResponse({"success": True})

    async def settings(self, request: Request) -> Response:
        number = number_in_path(self.world, request)
        facts = {**DEFAULT_SETTINGS, **number.settings}
        if request.method == "GET":
            return JSONResponse(facts)
        body = await read_body(request)
        merged = {**number.settings}
        for name, part in body.items():
            merged[name] = {**facts.get(name, {}), **part} if isinstance(part, dict) else part
        self.world.save_number(replace(number, settings=merged))
        return JSONResponse({"success": True})

    async def register(self, request: Request) -> Response:
        """Refuses 133005 for a wrong PIN and 133016 after ten within 72 hours."""
        number = number_in_path(self.world, request)
        body = await read_body(request)
        self.limiter.check_registration(number)
        pin = six_digits(body.get("pin"))
        if number.pin and pin != number.pin:
            raise GraphRefusal(133005, details="The two-step PIN is not right.")
        self.world.save_number(replace(number, pin=pin, registered=True, status="CONNECTED"))
        return JSONResponse({"success": True})

    async def deregister(self, request: Request) -> Response:
        number = number_in_path(self.world, request)
        self.limiter.check_registration(number)
        self.world.save_number(replace(number, registered=False, status="DISCONNECTED"))
        return JSONResponse({"success": True})

    async def encryption(self, request: Request) -> Response:
        number = number_in_path(self.world, request)
        if request.method == "POST":
            key = str((await read_body(request)).get("business_public_key", ""))
            self.world.save_number(replace(number, settings={**number.settings, "public_key": key}))
            return JSONResponse({"success": True})
        key = number.settings.get("public_key", "")
        status = "VALID" if key else "MISMATCH"
        return JSONResponse(
            {"data": [{"business_public_key": key, "business_public_key_signature_status": status}]}
        )

    async def blocked(self, request: Request) -> Response:
        number = number_in_path(self.world, request)
        rows: list[Json] = [
            {"messaging_product": "whatsapp", "input": wa_id, "wa_id": wa_id} for wa_id in number.blocked
        ]
        return JSONResponse(paged(request, rows))

    async def block(self, request: Request) -> Response:
        """Only somebody who wrote within 24 hours can be blocked, as Meta has it."""
        number = number_in_path(self.world, request)
        done, failed, names = [], [], set(number.blocked)
        for asked in (await read_body(request)).get("block_users") or []:
            given = str(asked.get("user") or asked.get("user_id") or "")
            person = self.world.person_by_user_id(given) or self.world.known_person(given.lstrip("+"))
            if person is None or (
                request.method == "POST" and not self.world.window_is_open(number.channel, person.wa_id)
            ):
                failed.append(
                    {"input": given, "errors": [{"message": "Re-engagement required", "code": 139101}]}
                )
                continue
            done.append({"input": given, "wa_id": person.wa_id, "user_id": person.user_id})
            (names.add if request.method == "POST" else names.discard)(person.wa_id)
        self.world.save_number(replace(number, blocked=sorted(names)))
        key = "added_users" if request.method == "POST" else "removed_users"
        answer: Json = {"messaging_product": "whatsapp", "block_users": {key: done}}
        if failed:
            answer["block_users"]["failed_users"] = failed
            refusal = GraphRefusal(139100, details="Some of the users could not be changed.")
            answer |= refusal.body
            return JSONResponse(answer, status_code=refusal.status)
        return JSONResponse(answer)

    async def username(self, request: Request) -> Response:
        number = number_in_path(self.world, request)
        if request.method == "GET":
            return JSONResponse(
                {"username": number.username, "status": "approved"} if number.username else {"success": True}
            )
        name = str((await read_body(request)).get("username", "")) if request.method == "POST" else ""
        self.world.save_number(replace(number, username=name))
        return JSONResponse({"success": True, **({"status": "approved"} if name else {})})

    async def suggestions(self, request: Request) -> Response:
        number_in_path(self.world, request)
        return JSONResponse({"data": [{"username_suggestions": list(USERNAMES)}]})

    async def succeed(self, request: Request) -> Response:
        number_in_path(self.world, request)
        return JSONResponse({"success": True})


def six_digits(pin: object) -> str:
    text = str(pin or "")
    if len(text) != 6 or not text.isdigit():
        raise GraphRefusal(100, "(#100) Param pin must be a six-digit number")
    return text


def number_facts(world: World, number: Number) -> Json:
    """All fields of a number that can be asked for."""
    account = world.accounts[number.account_id]
    configuration: Json = {"application": world.app_of(account.id).callback_url}
    if account.override_url:
        configuration["whatsapp_business_account"] = account.override_url
    if number.override_url:
        configuration["phone_number"] = number.override_url
    level = "STANDARD" if number.coexistence else number.throughput
    return {
        "id": number.id,
        "display_phone_number": number.display_phone_number,
        "verified_name": number.verified_name,
        "quality_rating": number.quality_rating,
        "quality_score": {"score": number.quality_rating},
        "status": number.status,
        "code_verification_status": "VERIFIED",
        "name_status": number.name_status,
        "platform_type": "CLOUD_API",
        "host_platform": "CLOUD_API",
        "account_mode": "LIVE" if number.allowed is None else "SANDBOX",
        "messaging_limit_tier": account.messaging_limit.replace("TIER_2K", "TIER_1K"),
        "whatsapp_business_manager_messaging_limit": account.messaging_limit,
        "throughput": {"level": level},
        "is_official_business_account": False,
        "is_on_biz_app": number.coexistence,
        "is_pin_enabled": bool(number.pin),
        "username": number.username or None,
        "webhook_configuration": configuration,
        "whatsapp_business_account": {"id": account.id, "name": account.name},
        "health_status": health_of(number, account),
    }


def health_of(number: Number, account: Account) -> Json:
    """Who stands in the way of sending: the whole is as bad as the worst part."""
    account_can = "BLOCKED" if account.is_locked else "AVAILABLE"
    return {
        "can_send_message": account_can if account.is_locked else number.can_send,
        "entities": [
            {"entity_type": "PHONE_NUMBER", "id": number.id, "can_send_message": number.can_send},
            {"entity_type": "WABA", "id": account.id, "can_send_message": account_can},
            {"entity_type": "APP", "id": account.app_id, "can_send_message": "AVAILABLE"},
        ],
    }
