"""Doors to the Cloud API: apps, accounts, numbers, templates, limits, and webhooks of every kind."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from parley.core.errors import Conflict, Invalid, NotFound
from parley.simulator.cloud.errors import GraphRefusal
from parley.simulator.cloud.limits import TIERS
from parley.simulator.cloud.service import CloudService
from parley.simulator.configuration import REAL_LIMITS, DeliveryHabits, Limits
from parley.simulator.control.requests import answer, read_as
from parley.simulator.records import Account, App, Json, Number, Template
from parley.simulator.world import World

Row = TypeVar("Row", bound=Struct)
SHOP_NAME = "Casa Lume"
DEFAULT_NUMBER = "109800000000001"
DEFAULT_APP = "480000000000001"
NUMBER_FIELDS = {
    "late_refusals", "quality_rating", "status", "throughput", "coexistence", "tells_changes", "registered",
    "pin", "allowed", "spam", "name_status", "verified_name", "username", "blocked", "can_send",
}  # fmt: skip
ACCOUNT_FIELDS = {"messaging_limit", "portfolio_id", "review", "is_locked", "subscribed", "name"}
TEMPLATE_FIELDS = {"quality", "category", "components", "parameter_format"}


class NumberOrder(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    phone_number_id: str
    display_phone_number: str = "+55 19 3211-0001"
    verified_name: str = SHOP_NAME
    late_refusals: bool = False
    coexistence: bool = False


class AppOrder(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A Meta app with one business account and its numbers. What is left out gets a fixed value.

    With `callback_url` the handshake is made at once. An app that is there is replaced where the order names
    it, or says `replace`."""

    app_id: str = ""
    replace: bool = False
    app_secret: str = "simulated-app-secret"  # noqa: S105 - a simulated secret that opens nothing
    access_token: str = "simulated-access-token"  # noqa: S105 - the same
    waba_id: str = "102200000000001"
    name: str = SHOP_NAME
    callback_url: str = ""
    verify_token: str = ""
    subscribed: bool = True
    numbers: tuple[NumberOrder, ...] = (NumberOrder(phone_number_id=DEFAULT_NUMBER),)


class TemplateOrder(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A template that is there without asking Meta. Without components it has a body of `body`."""

    name: str
    language: str = "pt_BR"
    category: str = "UTILITY"
    body: str = "Olá!"
    components: list[Json] = []
    status: str = "APPROVED"
    parameter_format: str = "POSITIONAL"


class CloudDoors:
    def __init__(self, world: World, cloud: CloudService) -> None:
        self.world = world
        self.cloud = cloud

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/cloud/apps", self.app, methods=["POST"]),
            Route("/cloud/apps/{app}", self.revoke, methods=["POST"]),
            Route("/cloud/accounts/{account}", self.account, methods=["POST"]),
            Route("/cloud/accounts/{account}/templates", self.template, methods=["POST"]),
            Route("/cloud/templates/{template}", self.change_template, methods=["POST"]),
            Route("/cloud/numbers/{number}", self.number, methods=["POST"]),
            Route("/cloud/numbers/{number}/webhooks/{field}", self.tell, methods=["POST"]),
            Route("/cloud/limits", self.limits, methods=["GET", "POST"]),
            Route("/cloud/deliveries", self.habits, methods=["GET", "POST"]),
        ]

    async def app(self, request: Request) -> Response:
        order = self._named(await read_as(request, AppOrder))
        webhook: Json = {"verified": False, "reason": "no callback_url was given"}
        if order.callback_url:
            try:
                await self.cloud.handshake.shake(order.callback_url, order.verify_token)
                webhook = {"verified": True}
            except GraphRefusal as refusal:
                webhook = {"verified": False, "reason": refusal.body["error"]["message"]}
        self._put(order, is_verified=bool(webhook["verified"]))
        return answer(
            {
                "app_id": order.app_id,
                "app_secret": order.app_secret,
                "access_token": order.access_token,
                "waba_id": order.waba_id,
                "numbers": [number.phone_number_id for number in order.numbers],
                "webhook": webhook,
            },
            status=201 if webhook["verified"] or not order.callback_url else 422,
        )

    def _named(self, order: AppOrder) -> AppOrder:
        """With its app's id. Nobody overwrites an app that somebody uses by saying nothing."""
        if order.app_id:
            return order
        if DEFAULT_APP in self.world.apps and not order.replace:
            raise Conflict(
                f"The app {DEFAULT_APP} is there and may be in use. Name an app_id, or say replace: true."
            )
        return replace(order, app_id=DEFAULT_APP)

    def _put(self, order: AppOrder, *, is_verified: bool) -> None:
        known = self.world.apps.get(order.app_id)
        callback = order.callback_url if is_verified else (known.callback_url if known else "")
        self.world.save_app(
            App(
                id=order.app_id,
                secret=order.app_secret,
                access_token=order.access_token,
                callback_url=callback,
                verify_token=order.verify_token,
            )
        )
        account = self.world.accounts.get(order.waba_id) or Account(
            id=order.waba_id, app_id=order.app_id, name=order.name
        )
        self.world.save_account(
            replace(account, app_id=order.app_id, subscribed=account.subscribed or order.subscribed)
        )
        for new in order.numbers:
            known_number = self.world.numbers.get(new.phone_number_id)
            self.world.save_number(
                Number(
                    id=new.phone_number_id,
                    account_id=order.waba_id,
                    display_phone_number=new.display_phone_number,
                    verified_name=new.verified_name,
                    late_refusals=new.late_refusals,
                    coexistence=new.coexistence,
                    override_url=known_number.override_url if known_number else "",
                    profile=known_number.profile if known_number else {"about": "Móveis de madeira maciça"},
                )
            )

    async def revoke(self, request: Request) -> Response:
        """`{"is_revoked": true}`: the app's token opens nothing any more."""
        app = found(self.world.apps, request.path_params["app"], "app")
        return answer(self.world.save_app(changed(app, await read_as(request, dict), {"is_revoked"})))

    async def account(self, request: Request) -> Response:
        """Change an account; a new limit or review is told by webhook, unless the order says `quiet`."""
        account = found(self.world.accounts, request.path_params["account"], "account")
        order = await read_as(request, dict)
        if order.get("messaging_limit", "TIER_250") not in TIERS:
            raise Invalid(f"messaging_limit is one of {', '.join(TIERS)}.")
        after = self.world.save_account(changed(account, order, ACCOUNT_FIELDS))
        number = next((one for one in self.world.numbers.values() if one.account_id == account.id), None)
        if number is not None and not order.get("quiet"):
            if after.messaging_limit != account.messaging_limit:
                limits = {"event": "TIER_UPDATE", "old_limit": account.messaging_limit}
                self.cloud.notices.tell(number, "phone_number_quality_update", limits)
                most = TIERS[after.messaging_limit] or -1
                capability = {"max_daily_conversations_per_business": most}
                self.cloud.notices.tell(number, "business_capability_update", capability)
            if after.review != account.review:
                self.cloud.notices.tell(number, "account_review_update", {})
            if after.is_locked and not account.is_locked:
                day = datetime.fromtimestamp(self.world.now(), UTC)
                info = {"waba_ban_state": "DISABLE", "waba_ban_date": f"{day:%B} {day.day}, {day.year}"}
                ban = {"event": "DISABLED_UPDATE", "ban_info": info}
                self.cloud.notices.tell(number, "account_update", {"value": ban})
        return answer(after)

    async def number(self, request: Request) -> Response:
        """Change a number; quality, throughput and name are told by webhook, unless `quiet`."""
        number = found(self.world.numbers, request.path_params["number"], "number")
        order = await read_as(request, dict)
        after = self.world.save_number(changed(number, order, NUMBER_FIELDS))
        if not order.get("quiet"):
            if after.throughput != number.throughput:
                event = "THROUGHPUT_UPGRADE" if after.throughput == "HIGH" else "DOWNGRADE"
                self.cloud.notices.tell(after, "phone_number_quality_update", {"event": event})
            if after.quality_rating != number.quality_rating:
                event = "UNFLAGGED" if after.quality_rating == "GREEN" else "FLAGGED"
                self.cloud.notices.tell(after, "phone_number_quality_update", {"event": event})
            if after.name_status != number.name_status:
                decision = {"decision": after.name_status}
                self.cloud.notices.tell(after, "phone_number_name_update", decision)
        return answer(after)

    async def template(self, request: Request) -> Response:
        account = found(self.world.accounts, request.path_params["account"], "account")
        order = await read_as(request, TemplateOrder)
        known = self.world.template_named(account.id, order.name, order.language)
        template = Template(
            id=known.id if known else self.world.identities.digits(16),
            account_id=account.id,
            name=order.name,
            language=order.language,
            category=order.category,
            components=order.components or [{"type": "BODY", "text": order.body}],
            status=order.status,
            parameter_format=order.parameter_format,
        )
        return answer(self.world.save_template(template), status=201)

    async def change_template(self, request: Request) -> Response:
        """Meta's word on a template: `status` (with `reason`), `quality`, `category`, `components`."""
        template = found(self.world.templates, request.path_params["template"], "template")
        order, notices = await read_as(request, dict), self.cloud.notices
        status, reason = order.pop("status", None), str(order.pop("reason", "NONE"))
        after = self.world.save_template(changed(template, order, TEMPLATE_FIELDS))
        if after.quality != template.quality:
            notices.template_quality(after, before=template.quality)
        if after.category != template.category:
            notices.template_category(after, before=template.category)
        if after.components != template.components:
            notices.template_components(after)
        if status is not None:
            after = self.cloud.templates.decide(after.id, str(status), reason) or after
        return answer(after)

    async def tell(self, request: Request) -> Response:
        """A webhook of any field: what Meta usually says with the order laid over it, or its `value`."""
        number = found(self.world.numbers, request.path_params["number"], "number")
        order = await read_as(request, dict)
        return answer(self.cloud.notices.tell(number, request.path_params["field"], order), status=201)

    async def limits(self, request: Request) -> Response:
        """Which limits are enforced and how much is used; `{"all": true}` enforces all as Meta does."""
        if request.method == "POST":
            order = await read_as(request, dict)
            if (everything := order.pop("all", None)) is not None:
                self.world.limits = REAL_LIMITS if everything else Limits(window=False)
            facts = {**msgspec.to_builtins(self.world.limits), **order}
            try:
                self.world.limits = msgspec.convert(facts, type=Limits)
            except msgspec.ValidationError as error:
                raise Invalid(str(error)) from error
            self.cloud.limiter.forget()
            self.world.hint("limits")
        return answer({"limits": self.world.limits, "used": self.cloud.limiter.state()})

    async def habits(self, request: Request) -> Response:
        """How webhooks come: batches, shares of duplicates and of late ones."""
        if request.method == "POST":
            self.world.delivery_habits = await read_as(request, DeliveryHabits)
        return answer(self.world.delivery_habits)


def found(rows: Mapping[str, Row], key: str, noun: str) -> Row:
    row = rows.get(key)
    if row is None:
        raise NotFound(f"There is no such {noun}.")
    return row


def changed(record: Row, order: Json, allowed: set[str]) -> Row:
    """The record with the fields of the order. Raises `Invalid` for a field or a type that it has not."""
    unknown = set(order) - allowed - {"quiet"}
    if unknown:
        raise Invalid(
            f"{', '.join(sorted(unknown))} cannot be changed. Fields: {', '.join(sorted(allowed))}."
        )
    facts = {**msgspec.to_builtins(record), **{name: order[name] for name in allowed & set(order)}}
    try:
        return msgspec.convert(facts, type=type(record))
    except msgspec.ValidationError as error:
        raise Invalid(str(error)) from error
