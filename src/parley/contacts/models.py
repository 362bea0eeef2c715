"""The people on the other side, every way to reach them, and what they agreed to."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from parley.core.tenancy import TenantForeignKey, TenantModel, one_of

IDENTITY_KINDS = ("phone", "wa_id", "bsuid", "lid", "username", "email")
PURPOSES = ("marketing", "utility")


class Contact(TenantModel):
    """A person. `display_name` is derived: own names, else what they call themselves, else their number."""

    first_name = models.TextField(db_default="", blank=True)
    last_name = models.TextField(db_default="", blank=True)
    display_name = models.TextField(db_default="", blank=True)
    profile_name = models.TextField(db_default="", blank=True)
    address = models.TextField(db_default="", blank=True)
    notes = models.TextField(db_default="", blank=True)
    language = models.TextField(db_default="", blank=True)
    timezone = models.TextField(db_default="", blank=True)
    country = models.TextField(db_default="", blank=True)
    lifecycle = models.TextField(db_default="", blank=True)
    source = models.TextField(db_default="", blank=True)
    owner = TenantForeignKey("access.Membership", null=True, blank=True)
    tags = ArrayField(models.TextField(), db_default=[], blank=True)
    attributes = models.JSONField(db_default={}, blank=True)
    opted_in = models.BooleanField(null=True)
    last_inbound_at = models.DateTimeField(null=True)
    last_outbound_at = models.DateTimeField(null=True)
    last_interaction_at = models.DateTimeField(null=True)
    blocked_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "contact"
        indexes = [
            GinIndex(fields=["tags"], name="contact_tags"),
            GinIndex(fields=["attributes"], name="contact_attributes", opclasses=["jsonb_path_ops"]),
            models.Index("workspace", models.F("last_interaction_at").desc(), "id", name="contact_recent"),
        ]

    def __str__(self) -> str:
        return self.display_name


class ContactIdentity(TenantModel):
    """One way to know or reach a contact.

    `value` is normalised: phone E.164 with national variants folded into one, wa_id digits as the provider
    wrote them, the rest as given. `scope` is '' where the value is global, else what it is unique within: the
    portfolio or session. `address_hash` meets `suppression` for what can be written to.
    """

    contact = TenantForeignKey(Contact, cascade=True)
    kind = models.TextField()
    value = models.TextField(db_collation="C")
    scope = models.TextField(db_default="", blank=True)
    is_primary = models.BooleanField(db_default=False)
    verified = models.BooleanField(db_default=False)
    source = models.TextField(db_default="", blank=True)
    address_hash = models.BinaryField(null=True)
    valid_from = models.DateTimeField(db_default=models.functions.Now())
    valid_to = models.DateTimeField(null=True)

    class Meta:
        db_table = "contact_identity"
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "kind", "scope", "value"], name="contact_identity_value"
            ),
            one_of("kind", IDENTITY_KINDS, "contact_identity_kind"),
        ]


class ConsentEvent(TenantModel):
    """What somebody agreed to or took back, with the evidence. Append-only."""

    contact = TenantForeignKey(Contact, null=True)
    address_hash = models.BinaryField()
    purpose = models.TextField()
    channel = TenantForeignKey("channels.Channel", null=True)
    state = models.TextField()
    source = models.TextField()
    evidence = models.JSONField(db_default={})
    actor = TenantForeignKey("access.Membership", null=True)
    at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        db_table = "consent_event"
        indexes = [models.Index("workspace", "address_hash", "at", name="consent_event_address")]
        constraints = [
            one_of("purpose", PURPOSES, "consent_event_purpose"),
            one_of("state", ("granted", "revoked"), "consent_event_state"),
        ]


class Suppression(TenantModel):
    """Nobody here is written to for this purpose. It survives erasure and re-import: only a hash remains."""

    address_hash = models.BinaryField()
    purpose = models.TextField()
    since = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        db_table = "suppression"
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "address_hash", "purpose"], name="suppression_address"
            ),
            one_of("purpose", PURPOSES, "suppression_purpose"),
        ]


class SamePersonDoubt(TenantModel):
    """The provider says that two contacts are one person, and both are worth keeping: people decide.

    Stored in both directions, so that either contact's panel finds it.
    """

    contact = TenantForeignKey(Contact, cascade=True, db_index=False)
    other = TenantForeignKey(Contact, cascade=True, related_name="+")

    class Meta:
        db_table = "same_person_doubt"
        constraints = [
            models.UniqueConstraint(fields=["workspace", "contact", "other"], name="same_person_doubt_pair")
        ]
