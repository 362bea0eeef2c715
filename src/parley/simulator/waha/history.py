"""Endpoints that read messages back, and files: what a caller has who missed the webhooks."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from parley.simulator.records import Json, Message, Session
from parley.simulator.waha.errors import bad_request, not_found, not_implemented
from parley.simulator.waha.names import ACK_NAMES, BROWSER_ENGINES, ack_of
from parley.simulator.waha.paging import is_descending, is_yes, page_of
from parley.simulator.waha.requests import base_url_of, message_named, person_of_chat, working_session
from parley.simulator.waha.shapes import WahaShapes
from parley.simulator.world import World

ALL_CHATS = "all"
NO_STORE = (
    'Enable NOWEB store "config.noweb.store.enabled=True" and "config.noweb.store.full_sync=True"'
    " when starting a new session."
)


class HistoryEndpoints:
    def __init__(self, world: World, shapes: WahaShapes) -> None:
        self.world = world
        self.shapes = shapes
        self._fetched_again: set[str] = set()
        world.when_forgotten(self._fetched_again.clear)

    def routes(self) -> list[Route]:
        return [
            Route("/messages", self.by_query, methods=["GET"]),
            Route("/files/{session}/{name}", self.file, methods=["GET"]),
            Route("/{session}/chats/{chat}/messages", self.messages, methods=["GET"]),
            Route("/{session}/chats/{chat}/messages/{message}", self.message, methods=["GET"]),
        ]

    async def messages(self, request: Request) -> Response:
        return self._history(request, request.path_params["session"], request.path_params["chat"])

    async def by_query(self, request: Request) -> Response:
        """The deprecated form, with session and chat in the query."""
        query = request.query_params
        return self._history(request, query.get("session", "default"), query.get("chatId", ""))

    def _history(self, request: Request, name: str, chat: str) -> Response:
        """History with WAHA's filters, newest first unless `sortOrder=asc`. `all` names every chat.

        What was deleted is left out after the page was cut: a page may bring fewer rows than it has place
        for, and the next offset is still a whole limit further.
        """
        session = with_store(working_session(self.world, name))
        if chat != ALL_CHATS:
            rows = self.world.chat(session.channel, person_of_chat(self.world, chat).wa_id)
        elif session.engine in BROWSER_ENGINES:
            raise not_implemented()
        else:
            rows = [m for m in self.world.messages.values() if m.channel == session.channel]
        rows = [message for message in rows if self._passes(request, message)]
        rows.sort(key=lambda message: message.at, reverse=is_descending(request))
        page = [message for message in page_of(request, rows) if not message.revoked]
        return JSONResponse([self._shown(request, session, message) for message in page])

    @staticmethod
    def _passes(request: Request, message: Message) -> bool:
        query = request.query_params
        at, ack = int(message.at), ack_of(message)
        try:
            earliest = float(query.get("filter.timestamp.gte", at))
            latest = float(query.get("filter.timestamp.lte", at))
        except ValueError as error:
            raise bad_request("filter.timestamp must be a number") from error
        return (
            earliest <= at <= latest
            and not message.content.get("blocked")
            and query.get("filter.fromMe", str(message.from_us)).lower() == str(message.from_us).lower()
            and query.get("filter.ack", str(ack)) in {str(ack), ACK_NAMES[ack]}
        )

    async def message(self, request: Request) -> Response:
        session = with_store(working_session(self.world, request.path_params["session"]))
        message = message_named(self.world, session, request.path_params["message"])
        return JSONResponse(self._shown(request, session, message))

    def _shown(self, request: Request, session: Session, message: Message) -> Json:
        """The message; its file starts a new life where the caller wants it."""
        wants_media = is_yes(request, "downloadMedia", default=True)
        if message.media_id is not None and message.media_id in self.world.media and wants_media:
            self.world.offer_media(message.media_id)
            self._fetched_again.add(message.media_id)
        shown = self.shapes.message(session, message, base_url=base_url_of(request))
        return shown if wants_media else {**shown, "media": None}

    async def file(self, request: Request) -> Response:
        """A file's bytes; gone once its address has lived its time."""
        name: str = request.path_params["name"]
        media = self.world.media.get(name.partition(".")[0])
        data = self.world.journal.media_data(media.id) if media else None
        session = self.world.sessions.get(request.path_params["session"])
        is_dead = session is not None and session.quirks.media == "expired"
        if media is None or data is None or self._is_over(media.offered_at):
            raise not_found(f"File not found: {name}")
        if is_dead and media.id not in self._fetched_again:
            raise not_found(f"File not found: {name}")
        return Response(data, media_type=media.mime_type)

    def _is_over(self, offered_at: float) -> bool:
        return self.world.now() - offered_at > self.world.configuration.file_seconds


def has_store(session: Session) -> bool:
    """Whether the engine remembers chats and contacts: NOWEB only if told to."""
    noweb = session.config.get("noweb") or {}
    return session.engine != "NOWEB" or bool((noweb.get("store") or {}).get("enabled"))


def with_store(session: Session) -> Session:
    if not has_store(session):
        raise bad_request(NO_STORE)
    return session
