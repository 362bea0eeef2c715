"""What a person types or clicks in the inbox."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from parley.core.errors import Invalid
from parley.core.ids import new_id
from parley.messaging.queries import SORTS, TABS
from parley.messaging.services.media import Upload, check_number

MOST_ROWS = 200


class ListForm(forms.Form):
    """Which part of the list. An unknown tab or order is as good as none; a wrong cursor is refused."""

    tab = forms.CharField(required=False)
    sort = forms.CharField(required=False)
    q = forms.CharField(required=False, max_length=200)
    cursor = forms.CharField(required=False, max_length=200)
    count = forms.IntegerField(required=False, min_value=0, max_value=1_000_000)

    def clean_tab(self) -> str:
        return self.cleaned_data["tab"] if self.cleaned_data["tab"] in TABS else ""

    def clean_sort(self) -> str:
        return self.cleaned_data["sort"] if self.cleaned_data["sort"] in SORTS else "newest"


class EarlierForm(forms.Form):
    """Which conversation is on the screen already."""

    besides = forms.UUIDField(required=False)


class SetAsideForm(forms.Form):
    """Where a page ended, and how many were just tried again; None where nothing was."""

    cursor = forms.CharField(required=False, max_length=200)
    retried = forms.IntegerField(required=False, min_value=0, max_value=1_000_000)


class RetryForm(forms.Form):
    """Which event; without one, all of them."""

    event = forms.UUIDField(required=False)


class WordsForm(forms.Form):
    """A text, and what it answers. Without JavaScript the client id is empty and every click counts."""

    body = forms.CharField(required=False, strip=False, max_length=20_000)
    client_id = forms.UUIDField(required=False)
    quoted_id = forms.UUIDField(required=False)

    def clean_body(self) -> str:
        return str(self.cleaned_data["body"]).replace("\r\n", "\n").strip()

    def clean_client_id(self) -> UUID:
        return self.cleaned_data["client_id"] or new_id()


class PlaceForm(forms.Form):
    """A place in degrees; a comma is as good as a point."""

    client_id = forms.UUIDField(required=False)
    latitude = forms.CharField(max_length=30)
    longitude = forms.CharField(max_length=30)
    place_name = forms.CharField(required=False, max_length=120)
    address = forms.CharField(required=False, max_length=240)

    def clean_client_id(self) -> UUID:
        return self.cleaned_data["client_id"] or new_id()

    def clean_latitude(self) -> float:
        return _degrees(self.cleaned_data["latitude"])

    def clean_longitude(self) -> float:
        return _degrees(self.cleaned_data["longitude"])


class AssignForm(forms.Form):
    """`me`, or the id of a colleague's membership."""

    member = forms.CharField(max_length=40)

    def clean_member(self) -> UUID | None:
        return None if self.cleaned_data["member"] == "me" else _uuid(self.cleaned_data["member"])


class ReactionForm(forms.Form):
    """One emoji; empty takes ours back."""

    emoji = forms.CharField(required=False, max_length=64)


class ReadingForm(forms.Form):
    """The newest entry that the person can have seen; without it, all of it."""

    upto = forms.UUIDField(required=False)


class StartForm(forms.Form):
    """A number to write to, from which of ours, and the first words."""

    channel = forms.UUIDField()
    phone = forms.CharField(max_length=40)
    body = forms.CharField(required=False, strip=False, max_length=20_000)
    client_id = forms.UUIDField(required=False)

    def clean_client_id(self) -> UUID:
        return self.cleaned_data["client_id"] or new_id()


def cleaned(form: forms.Form) -> dict[str, Any]:
    """The form's values. Raises `Invalid` with every field's errors."""
    if form.is_valid():
        return form.cleaned_data
    fields = {name: [str(error) for error in errors] for name, errors in form.errors.items()}
    first = next(iter(fields.values()))[0]
    raise Invalid(first, fields=fields)


def uploads_in(request: HttpRequest, *, limit: int) -> list[Upload]:
    """The files of a request. One above `limit` is cut off one byte above it: enough to be refused."""
    files = request.FILES.getlist("file")
    check_number(len(files))
    return [
        Upload(data=file.read(limit + 1), filename=file.name or "", declared=file.content_type or "")
        for file in files
    ]


def _degrees(text: str) -> float:
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        raise forms.ValidationError(_("Write a number such as -22.9056.")) from None


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise forms.ValidationError(_("This is nobody's id.")) from None
