"""What a person types about a number. Keys are never shown again, so they are never rendered back."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from parley.channels.gateways.cloud_api.client import DEFAULT_URL

NAME_LENGTH = 80
KEY_LENGTH = 4096


class _SecretInput(forms.PasswordInput):
    """A key: dots on the screen, nothing for the browser to remember, nothing rendered back."""

    def __init__(self) -> None:
        super().__init__(attrs={"autocomplete": "off", "spellcheck": "false"}, render_value=False)


def _name_field(example: str) -> forms.CharField:
    return forms.CharField(
        label=_("Name"),
        max_length=NAME_LENGTH,
        help_text=_("How your team calls this number."),
        widget=forms.TextInput(attrs={"placeholder": example, "autocomplete": "off"}),
        error_messages={"required": _("Give the number a name, so that your team can tell it apart.")},
    )


def _address_field(*, help_text: Any, **options: Any) -> forms.CharField:
    return forms.CharField(
        max_length=500,
        help_text=help_text,
        widget=forms.URLInput(attrs={"autocomplete": "off", "spellcheck": "false", "dir": "ltr"}),
        error_messages={"required": _("Write the address, beginning with http:// or https://.")},
        **options,
    )


def _id_field(*, pattern: str, wrong: Any, **options: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "dir": "ltr"})
    field = forms.RegexField(pattern, widget=widget, **options)
    field.error_messages["invalid"] = wrong
    return field


class WahaForm(forms.Form):
    """Connecting a WhatsApp session."""

    name = _name_field("Shop")
    base_url = _address_field(
        label=_("Address of your WAHA server"),
        help_text=_(
            "Where WAHA runs, for example https://waha.example.com. In your own network, such as "
            "http://localhost:3000, the operator allows that network first, with PARLEY_GATEWAY_NETWORKS."
        ),
    )
    api_key = forms.CharField(
        label=_("API key"),
        max_length=KEY_LENGTH,
        required=False,
        help_text=_("WAHA's own key (WAHA_API_KEY). Parley stores it encrypted and never shows it again."),
        widget=_SecretInput(),
    )
    session_name = _id_field(
        label=_("Session name"),
        initial="default",
        max_length=54,
        pattern=r"^[A-Za-z0-9_-]+$",
        wrong=_("Use letters, digits, - and _ only."),
        help_text=_("A new name on that server: one session is one phone number."),
    )
    takes_over = forms.BooleanField(label=_("Take over the session that exists"), required=False)

    def clean_base_url(self) -> str:
        return _address(self.cleaned_data["base_url"])


class CloudForm(forms.Form):
    """Connecting a WhatsApp Business number."""

    name = _name_field("Main number")
    phone_number_id = _id_field(
        label=_("Phone number ID"),
        max_length=40,
        pattern=r"^\d+$",
        wrong=_("This is the number's ID, digits only: not the phone number itself."),
        help_text=_("In Meta's app dashboard under WhatsApp → API setup."),
    )
    waba_id = _id_field(
        label=_("WhatsApp Business account ID"),
        max_length=40,
        required=False,
        pattern=r"^\d+$",
        wrong=_("Digits only."),
        help_text=_("On the same page. With it Parley can subscribe to the account by itself."),
    )
    access_token = forms.CharField(
        label=_("Access token"),
        max_length=KEY_LENGTH,
        help_text=_(
            "A system user's token that does not expire, with whatsapp_business_messaging and "
            "whatsapp_business_management. Stored encrypted, never shown again."
        ),
        widget=_SecretInput(),
        error_messages={"required": _("Without the access token Parley cannot speak for this number.")},
    )
    app_secret = forms.CharField(
        label=_("App secret"),
        max_length=KEY_LENGTH,
        help_text=_("Under App settings → Basic. It proves that a webhook really comes from Meta."),
        widget=_SecretInput(),
        error_messages={"required": _("Without the app secret nobody could trust an incoming message.")},
    )
    base_url = _address_field(
        label=_("Graph API address"),
        required=False,
        help_text=_("Leave it empty for Meta's own."),
    )

    def clean_base_url(self) -> str:
        return _address(self.cleaned_data["base_url"]) or DEFAULT_URL


class RenameForm(forms.Form):
    """Another name for the number."""

    name = _name_field("Shop")


class KeyForm(forms.Form):
    """A new key for the provider, when the old one expired or leaked; empty fields keep what is stored."""

    key = forms.CharField(label=_("New key"), max_length=KEY_LENGTH, required=False, widget=_SecretInput())
    app_secret = forms.CharField(
        label=_("New app secret"), max_length=KEY_LENGTH, required=False, widget=_SecretInput()
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("key") and not given.get("app_secret"):
            self.add_error("key", _("Paste the new key."))
        return given


class MissedForm(forms.Form):
    """How far back the provider's memory is read."""

    hours = forms.TypedChoiceField(
        label=_("How far back"),
        coerce=int,
        choices=[
            (1, _("The last hour")),
            (6, _("The last 6 hours")),
            (24, _("The last day")),
            (72, _("The last 3 days")),
            (168, _("The last 7 days")),
        ],
    )


class PairingForm(forms.Form):
    """The phone number that a pairing code is for."""

    phone = forms.CharField(
        label=_("Phone number"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"type": "tel", "autocomplete": "tel", "dir": "ltr", "placeholder": "+55 19 98765-4321"}
        ),
        error_messages={"required": _("Write the number of the phone that you want to connect.")},
    )


def _address(value: str) -> str:
    return value.strip().rstrip("/")
