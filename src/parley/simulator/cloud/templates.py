"""Message templates: list with paging, create, edit, delete, and the review that decides later."""

from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from parley.simulator.cloud.errors import GraphRefusal, unknown_object
from parley.simulator.cloud.limits import DAY, HOUR, Limiter, Window
from parley.simulator.cloud.notices import Notices
from parley.simulator.cloud.requests import account_in_path, app_of_token, fields_of, paged, read_body
from parley.simulator.cloud.template_rules import check_components, check_new, wrong
from parley.simulator.records import Account, Json, Template
from parley.simulator.world import World

ALL_FIELDS = (
    "name", "parameter_format", "components", "language", "status", "category", "quality_score",
    "rejected_reason", "id",
)  # fmt: skip
DEFAULT_FIELDS = ("name", "parameter_format", "components", "language", "status", "category", "id")
QUALITY_DATE = 1_767_225_600
EDITABLE = {"APPROVED", "REJECTED", "PAUSED"}
MOST_TEMPLATES = 6_000
CREATED_PER_HOUR = 100


class TemplateEndpoints:
    def __init__(self, world: World, limiter: Limiter, notices: Notices) -> None:
        self.world = world
        self.limiter = limiter
        self.notices = notices
        self._created: dict[str, Window] = {}

    def forget(self) -> None:
        """Begin to count anew."""
        self._created.clear()

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/{object:digits}/message_templates", self.list, methods=["GET"]),
            Route("/{object:digits}/message_templates", self.create, methods=["POST"]),
            Route("/{object:digits}/message_templates", self.delete, methods=["DELETE"]),
            Route("/{object:digits}/message_templates/{verb:archiving}", self.archive, methods=["POST"]),
            Route("/{object:digits}/unpause", self.unpause, methods=["POST"]),
        ]

    async def list(self, request: Request) -> Response:
        account = account_in_path(self.world, request)
        headers = self.limiter.check_management(account)
        asked = request.query_params
        filters = {name: asked[name] for name in ("name", "status", "category", "language") if name in asked}
        rows = [
            fields_of(request, facts_of(template), default=DEFAULT_FIELDS)
            for template in self.world.templates.values()
            if template.account_id == account.id and matches(template, filters)
        ]
        answer = paged(request, rows)
        if "summary" in asked:
            answer["summary"] = {
                "total_count": len(rows),
                "message_template_count": len(rows),
                "message_template_limit": MOST_TEMPLATES,
                "are_translations_complete": True,
            }
        return JSONResponse(answer, headers=headers)

    async def create(self, request: Request) -> Response:
        """A template that waits for review, or, without a review's delay, is approved at once."""
        account = account_in_path(self.world, request)
        headers = self.limiter.check_management(account)
        body = await read_body(request)
        try:
            check_new(body)
        except (AttributeError, TypeError) as error:
            raise wrong("Invalid parameter", None) from error
        self._check_room(account)
        name, language = str(body["name"]), str(body["language"])
        if self.world.template_named(account.id, name, language) is not None:
            raise wrong("Content in this language already exists", 2388024)
        seconds = self.world.configuration.review_seconds
        template = Template(
            id=self.world.identities.digits(16),
            account_id=account.id,
            name=name,
            language=language,
            category=str(body["category"]).upper(),
            components=body["components"],
            status="APPROVED" if seconds == 0 else "PENDING",
            parameter_format=str(body.get("parameter_format", "POSITIONAL")).upper(),
        )
        self.world.save_template(template)
        self._review_later(template)
        shown = {"id": template.id, "status": template.status, "category": template.category}
        return JSONResponse(shown, headers=headers)

    def _check_room(self, account: Account) -> None:
        if (
            sum(template.account_id == account.id for template in self.world.templates.values())
            >= MOST_TEMPLATES
        ):
            raise GraphRefusal(2388019)
        created, now = self._created.setdefault(account.id, Window(HOUR)), self.world.now()
        if created.count(now) >= CREATED_PER_HOUR:
            raise GraphRefusal(80007, subcode=2388045, details="100 templates in an hour are the limit.")
        created.add(now)

    def _review_later(self, template: Template) -> None:
        """Approved after the configured time; None waits for a door."""
        seconds = self.world.configuration.review_seconds
        if template.status == "PENDING" and seconds is not None:
            self.world.clock.after(seconds, lambda: self.decide(template.id, "APPROVED"))

    def decide(self, template_id: str, status: str, reason: str = "NONE") -> Template | None:
        """Meta's word on a template: its new state, and the webhook that tells."""
        template = self.world.templates.get(template_id)
        if template is None:
            return None
        pauses = template.pauses + (status == "PAUSED")
        changed = replace(template, status=status, rejected_reason=reason, pauses=pauses)
        self.world.save_template(changed)
        self.notices.template_status(changed)
        return changed

    async def edit(self, request: Request, template: Template) -> Response:
        """Refuses what is neither approved, rejected nor paused, and a second edit within a day."""
        headers = self.limiter.check_management(self.world.accounts[template.account_id])
        body = await read_body(request)
        if template.status not in EDITABLE:
            raise wrong(f"A template that is {template.status} cannot be edited", 2388025)
        now, edits = self.world.now(), template.edits
        if template.status == "APPROVED":
            if (
                len([at for at in edits if at > now - DAY]) >= 1
                or len([at for at in edits if at > now - 30 * DAY]) >= 10
            ):
                raise wrong("An approved template can be edited once a day and ten times in 30 days", 2388026)
            edits = [*edits, now]
        category = str(body.get("category", template.category)).upper()
        if "components" in body:
            try:
                check_components(body["components"], category=category)
            except (AttributeError, TypeError) as error:
                raise wrong("Invalid parameter", None) from error
        status = "APPROVED" if self.world.configuration.review_seconds == 0 else "PENDING"
        changed = replace(
            template,
            components=body.get("components", template.components),
            category=category,
            status=status,
            edits=edits,
        )
        self.world.save_template(changed)
        self._review_later(changed)
        facts = {"id": changed.id, "name": changed.name, "category": category, "status": changed.status}
        return JSONResponse({"success": True, **facts}, headers=headers)

    def describe(self, request: Request, template: Template) -> Response:
        headers = self.limiter.check_management(self.world.accounts[template.account_id])
        facts = fields_of(request, facts_of(template), default=DEFAULT_FIELDS)
        return JSONResponse(facts, headers=headers)

    async def delete(self, request: Request) -> Response:
        """All languages of `name`, or, with `hsm_id`, that one."""
        account = account_in_path(self.world, request)
        headers = self.limiter.check_management(account)
        asked = {**request.query_params, **await read_body(request)}
        name, one = str(asked.get("name", "")), str(asked.get("hsm_id") or "")
        found = [
            template
            for template in self.world.templates.values()
            if template.account_id == account.id and template.name == name and one in {"", template.id}
        ]
        if not found:
            raise wrong("Message Template Not Found", 2593002)
        for template in found:
            self.world.remove_template(template.id)
            self.notices.template_status(replace(template, status="DELETED"))
        return JSONResponse({"success": True}, headers=headers)

    async def archive(self, request: Request) -> Response:
        account = account_in_path(self.world, request)
        ids = str((await read_body(request)).get("hsm_ids", "")).split(",")
        is_back = request.path_params["verb"] == "unarchive"
        known = [
            template_id
            for template_id in ids
            if template_id in self.world.templates
            and self.world.templates[template_id].account_id == account.id
        ]
        for template_id in known:
            self.decide(template_id, "APPROVED" if is_back else "ARCHIVED")
        failed = {template_id: "Not found" for template_id in ids if template_id not in known}
        key = "unarchived_templates" if is_back else "archived_templates"
        return JSONResponse({key: known, "failed_templates": failed})

    async def unpause(self, request: Request) -> Response:
        app = app_of_token(self.world, request)
        template = self.world.templates.get(request.path_params["object"])
        if template is None or self.world.accounts[template.account_id].app_id != app.id:
            raise unknown_object(request.path_params["object"])
        if template.status != "PAUSED":
            return JSONResponse({"success": False, "reason": "The template is not paused."})
        self.decide(template.id, "APPROVED")
        return JSONResponse({"success": True})


def matches(template: Template, filters: dict[str, str]) -> bool:
    """`name` matches a part of the name; the others match exactly, or one of a list."""
    facts = {"status": template.status, "category": template.category, "language": template.language}
    for key, wanted in filters.items():
        if key == "name":
            if wanted not in template.name:
                return False
        elif facts[key] not in wanted.strip("[]").replace('"', "").split(","):
            return False
    return True


def facts_of(template: Template) -> Json:
    """All fields that can be asked for."""
    return {
        "name": template.name,
        "parameter_format": template.parameter_format,
        "components": template.components,
        "language": template.language,
        "status": template.status,
        "category": template.category,
        "quality_score": {"score": template.quality, "date": QUALITY_DATE},
        "rejected_reason": template.rejected_reason,
        "id": template.id,
    }
