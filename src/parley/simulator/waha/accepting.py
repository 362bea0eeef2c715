"""Taking a message of the shop: who it is for, whether WhatsApp lets it through, what is answered."""

from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from parley.simulator.fault_gate import is_silent
from parley.simulator.records import Json, Message, Person, Session
from parley.simulator.traffic import Traffic
from parley.simulator.waha.errors import WahaRefusal, engine_error, not_implemented
from parley.simulator.waha.requests import bare_id, base_url_of, person_of_chat, text_field, working_session
from parley.simulator.waha.restrictions import Restrictions
from parley.simulator.waha.shapes import WahaShapes
from parley.simulator.world import World


class Acceptance:
    def __init__(self, world: World, traffic: Traffic, shapes: WahaShapes) -> None:
        self.world = world
        self.traffic = traffic
        self.shapes = shapes
        self.restrictions = Restrictions(world)

    def session_of(self, body: Json) -> Session:
        return working_session(self.world, text_field(body, "session", default="default"))

    def accept(
        self, request: Request, body: Json, letter: Message, *, order: str = "", only: tuple[str, ...] = ()
    ) -> Response:
        """Send `letter`, whose sender, recipient, id and time come from the request's body.

        `only` are the engines that know this kind. The order's name decides the shape of some answers.
        """
        session = self.session_of(body)
        if only and session.engine not in only:
            raise not_implemented()
        person = self._recipient(request, session, text_field(body, "chatId"))
        chosen_id = str(body["id"]) if body.get("id") else None
        known = self.world.message(session.channel, chosen_id) if chosen_id else None
        failure = None if known else self.restrictions.check(session, person, path=request.url.path)
        quoted = body.get("reply_to")
        message = replace(
            letter,
            id=chosen_id or self.world.identities.waha_message(),
            channel=session.channel,
            wa_id=person.wa_id,
            at=self.world.now(),
            quoted_id=bare_id(str(quoted)) if quoted else None,
            callback=chosen_id,
            silent=is_silent(request),
        )
        accepted = self.traffic.accept(message)
        if failure is not None:
            self.traffic.tick(accepted, "failed", failure=failure)
        return self.answer(request, session, accepted, order=order)

    def answer(
        self, request: Request, session: Session, message: Message, *, order: str = "", status: int = 201
    ) -> Response:
        """The engine's answer about a message, or an empty one where the session is so."""
        shown = self.shapes.send_answer(session, message, base_url=base_url_of(request), order=order)
        return Response(status_code=status) if shown is None else JSONResponse(shown, status_code=status)

    def _recipient(self, request: Request, session: Session, chat: str) -> Person:
        """The person; only GOWS notices that nobody is there, the other engines take the message."""
        person = person_of_chat(self.world, chat)
        if not person.registered and session.engine == "GOWS":
            message = f"2 UNKNOWN: no LID found for {person.wa_id}@s.whatsapp.net from server"
            raise WahaRefusal(500, engine_error(message, path=request.url.path))
        return person


def letter(
    type_: str, body: str = "", *, content: Json | None = None, media_id: str | None = None
) -> Message:
    """A message of the shop that does not know yet to whom it goes."""
    return Message(
        id="", channel="", wa_id="", from_us=True, type=type_, at=0, body=body, content=content or {},
        media_id=media_id,
    )  # fmt: skip
