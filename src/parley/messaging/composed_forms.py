"""What a person fills in for a poll, a card, buttons or a list; and for other words of a message."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django import forms
from django.http import QueryDict

from parley.access.doors import Member
from parley.access.queries import workspace_by_slug
from parley.core.ids import new_id
from parley.messaging.forms import cleaned
from parley.messaging.services import composing


class _ComposedForm(forms.Form):
    """Carries the client id, by which a repeat is told."""

    client_id = forms.UUIDField(required=False)

    def clean_client_id(self) -> UUID:
        return self.cleaned_data["client_id"] or new_id()


class PollForm(_ComposedForm):
    """A question; its options come as several fields of one name."""

    question = forms.CharField(max_length=1_000)
    multiple = forms.BooleanField(required=False)


class CardForm(_ComposedForm):
    """Somebody's name and number."""

    contact_name = forms.CharField(max_length=200)
    phone = forms.CharField(max_length=40)
    organization = forms.CharField(required=False, max_length=120)


class ChoicesForm(_ComposedForm):
    """A text above buttons or a list."""

    body = forms.CharField(strip=True, max_length=5_000)
    footer = forms.CharField(required=False, max_length=200)
    button = forms.CharField(required=False, max_length=60)


class RevisionForm(forms.Form):
    """The words that a message gets."""

    body = forms.CharField(strip=False, max_length=20_000)

    def clean_body(self) -> str:
        return str(self.cleaned_data["body"]).replace("\r\n", "\n").strip()


@dataclass(frozen=True, slots=True)
class _Kind:
    form: type[_ComposedForm]
    send: Callable[[Member, UUID, dict[str, Any], list[str]], UUID]


def _poll(member: Member, conversation_id: UUID, given: dict[str, Any], options: list[str]) -> UUID:
    return composing.send_poll(member, conversation_id, options=options, **given)


def _card(member: Member, conversation_id: UUID, given: dict[str, Any], _options: list[str]) -> UUID:
    name = given.pop("contact_name")
    country = workspace_by_slug(member.workspace_slug).country
    return composing.send_contact(member, conversation_id, name=name, country=country, **given)


def _choices(member: Member, conversation_id: UUID, given: dict[str, Any], options: list[str]) -> UUID:
    return composing.send_choices(member, conversation_id, options=options, **given)


KINDS: Final = {
    "poll": _Kind(PollForm, _poll),
    "contacts": _Kind(CardForm, _card),
    "interactive": _Kind(ChoicesForm, _choices),
}
"""By the field `type` of the form."""


def send_composed(member: Member, conversation_id: UUID, given: QueryDict) -> UUID:
    """Queue what the form says and return the message's id. Raises `Invalid`, or what a service refuses."""
    kind = KINDS[str(given["type"])]
    return kind.send(member, conversation_id, cleaned(kind.form(given)), given.getlist("option"))
