"""Messages that are more than words and files: polls, contact cards, buttons and lists to tap.

Limits are WhatsApp's: those of the Cloud API's interactive messages for buttons and lists, and for polls what
its apps let a person type.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from parley.access.doors import Member
from parley.channels.gateways import gateway_for
from parley.channels.gateways.composed import Choice, ContactCard, Interactive, Poll, Section
from parley.core.errors import Conflict, Invalid
from parley.core.phone import e164
from parley.messaging.queries.doors import conversation_for
from parley.messaging.services.sending import Draft, send

POLL_QUESTION: Final = 255
POLL_OPTION: Final = 100
POLL_OPTIONS: Final = (2, 12)
BUTTON: Final = 20
BUTTONS: Final = (1, 3)
ROW: Final = 24
ROWS: Final = (1, 10)
FOOTER: Final = 60


def send_poll(
    member: Member,
    conversation_id: UUID,
    *,
    client_id: UUID,
    question: str,
    options: Sequence[str],
    multiple: bool = False,
) -> UUID:
    """Queue a question with 2 to 12 options, and return the message's id."""
    _check_ability(member, conversation_id, "poll")
    _check_length("question", question, POLL_QUESTION)
    chosen = _distinct("option", options, longest=POLL_OPTION, number=POLL_OPTIONS)
    poll = Poll(name=question, options=chosen, multiple=multiple)
    draft = Draft(
        client_id=client_id, type="poll", body=question, content={"poll": msgspec.to_builtins(poll)}
    )
    return send(member, conversation_id, draft=draft)


def send_contact(
    member: Member,
    conversation_id: UUID,
    *,
    client_id: UUID,
    name: str,
    phone: str,
    organization: str = "",
    country: str = "",
) -> UUID:
    """Queue somebody's card. `phone` in any national format of `country`, or international."""
    _check_ability(member, conversation_id, "contacts")
    _check_length("contact_name", name, 120)
    number = e164(phone, country)
    if number is None:
        text = _("This is not a telephone number. Write it with its country, such as +55 19 99876-1234.")
        raise Invalid(text, fields={"phone": [text]})
    card = ContactCard(name=name, phones=[number], organization=organization)
    draft = Draft(
        client_id=client_id, type="contacts", body=name, content={"contacts": [msgspec.to_builtins(card)]}
    )
    return send(member, conversation_id, draft=draft)


def send_choices(
    member: Member,
    conversation_id: UUID,
    *,
    client_id: UUID,
    body: str,
    options: Sequence[str],
    footer: str = "",
    button: str = "",
) -> UUID:
    """Queue a text with up to three buttons, or with more options a list that `button` opens."""
    given = [option for option in options if option.strip()]
    is_list = len(given) > BUTTONS[1]
    _check_ability(member, conversation_id, "list" if is_list else "buttons")
    _check_length("body", body, 1_024)
    _check_most("footer", footer, FOOTER)
    if is_list:
        titles = _distinct("option", given, longest=ROW, number=ROWS)
        _check_length("button", button, BUTTON)
        section = Section(choices=[Choice(id=title, title=title) for title in titles])
        asked = Interactive(kind="list", footer=footer, button=button, sections=[section])
    else:
        titles = _distinct("option", given, longest=BUTTON, number=BUTTONS)
        asked = Interactive(
            kind="buttons", footer=footer, buttons=[Choice(id=title, title=title) for title in titles]
        )
    draft = Draft(
        client_id=client_id,
        type="interactive",
        body=body,
        content={"interactive": msgspec.to_builtins(asked)},
    )
    return send(member, conversation_id, draft=draft)


def _check_ability(member: Member, conversation_id: UUID, ability: str) -> None:
    channel = conversation_for(member, conversation_id).channel
    if ability not in gateway_for(channel.provider).abilities:
        raise Conflict(_("This number cannot send that kind of message."))


def _distinct(field: str, given: Sequence[str], *, longest: int, number: tuple[int, int]) -> list[str]:
    """The options that were filled in, none twice. Raises `Invalid` for too few, too many, too long."""
    titles = [title.strip() for title in given if title.strip()]
    least, most = number
    text = ""
    if not least <= len(titles) <= most:
        text = _("Write %(least)d to %(most)d options.") % {"least": least, "most": most}
    elif len(set(titles)) < len(titles):
        text = _("Two options are the same.")
    elif any(len(title) > longest for title in titles):
        text = _("An option has up to %(n)d characters.") % {"n": longest}
    if text:
        raise Invalid(text, fields={field: [text]})
    return titles


def _check_length(field: str, text: str, most: int) -> None:
    if not text.strip():
        said = _("Write something.")
        raise Invalid(said, fields={field: [said]})
    _check_most(field, text, most)


def _check_most(field: str, text: str, most: int) -> None:
    if len(text) > most:
        said = _("This is %(n)d characters long; WhatsApp takes up to %(limit)d.") % {
            "n": len(text),
            "limit": most,
        }
        raise Invalid(said, fields={field: [said]})
