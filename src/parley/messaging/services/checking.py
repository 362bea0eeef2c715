"""Whether a number has WhatsApp, asked before anybody writes to it first.

Messages to numbers without an account count against the sender, and in some countries WhatsApp spells a
number in another way than people do. Where the provider cannot say, the message goes on without.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

import structlog
from django.db import connection
from django.utils.translation import gettext as _

from parley.access.doors import Member, check_may
from parley.access.queries import workspace_by_slug
from parley.channels.gateways import gateway_for
from parley.channels.gateways.neutral import Address, Credentials, GatewayError
from parley.channels.queries import channel_of
from parley.channels.services.credentials import credentials_for
from parley.contacts.services.introducing import is_known_to_whatsapp
from parley.core.environment import environment
from parley.core.errors import Invalid
from parley.core.http import Timeouts, call
from parley.core.phone import e164

log = structlog.get_logger(__name__)

_PATIENCE: Final = Timeouts(connect=2, read=6, total=6)
"""Somebody waits for the page; without an answer the conversation opens all the same."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and of whom. `phone` is E.164."""

    channel_id: UUID
    provider: str
    credentials: Credentials
    phone: str


def question_for(member: Member, channel_id: UUID, *, phone: str) -> Question | None:
    """What to ask before writing first; None where it is known already, or is no number at all."""
    check_may(member, "messages.send")
    channel = channel_of(member.workspace_id, channel_id)
    number = e164(phone, workspace_by_slug(member.workspace_slug).country)
    if number is None or channel.status != "working":
        return None
    if is_known_to_whatsapp(member.workspace_id, phone=number):
        return None
    return Question(
        channel_id=channel.id, provider=channel.provider, credentials=credentials_for(channel), phone=number
    )


def ask(question: Question) -> Address | None:
    """Who has the number, in WhatsApp's own spelling; None where nobody can say. Outside of a transaction.

    Raises `Invalid` for a number that is not on WhatsApp.
    """
    if connection.in_atomic_block:
        raise RuntimeError("A provider is called outside of the transaction.")
    gateway = gateway_for(question.provider)
    try:
        answer = call(
            lambda http: gateway.check_number(http, question.credentials, phone_number=question.phone),
            environment().gateway_networks,
            timeouts=_PATIENCE,
        )
    except GatewayError as error:
        log.info("number_check.skipped", channel=str(question.channel_id), kind=error.kind, code=error.code)
        return None
    if answer is not None and answer.address is None:
        text = _("This number is not on WhatsApp. Check it, or reach the person in another way.")
        raise Invalid(text, fields={"phone": [text]})
    return answer.address if answer is not None else None
