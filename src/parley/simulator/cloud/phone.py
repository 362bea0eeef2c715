"""What happens on a customer's phone, or on the shop's, that only the Cloud API tells of.

Taps on buttons, calls, the stop of marketing, changed numbers, and the history that a number in coexistence
tells once.
"""

import json
from typing import Literal

from msgspec.structs import replace

from parley.core.errors import Invalid
from parley.simulator.cloud.notices import Notices
from parley.simulator.cloud.shapes import CloudShapes, contact_of
from parley.simulator.people.phones import Letter
from parley.simulator.records import Json, Message, Number, Person
from parley.simulator.world import World

CallPhase = Literal["connect", "missed", "rejected", "completed", "failed"]
HISTORY_CHUNK = 100
STATUSES = {
    "pending": "PENDING",
    "sent": "SENT",
    "delivered": "DELIVERED",
    "read": "READ",
    "played": "PLAYED",
}
REPLIES = {"button": "button_reply", "list": "list_reply"}


class CloudPhone:
    def __init__(self, world: World, notices: Notices, shapes: CloudShapes) -> None:
        self.world = world
        self.notices = notices
        self.shapes = shapes

    # Taps

    def tap(self, message: Message, choice: str, *, answers: Json | None = None) -> Letter:
        """What the customer's phone sends for a tap on `choice`, by id or words, of a message of the shop.

        For a flow, `answers` are what was filled in. Raises `Invalid` when there is nothing like it.
        """
        if message.type == "template":
            return self._tap_template(message, choice)
        kind = str(message.content.get("type", ""))
        if kind == "flow":
            return self._fill_in(message, answers or {})
        if kind == "location_request_message":
            return Letter(channel=message.channel, type="location", quoted_id=message.id)
        found = next(
            (one for one in choices_of(message.content) if choice in {one["id"], one["title"]}), None
        )
        if found is None or kind not in REPLIES:
            raise Invalid(f"There is nothing to tap called {choice!r}.")
        content = {"interactive": {"type": REPLIES[kind], REPLIES[kind]: found}}
        return Letter(
            channel=message.channel,
            type="interactive",
            body=found["title"],
            quoted_id=message.id,
            content=content,
        )

    def _tap_template(self, message: Message, choice: str) -> Letter:
        """A quick reply of a template comes back as a `button` with the payload of the send."""
        account_id = self.world.number_of(message.channel).account_id
        language = str((message.content.get("language") or {}).get("code", ""))
        template = self.world.template_named(account_id, str(message.content.get("name", "")), language)
        buttons = [
            button
            for part in (template.components if template else [])
            for button in part.get("buttons") or []
        ]
        for part in message.content.get("components") or []:
            if str(part.get("type", "")).lower() != "button":
                continue
            index = int(part.get("index") or 0)
            payload = str((part.get("parameters") or [{}])[0].get("payload", ""))
            text = str(buttons[index].get("text", "")) if index < len(buttons) else payload
            if choice in {payload, text}:
                content = {"button": {"payload": payload, "text": text}}
                return Letter(
                    channel=message.channel, type="button", body=text, quoted_id=message.id, content=content
                )
        for button in buttons:
            if str(button.get("type", "")).upper() == "QUICK_REPLY" and button.get("text") == choice:
                content = {"button": {"payload": choice, "text": choice}}
                return Letter(
                    channel=message.channel, type="button", body=choice, quoted_id=message.id, content=content
                )
        raise Invalid(f"There is nothing to tap called {choice!r}.")

    @staticmethod
    def _fill_in(message: Message, answers: Json) -> Letter:
        parameters = (message.content.get("action") or {}).get("parameters") or {}
        filled = {"flow_token": parameters.get("flow_token", "unused"), **answers}
        reply = {"name": "flow", "body": "Sent", "response_json": json.dumps(filled)}
        content = {"interactive": {"type": "nfm_reply", "nfm_reply": reply}}
        return Letter(
            channel=message.channel, type="interactive", body="Sent", quoted_id=message.id, content=content
        )

    # Wishes and identities

    def prefer(self, number: Number, person: Person, value: Literal["stop", "resume"]) -> Person:
        """The customer stops marketing messages of the number, or wants them again."""
        others = [channel for channel in person.no_marketing if channel != number.channel]
        wanted = [*others, number.channel] if value == "stop" else others
        changed = self.world.save_person(replace(person, no_marketing=wanted))
        self.notices.preference(number, changed, value=value)
        return changed

    def change_number(self, number: Number, person: Person, wa_id: str) -> Person:
        """The customer takes another phone number, and with it another user id."""
        fresh = self.world.make_person(wa_id, name=person.name, language=person.language)
        facts = {
            "body": f"User {person.name} changed from {person.wa_id} to {wa_id}",
            "wa_id": wa_id,
            "user_id": fresh.user_id,
        }
        self.notices.identity(number, person, kind="user_changed_number", facts=facts)
        return self.world.save_person(fresh)

    def change_device(self, number: Number, person: Person) -> None:
        self.notices.identity(number, person, kind="customer_identity_changed", facts={})

    # Calls

    def call(self, number: Number, person: Person, phase: CallPhase, *, call_id: str, seconds: int) -> str:
        """One phase of a customer's call; answers the call's id, by which the next phase is named."""
        now = int(self.world.now())
        known = call_id or f"wacid.{self.world.identities.secret()[:24]}"
        call: Json = {
            "id": known,
            "from": person.wa_id,
            "from_user_id": person.user_id,
            "to": number.digits,
            "direction": "USER_INITIATED",
            "timestamp": str(now),
        }
        if phase == "connect":
            call |= {"event": "connect", "session": {"sdp": "v=0\r\n", "sdp_type": "offer"}}
        else:
            call |= {"event": "terminate", "status": "COMPLETED" if phase == "completed" else "FAILED"}
        if phase == "completed":
            call |= {"start_time": str(now - seconds), "end_time": str(now), "duration": seconds}
        value: Json = {"contacts": [contact_of(person)], "calls": [call]}
        if phase == "rejected":
            value["errors"] = [
                {"code": 138001, "message": "Receiver uncallable", "error_data": {"details": ""}}
            ]
        self.notices.outbox.put_for_number(number, "calls", value)
        return known

    # Coexistence

    def tell_history(self, number: Number, *, is_declined: bool = False) -> int:
        """All chats of the number in chunks, the newest phase first; how many webhooks it took."""
        if is_declined:
            error = {
                "code": 2593109,
                "title": "History sync is turned off by the business from the WhatsApp Business App",
                "message": "History sharing is turned off by the business from the WhatsApp Business App",
                "error_data": {"details": "History sharing is turned off by the business"},
            }
            self.notices.outbox.put_for_number(number, "history", {"history": [{"errors": [error]}]})
            return 1
        chunks = self._chunks(number)
        for order, threads in enumerate(chunks, start=1):
            progress = round(100 * order / len(chunks))
            metadata = {"phase": 0, "chunk_order": order, "progress": progress}
            chunk = {"metadata": metadata, "threads": threads}
            self.notices.outbox.put_for_number(number, "history", {"history": [chunk]})
        return len(chunks)

    def _chunks(self, number: Number) -> list[list[Json]]:
        """Threads with at most so many messages in one webhook; always one, if empty."""
        chunks: list[list[Json]] = []
        for channel, wa_id in self.world.chats:
            if channel != number.channel:
                continue
            shown = [self._remembered(message) for message in self.world.chat(channel, wa_id)]
            starts = range(0, len(shown), HISTORY_CHUNK)
            chunks += [[{"id": wa_id, "messages": shown[start : start + HISTORY_CHUNK]}] for start in starts]
        return chunks or [[]]

    def _remembered(self, message: Message) -> Json:
        shown = self.shapes.echo(message) if message.from_us else self.shapes.inbound(message)
        return {**shown, "history_context": {"status": STATUSES.get(message.status, "ERROR")}}


def choices_of(content: Json) -> list[Json]:
    """What can be tapped in an interactive message, in the form in which it comes back."""
    action = content.get("action") or {}
    buttons = [button.get("reply") or {} for button in action.get("buttons") or []]
    rows = [row for section in action.get("sections") or [] for row in section.get("rows") or []]
    return [{"description": "", **row} if "description" in row else row for row in [*buttons, *rows]]
