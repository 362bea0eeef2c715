"""What the panel lets people change."""

from django import forms
from django.utils.translation import gettext_lazy as _


class NameForm(forms.Form):
    """Both may be empty: then the contact is called what they call themselves."""

    first_name = forms.CharField(label=_("First name"), max_length=100, required=False)
    last_name = forms.CharField(label=_("Last name"), max_length=100, required=False)


class ConsentForm(forms.Form):
    """An agent writes down what the customer said."""

    purpose = forms.ChoiceField(choices=[("marketing", _("Marketing")), ("utility", _("Service"))])
    state = forms.ChoiceField(choices=[("granted", _("Agreed")), ("revoked", _("Refused"))])
