"""Business accounts: facts, numbers, subscriptions, and how an app and its businesses are named."""

from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from parley.simulator.cloud.errors import GraphRefusal
from parley.simulator.cloud.handshake import Handshake
from parley.simulator.cloud.limits import Limiter
from parley.simulator.cloud.numbers import DEFAULT_FIELDS, number_facts
from parley.simulator.cloud.requests import account_in_path, app_of_token, fields_of, paged, read_body
from parley.simulator.records import Account, Json, Number
from parley.simulator.world import World

LISTED_FIELDS = (*DEFAULT_FIELDS, "status", "platform_type", "throughput", "webhook_configuration")
ACCOUNT_FIELDS = ("id", "name", "timezone_id", "message_template_namespace")


class AccountEndpoints:
    def __init__(self, world: World, limiter: Limiter, handshake: Handshake) -> None:
        self.world = world
        self.limiter = limiter
        self.handshake = handshake

    def routes(self) -> list[BaseRoute]:
        ours = ["owned_whatsapp_business_accounts", "client_whatsapp_business_accounts"]
        return [
            Route("/{object:digits}/phone_numbers", self.phone_numbers, methods=["GET"]),
            Route("/{object:digits}/phone_numbers", self.add_number, methods=["POST"]),
            Route("/{object:digits}/subscribed_apps", self.subscriptions, methods=["GET", "POST", "DELETE"]),
            Route("/{object:digits}/subscriptions", self.subscribe_app, methods=["POST"]),
            Route("/oauth/access_token", self.token, methods=["GET"]),
            *[Route(f"/{{object:digits}}/{name}", self.accounts, methods=["GET"]) for name in ours],
        ]

    def describe(self, request: Request, account: Account) -> Response:
        headers = self.limiter.check_management(account)
        return JSONResponse(fields_of(request, facts_of(account), default=ACCOUNT_FIELDS), headers=headers)

    async def configure(self, request: Request) -> Response:
        account = account_in_path(self.world, request)
        name = str((await read_body(request)).get("name") or account.name)
        self.world.save_account(replace(account, name=name))
        return JSONResponse({"id": account.id, "success": True})

    async def phone_numbers(self, request: Request) -> Response:
        account = account_in_path(self.world, request)
        headers = self.limiter.check_management(account)
        rows = [
            fields_of(request, number_facts(self.world, number), default=LISTED_FIELDS)
            for number in self.world.numbers.values()
            if number.account_id == account.id
        ]
        return JSONResponse(paged(request, rows), headers=headers)

    async def add_number(self, request: Request) -> Response:
        """A number that still has to be verified and registered."""
        account = account_in_path(self.world, request)
        headers = self.limiter.check_management(account)
        body = await read_body(request)
        phone = f"+{body.get('cc', '')}{body.get('phone_number', '')}"
        if any(number.display_phone_number == phone for number in self.world.numbers.values()):
            raise GraphRefusal(100, "(#100) Phone number already exists", subcode=2388012)
        number = Number(
            id=self.world.identities.digits(15),
            account_id=account.id,
            display_phone_number=phone,
            verified_name=str(body.get("verified_name", account.name)),
            registered=False,
            status="PENDING",
        )
        self.world.save_number(number)
        return JSONResponse({"id": number.id}, headers=headers)

    async def subscriptions(self, request: Request) -> Response:
        account = account_in_path(self.world, request)
        headers = self.limiter.check_management(account)
        app = self.world.app_of(account.id)
        if request.method == "POST":
            body = await read_body(request)
            url = str(body.get("override_callback_uri") or "")
            if url:
                await self.handshake.shake(url, str(body.get("verify_token") or ""))
            self.world.save_account(replace(account, subscribed=True, override_url=url))
            return JSONResponse({"success": True}, headers=headers)
        if request.method == "DELETE":
            self.world.save_account(replace(account, subscribed=False, override_url=""))
            return JSONResponse({"success": True}, headers=headers)
        facts = {"id": app.id, "name": "Parley", "link": f"https://www.facebook.com/games/?app_id={app.id}"}
        row: Json = {"whatsapp_business_api_data": facts}
        if account.override_url:
            row["override_callback_uri"] = account.override_url
        return JSONResponse({"data": [row] if account.subscribed else []}, headers=headers)

    async def subscribe_app(self, request: Request) -> Response:
        """POST /{app_id}/subscriptions: the app's own address, after a handshake. Opened by an app token."""
        app = self.world.apps.get(request.path_params["object"])
        asked = {**request.query_params, **await read_body(request)}
        if app is None or asked.get("access_token") not in {app_token(app.id, app.secret), app.access_token}:
            raise GraphRefusal(190)
        await self.handshake.shake(str(asked.get("callback_url", "")), str(asked.get("verify_token", "")))
        self.world.save_app(replace(app, callback_url=str(asked["callback_url"])))
        return JSONResponse({"success": True})

    async def token(self, request: Request) -> Response:
        """An app token for id and secret."""
        asked = request.query_params
        app = self.world.apps.get(asked.get("client_id", ""))
        if app is None or app.secret != asked.get("client_secret"):
            raise GraphRefusal(1, "Error validating client secret.")
        return JSONResponse({"access_token": app_token(app.id, app.secret), "token_type": "bearer"})

    async def accounts(self, request: Request) -> Response:
        """The accounts of a business portfolio that the token may see."""
        app = app_of_token(self.world, request)
        rows = [
            fields_of(request, facts_of(account), default=ACCOUNT_FIELDS)
            for account in self.world.accounts.values()
            if account.app_id == app.id and request.path_params["object"] in {account.portfolio, app.id}
        ]
        return JSONResponse(paged(request, rows))


def facts_of(account: Account) -> Json:
    """All fields that can be asked for."""
    return {
        "id": account.id,
        "name": account.name,
        "timezone_id": "25",
        "message_template_namespace": "simulated",
        "account_review_status": account.review,
        "business_verification_status": "VERIFIED",
        "country": "BR",
        "currency": "BRL",
        "ownership_type": "SELF_OWNED",
        "whatsapp_business_manager_messaging_limit": account.messaging_limit,
        "health_status": {
            "can_send_message": "BLOCKED" if account.is_locked else "AVAILABLE",
            "entities": [],
        },
        "marketing_messages_lite_api_status": "ONBOARDED",
    }


def app_token(app_id: str, secret: str) -> str:
    return f"{app_id}|{secret}"
