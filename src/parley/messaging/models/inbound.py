"""Every webhook exactly as it came, and what overtook the message that it is about."""

from django.db import models

from parley.core.tenancy import TenantForeignKey, TenantModel, one_of


class InboundEvent(TenantModel):
    """One event of a webhook, durable before the webhook was answered 200.

    `payload` is as received; where it holds what jsonb cannot (NUL, lone surrogates) these are replaced and
    `raw` has the bytes. `state` ignored and parked both carry the reason in `error`; parked is tried again,
    by hand or by a version of Parley other than `tried_with`.
    """

    channel = TenantForeignKey("channels.Channel", cascade=True, db_index=False)
    dedupe_key = models.TextField()
    payload = models.JSONField()
    raw = models.BinaryField(null=True)
    headers = models.JSONField(db_default={})
    received_at = models.DateTimeField(db_default=models.functions.Now())
    applied_at = models.DateTimeField(null=True)
    state = models.TextField(db_default="new")
    attempts = models.IntegerField(db_default=0)
    error = models.TextField(db_default="", blank=True)
    tried_with = models.TextField(db_default="", blank=True)

    class Meta:
        db_table = "inbound_event"
        constraints = [
            models.UniqueConstraint(fields=["workspace", "channel", "dedupe_key"], name="inbound_event_once"),
            one_of("state", ("new", "applied", "ignored", "parked"), "inbound_event_state"),
        ]
        indexes = [
            models.Index(
                "workspace", "channel", "id", condition=models.Q(state="new"), name="inbound_event_new"
            ),
            models.Index(
                "workspace", "received_at", condition=models.Q(state="parked"), name="inbound_event_parked"
            ),
        ]


class EarlyChange(TenantModel):
    """A reaction, edit, deletion or vote that overtook its message: applied as soon as that is here.

    `payload` is the neutral event. Those whose message never comes are pruned after 30 days.
    """

    channel = TenantForeignKey("channels.Channel", cascade=True, db_index=False)
    target_id = models.TextField()
    payload = models.JSONField()

    class Meta:
        db_table = "early_change"
        indexes = [models.Index("workspace", "channel", "target_id", "id", name="early_change_target")]
