"""Endpoints of groups."""

from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from parley.simulator.numbers import digits_of
from parley.simulator.records import Session
from parley.simulator.waha.address_book import Group
from parley.simulator.waha.errors import bad_request, not_found
from parley.simulator.waha.group_shapes import group_shape, members_of
from parley.simulator.waha.happenings import MemberChange, group_info, participants
from parley.simulator.waha.membership import Membership
from parley.simulator.waha.paging import page_of
from parley.simulator.waha.requests import person_of_chat, read_json, text_field, working_session

CHANGES: dict[str, MemberChange] = {
    "add": "join", "remove": "leave", "promote": "promote", "demote": "demote",
}  # fmt: skip
SETTINGS = {"info-admin-only": "admins_edit", "messages-admin-only": "admins_write"}


class GroupEndpoints:
    def __init__(self, membership: Membership) -> None:
        self.membership = membership
        self.world = membership.world
        self.book = membership.book

    def routes(self) -> list[Route]:
        groups, group = "/{session}/groups", "/{session}/groups/{group}"
        return [
            Route(groups, self.groups, methods=["GET"]),
            Route(groups, self.create, methods=["POST"]),
            Route(f"{groups}/count", self.count, methods=["GET"]),
            Route(f"{groups}/refresh", self.refresh, methods=["POST"]),
            Route(f"{groups}/join-info", self.join_info, methods=["GET"]),
            Route(f"{groups}/join", self.join, methods=["POST"]),
            Route(group, self.get, methods=["GET"]),
            Route(group, self.delete, methods=["DELETE"]),
            Route(f"{group}/leave", self.leave, methods=["POST"]),
            Route(f"{group}/picture", self.picture, methods=["GET", "PUT", "DELETE"]),
            Route(f"{group}/subject", self.describe, methods=["PUT"]),
            Route(f"{group}/description", self.describe, methods=["PUT"]),
            Route(f"{group}/settings/security/{{setting}}", self.setting, methods=["GET", "PUT"]),
            Route(f"{group}/invite-code", self.invite_code, methods=["GET"]),
            Route(f"{group}/invite-code/revoke", self.invite_code, methods=["POST"]),
            Route(f"{group}/participants", self.participants, methods=["GET"]),
            Route(f"{group}/participants/v2", self.participants_v2, methods=["GET"]),
            Route(f"{group}/{{part:grouppart}}/{{verb}}", self.change, methods=["POST"]),
        ]

    async def groups(self, request: Request) -> Response:
        """A list; in NOWEB an object with the groups' ids as names."""
        session = self._session(request)
        known = [group for group in self.book.groups_of(session.channel) if group.is_member]
        page = [(group.id, group_shape(self.world, session, group)) for group in page_of(request, known)]
        if "participants" in request.query_params.get("exclude", ""):
            lists = ("participants", "Participants")
            page = [(name, {k: v for k, v in shape.items() if k not in lists}) for name, shape in page]
        return JSONResponse(dict(page) if session.engine == "NOWEB" else [shape for _, shape in page])

    async def create(self, request: Request) -> Response:
        session = self._session(request)
        body = await read_json(request)
        members = self._people(body.get("participants"))
        group = self.membership.create(session, subject=text_field(body, "name"), members=members)
        return JSONResponse(group_shape(self.world, session, group), status_code=201)

    async def count(self, request: Request) -> Response:
        known = self.book.groups_of(self._session(request).channel)
        return JSONResponse({"count": sum(group.is_member for group in known)})

    async def refresh(self, request: Request) -> Response:
        self._session(request)
        return JSONResponse({"success": True})

    async def join_info(self, request: Request) -> Response:
        session = self._session(request)
        group = self._invited(session, request.query_params.get("code", ""))
        return JSONResponse(group_info(session, group, self.world))

    async def join(self, request: Request) -> Response:
        session = self._session(request)
        group = self._invited(session, text_field(await read_json(request), "code"))
        self.membership.change(session, group, "join", [session.phone or ""])
        return JSONResponse({"id": group.id})

    async def get(self, request: Request) -> Response:
        session, group = self._group(request)
        return JSONResponse(group_shape(self.world, session, group))

    async def delete(self, request: Request) -> Response:
        _, group = self._group(request)
        self.book.remove_group(group)
        return JSONResponse({"success": True})

    async def leave(self, request: Request) -> Response:
        session, group = self._group(request)
        self.membership.change(session, group, "leave", [session.phone or ""])
        return JSONResponse({"success": True})

    async def picture(self, request: Request) -> Response:
        self._group(request)
        return JSONResponse({"url": None} if request.method == "GET" else {"success": True})

    async def describe(self, request: Request) -> Response:
        session, group = self._group(request)
        name = request.url.path.rpartition("/")[2]
        self.membership.describe(session, group, **{name: text_field(await read_json(request), name)})
        return JSONResponse({"success": True})

    async def setting(self, request: Request) -> Response:
        session, group = self._group(request)
        name = SETTINGS.get(request.path_params["setting"])
        if name is None:
            raise not_found(f"Cannot {request.method} {request.url.path}")
        if request.method == "GET":
            return JSONResponse({"adminsOnly": getattr(group, name)})
        wanted = (await read_json(request)).get("adminsOnly")
        if not isinstance(wanted, bool):
            raise bad_request("adminsOnly must be a boolean value")
        self.membership.describe(session, group, **{name: wanted})
        return JSONResponse({"success": True})

    async def invite_code(self, request: Request) -> Response:
        _, group = self._group(request)
        if request.method == "POST":
            code = self.world.identities.secret()[:22]
            group = self.book.save_group(replace(group, invite_code=code))
        return JSONResponse(group.invite_code)

    async def participants(self, request: Request) -> Response:
        session, group = self._group(request)
        return JSONResponse(members_of(self.world, session, group))

    async def participants_v2(self, request: Request) -> Response:
        session, group = self._group(request)
        return JSONResponse(participants(session, group.members, self.world))

    async def change(self, request: Request) -> Response:
        session, group = self._group(request)
        change = CHANGES.get(request.path_params["verb"])
        if change is None:
            raise not_found(f"Cannot POST {request.url.path}")
        members = self._people((await read_json(request)).get("participants"))
        self.membership.change(session, group, change, members)
        return JSONResponse({"success": True})

    def _people(self, given: object) -> list[str]:
        """The numbers of participants, given as chat ids or in objects with an `id`."""
        if not isinstance(given, list) or not given:
            raise bad_request("participants must be an array")
        ids = [str(one.get("id", "")) if isinstance(one, dict) else str(one) for one in given]
        if not all(digits_of(one) for one in ids):
            raise bad_request("participants.0.id should not be empty")
        return [person_of_chat(self.world, one).wa_id for one in ids]

    def _invited(self, session: Session, code: str) -> Group:
        wanted = code.rpartition("/")[2]
        for group in self.book.groups_of(session.channel):
            if wanted and group.invite_code == wanted:
                return group
        raise not_found("The invite code is not valid")

    def _session(self, request: Request) -> Session:
        return working_session(self.world, request.path_params["session"])

    def _group(self, request: Request) -> tuple[Session, Group]:
        session = self._session(request)
        wanted: str = request.path_params["group"]
        group = self.book.groups.get((session.channel, wanted if "@" in wanted else f"{wanted}@g.us"))
        if group is None:
            raise not_found(f"Group {wanted} not found")
        return session, group
