"""Endpoints of labels, which business accounts stick on chats."""

from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from parley.simulator.records import Json, Session
from parley.simulator.waha.address_book import Label
from parley.simulator.waha.errors import bad_request, not_found
from parley.simulator.waha.happenings import LABEL_COLORS, Happenings, label_shape
from parley.simulator.waha.names import chat_id
from parley.simulator.waha.requests import person_of_chat, read_json, text_field, working_session
from parley.simulator.world import World


class LabelEndpoints:
    def __init__(self, world: World, happenings: Happenings) -> None:
        self.world = world
        self.happenings = happenings
        self.book = happenings.events.book

    def routes(self) -> list[Route]:
        return [
            Route("/{session}/labels", self.list, methods=["GET"]),
            Route("/{session}/labels", self.create, methods=["POST"]),
            Route("/{session}/labels/chats/{chat}", self.labels_of_chat, methods=["GET"]),
            Route("/{session}/labels/chats/{chat}", self.put_on_chat, methods=["PUT"]),
            Route("/{session}/labels/{label}", self.update, methods=["PUT"]),
            Route("/{session}/labels/{label}", self.delete, methods=["DELETE"]),
            Route("/{session}/labels/{label}/chats", self.chats_of_label, methods=["GET"]),
        ]

    async def list(self, request: Request) -> Response:
        return JSONResponse(
            [label_shape(label) for label in self.book.labels_of(self._session(request).channel)]
        )

    async def create(self, request: Request) -> Response:
        session = self._session(request)
        body = await read_json(request)
        numbers = [int(label.id) for label in self.book.labels_of(session.channel)]
        label = Label(
            id=str(max(numbers, default=0) + 1),
            channel=session.channel,
            name=text_field(body, "name"),
            color=self._color(body),
        )
        return self._saved(session, label, status=201)

    async def update(self, request: Request) -> Response:
        session, label = self._label(request)
        body = await read_json(request)
        return self._saved(session, replace(label, name=text_field(body, "name"), color=self._color(body)))

    def _saved(self, session: Session, label: Label, *, status: int = 200) -> Response:
        self.happenings.label_saved(session, self.book.save_label(label))
        return JSONResponse(label_shape(label), status_code=status)

    @staticmethod
    def _color(body: Json) -> int:
        """By number or by one of the twenty colours; the first where neither is said."""
        if body.get("colorHex") in LABEL_COLORS:
            return LABEL_COLORS.index(body["colorHex"])
        color = body.get("color") or 0
        if not isinstance(color, int) or not 0 <= color < len(LABEL_COLORS):
            raise bad_request("color must not be greater than 19")
        return color

    async def delete(self, request: Request) -> Response:
        session, label = self._label(request)
        self.book.remove_label(label)
        self.happenings.label_deleted(session, label)
        return JSONResponse({"success": True})

    async def labels_of_chat(self, request: Request) -> Response:
        session = self._session(request)
        person = person_of_chat(self.world, request.path_params["chat"])
        found = self.book.mark(session.channel, person.wa_id).labels
        known = [self.book.labels.get((session.channel, label_id)) for label_id in found]
        return JSONResponse([label_shape(label) for label in known if label])

    async def put_on_chat(self, request: Request) -> Response:
        """Replaces the whole list; what came and what went is told."""
        session = self._session(request)
        person = person_of_chat(self.world, request.path_params["chat"])
        given = (await read_json(request)).get("labels")
        if not isinstance(given, list):
            raise bad_request("labels must be an array")
        wanted = [str(label.get("id")) for label in given if isinstance(label, dict)]
        for label_id in wanted:
            if (session.channel, label_id) not in self.book.labels:
                raise not_found(f"Label {label_id} not found")
        mark = self.book.mark(session.channel, person.wa_id)
        self.book.save_mark(replace(mark, labels=wanted))
        for label_id in wanted:
            if label_id not in mark.labels:
                self.happenings.chat_labelled(session, person, label_id, added=True)
        for label_id in mark.labels:
            if label_id not in wanted:
                self.happenings.chat_labelled(session, person, label_id, added=False)
        return Response(status_code=200)

    async def chats_of_label(self, request: Request) -> Response:
        session, label = self._label(request)
        marks = [mark for mark in self.book.marks.values() if mark.channel == session.channel]
        people = [self.world.person(mark.wa_id) for mark in marks if label.id in mark.labels]
        return JSONResponse([{"id": chat_id(session, person), "name": person.name} for person in people])

    def _session(self, request: Request) -> Session:
        return working_session(self.world, request.path_params["session"])

    def _label(self, request: Request) -> tuple[Session, Label]:
        session = self._session(request)
        label = self.book.labels.get((session.channel, request.path_params["label"]))
        if label is None:
            raise not_found(f"Label {request.path_params['label']} not found")
        return session, label
