"""Everything of the Cloud API put together: numbers, accounts, subscriptions, profile and their routes.

Any version prefix is taken off before routing (`VersionPrefix`), because one published client sends none.
"""

import re
import secrets

from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from parley.simulator.cloud.errors import GraphRefusal, unknown_object
from parley.simulator.cloud.events import CloudEvents
from parley.simulator.cloud.media import MediaEndpoints
from parley.simulator.cloud.messages import MessagesEndpoint
from parley.simulator.cloud.requests import (
    account_in_path,
    app_of_token,
    fields_of,
    number_in_path,
    paged,
    read_body,
)
from parley.simulator.courier import Courier
from parley.simulator.records import Json, Number
from parley.simulator.traffic import Traffic
from parley.simulator.world import World

VERSION = re.compile(r"^/v\d+\.\d+(?=/)")
DEFAULT_FIELDS = ("verified_name", "code_verification_status", "display_phone_number", "quality_rating", "id")
PROFILE_FIELDS = ("about", "address", "description", "email", "profile_picture_url", "websites", "vertical")


class VersionPrefix:
    """Takes `/v25.0` off the path."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and VERSION.match(scope["path"]):
            scope = {**scope, "path": VERSION.sub("", scope["path"])}
        await self.app(scope, receive, send)


class CloudService:
    def __init__(self, world: World, traffic: Traffic, courier: Courier) -> None:
        self.world = world
        self.courier = courier
        self.events = CloudEvents(world, courier)
        self.media = MediaEndpoints(world)
        self.messages = MessagesEndpoint(world, traffic, courier)

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/{object:digits}/messages", self._messages, methods=["POST"]),
            Route("/{object:digits}/media", self.media.upload, methods=["POST"]),
            Route("/{object:digits}/phone_numbers", self.phone_numbers, methods=["GET"]),
            Route("/{object:digits}/subscribed_apps", self.subscriptions, methods=["GET", "POST", "DELETE"]),
            Route("/{object:digits}/whatsapp_business_profile", self.profile, methods=["GET", "POST"]),
            Route("/{object:digits}/register", self.succeed, methods=["POST"]),
            Route("/{object:digits}/deregister", self.succeed, methods=["POST"]),
            Route("/{object:digits}", self.object, methods=["GET", "POST", "DELETE"]),
            Route("/whatsapp_business/attachments/", self.media.download, methods=["GET"]),
        ]

    async def _messages(self, request: Request) -> Response:
        return await self.messages(request)

    async def object(self, request: Request) -> Response:
        """GET, POST or DELETE of an id that may be a number, an account or a file."""
        app = app_of_token(self.world, request)
        object_id: str = request.path_params["object"]
        if object_id in self.world.media:
            return (
                self.media.delete(object_id)
                if request.method == "DELETE"
                else self.media.describe(request, self.world.media[object_id])
            )
        if request.method == "POST":
            return await self._configure_number(request)
        if object_id in self.world.numbers:
            facts = number_facts(number_in_path(self.world, request))
            return JSONResponse(fields_of(request, facts, default=DEFAULT_FIELDS))
        account = self.world.accounts.get(object_id)
        if account is None or account.app_id != app.id or request.method == "DELETE":
            raise unknown_object(object_id)
        return JSONResponse(
            {"id": account.id, "name": account.name, "message_template_namespace": "simulated"}
        )

    async def _configure_number(self, request: Request) -> Response:
        """`webhook_configuration`: an address for this number alone, after a handshake with it."""
        number = number_in_path(self.world, request)
        body = await read_body(request)
        webhook = body.get("webhook_configuration")
        if isinstance(webhook, dict):
            url = str(webhook.get("override_callback_uri") or "")
            if url:
                await self.shake_hands(url, str(webhook.get("verify_token") or ""))
            self.world.save_number(replace(number, override_url=url))
        return JSONResponse({"success": True})

    async def phone_numbers(self, request: Request) -> Response:
        account = account_in_path(self.world, request)
        rows = [number for number in self.world.numbers.values() if number.account_id == account.id]
        return JSONResponse(
            paged([fields_of(request, number_facts(number), default=DEFAULT_FIELDS) for number in rows])
        )

    async def subscriptions(self, request: Request) -> Response:
        account = account_in_path(self.world, request)
        app = self.world.app_of(account.id)
        if request.method == "POST":
            body = await read_body(request)
            url = str(body.get("override_callback_uri") or "")
            if url:
                await self.shake_hands(url, str(body.get("verify_token") or ""))
            self.world.save_account(replace(account, subscribed=True, override_url=url))
            return JSONResponse({"success": True})
        if request.method == "DELETE":
            self.world.save_account(replace(account, subscribed=False, override_url=""))
            return JSONResponse({"success": True})
        row: Json = {"whatsapp_business_api_data": {"id": app.id, "name": "Parley"}}
        if account.override_url:
            row["override_callback_uri"] = account.override_url
        return JSONResponse({"data": [row] if account.subscribed else []})

    async def profile(self, request: Request) -> Response:
        number = number_in_path(self.world, request)
        if request.method == "POST":
            body = await read_body(request)
            changes = {name: body[name] for name in PROFILE_FIELDS if name in body}
            self.world.save_number(replace(number, profile={**number.profile, **changes}))
            return JSONResponse({"success": True})
        facts = {"messaging_product": "whatsapp", **number.profile}
        return JSONResponse({"data": [fields_of(request, facts, default=tuple(facts))]})

    async def succeed(self, request: Request) -> Response:
        number_in_path(self.world, request)
        return JSONResponse({"success": True})

    async def shake_hands(self, url: str, verify_token: str) -> None:
        """GET with a challenge that must come back as it is. Raises 2200 with what was wrong."""
        challenge = str(secrets.randbelow(10**9) + 10**9)
        query = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": verify_token}
        status, answer = await self.courier.handshake(url, query)
        if status is None:
            raise GraphRefusal(
                2200, f"(#2200) Callback verification failed: no connection to the URL ({answer})."
            )
        if status != 200 or answer.strip() != challenge:
            raise GraphRefusal(
                2200,
                "(#2200) Callback verification failed with the following errors: HTTP Status Code ="
                f" {status}; challenge {'matched' if answer.strip() == challenge else 'did not match'}.",
            )


def number_facts(number: Number) -> Json:
    """All fields of a number that can be asked for."""
    return {
        "id": number.id,
        "display_phone_number": number.display_phone_number,
        "verified_name": number.verified_name,
        "quality_rating": number.quality_rating,
        "status": number.status,
        "code_verification_status": "VERIFIED",
        "name_status": "APPROVED",
        "platform_type": "CLOUD_API",
        "host_platform": "CLOUD_API",
        "account_mode": "LIVE",
        "messaging_limit_tier": "TIER_1K",
        "whatsapp_business_manager_messaging_limit": "TIER_2K",
        "throughput": {"level": "STANDARD"},
        "is_official_business_account": False,
        "webhook_configuration": {"phone_number": number.override_url} if number.override_url else {},
        "health_status": {
            "can_send_message": "AVAILABLE",
            "entities": [{"entity_type": "PHONE_NUMBER", "id": number.id, "can_send_message": "AVAILABLE"}],
        },
    }


async def answer_refusal(_request: Request, error: Exception) -> Response:
    if not isinstance(error, GraphRefusal):
        raise error
    headers = {}
    if error.status == 401:
        headers["www-authenticate"] = 'OAuth "Facebook Platform" "invalid_token"'
    return JSONResponse(error.body, status_code=error.status, headers=headers)
