"""What the pages before the first workspace ask for."""

from zoneinfo import available_timezones

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from parley.access.models import User
from parley.access.services.members import normalised_email

LONGEST_PASSWORD = 1024
_STRENGTH = _("At least 10 characters. A few words in a row are easier to keep than a riddle.")


class SignInForm(forms.Form):
    """Whether both are right is not for a form to say."""

    email = forms.EmailField(label=_("E-mail"), max_length=254)
    password = forms.CharField(
        label=_("Password"), max_length=LONGEST_PASSWORD, strip=False, widget=forms.PasswordInput
    )


class PasswordForm(forms.Form):
    """One's own password. Whether the old one is right is not for a form to say."""

    old = forms.CharField(
        label=_("Your password now"), max_length=LONGEST_PASSWORD, strip=False, widget=forms.PasswordInput
    )
    new = forms.CharField(
        label=_("New password"),
        max_length=LONGEST_PASSWORD,
        strip=False,
        widget=forms.PasswordInput,
        help_text=_STRENGTH,
    )
    again = forms.CharField(
        label=_("New password, again"), max_length=LONGEST_PASSWORD, strip=False, widget=forms.PasswordInput
    )

    def clean(self) -> None:
        """A typing mistake would lock the person out."""
        data = self.cleaned_data
        if "new" in data and "again" in data and data["new"] != data["again"]:
            self.add_error("again", _("This is not the same as above."))


class SetupForm(forms.Form):
    """The first workspace and its owner."""

    workspace_name = forms.CharField(label=_("Name of the workspace"), max_length=100)
    first_name = forms.CharField(label=_("First name"), max_length=50)
    last_name = forms.CharField(label=_("Last name"), max_length=50, required=False)
    email = forms.EmailField(label=_("E-mail"), max_length=254)
    password = forms.CharField(
        label=_("Password"),
        max_length=LONGEST_PASSWORD,
        strip=False,
        widget=forms.PasswordInput,
        help_text=_STRENGTH,
    )
    timezone = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def clean_timezone(self) -> str:
        """The browser's zone; one that this machine does not know becomes UTC."""
        zone: str = self.cleaned_data["timezone"]
        return zone if zone in available_timezones() else "UTC"

    def clean(self) -> None:
        """Judge the password beside the names and the address, which it must not repeat."""
        data = self.cleaned_data
        if "password" not in data:
            return
        person = User(
            email=normalised_email(data.get("email", "")),
            first_name=data.get("first_name", ""),
            last_name=data.get("last_name", ""),
        )
        try:
            validate_password(data["password"], person)
        except ValidationError as error:
            self.add_error("password", error)
