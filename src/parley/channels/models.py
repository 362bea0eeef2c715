"""The numbers a workspace speaks through: a session, a device and a business number are one thing here."""

from django.db import models

from parley.core.tenancy import TenantForeignKey, TenantModel, one_of

PROVIDERS = ("waha", "cloud_api")
STATES = ("stopped", "starting", "scan_qr", "passkey", "working", "failed")


class Channel(TenantModel):
    """One number. `credentials` and `webhook_secret` are ciphertext bound to this row.

    `external_id` is the session name or the number's id at the provider; `metadata` holds what a pairing
    shows (QR, code) and the profile; `webhook_token` names the channel in the webhook's path. `has_window`:
    the provider refuses free messages 24 hours after the customer's last one.
    """

    name = models.TextField()
    provider = models.TextField()
    status = models.TextField(db_default="stopped")
    has_window = models.BooleanField(db_default=False)
    engine = models.TextField(db_default="", blank=True)
    base_url = models.TextField(db_default="", blank=True)
    external_id = models.TextField()
    waba_id = models.TextField(db_default="", blank=True)
    portfolio_id = models.TextField(db_default="", blank=True)
    phone_number = models.TextField(db_default="", blank=True)
    display_name = models.TextField(db_default="", blank=True)
    credentials = models.BinaryField()
    config = models.JSONField(db_default={}, blank=True)
    metadata = models.JSONField(db_default={}, blank=True)
    webhook_token = models.TextField(unique=True)
    webhook_secret = models.BinaryField()
    verify_token = models.BinaryField(null=True)
    last_activity_at = models.DateTimeField(null=True)
    status_at = models.DateTimeField(null=True)
    error_message = models.TextField(db_default="", blank=True)
    quality_rating = models.TextField(db_default="", blank=True)
    messaging_limit = models.TextField(db_default="", blank=True)
    throughput_mps = models.IntegerField(null=True)
    is_default = models.BooleanField(db_default=False)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "channel"
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "provider", "base_url", "external_id"],
                condition=models.Q(deleted_at__isnull=True),
                name="channel_external_id",
            ),
            one_of("provider", PROVIDERS, "channel_provider"),
            one_of("status", STATES, "channel_status"),
        ]

    def __str__(self) -> str:
        return self.name


class ChannelEvent(TenantModel):
    """The channel's history: each change of state with what was said about it."""

    channel = TenantForeignKey(Channel, cascade=True)
    kind = models.TextField()
    from_state = models.TextField(db_default="", blank=True, db_column="from")
    to_state = models.TextField(db_default="", blank=True, db_column="to")
    detail = models.TextField(db_default="", blank=True)
    at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        db_table = "channel_event"
        indexes = [models.Index("workspace", "channel", models.F("at").desc(), name="channel_event_at")]


class ChannelLease(TenantModel):
    """Who works on a channel. `fence` grows with every change of holder, so that a late holder is refused.

    Purpose `send`: one sender owns the channel until `until`. Purpose `apply`: the row is only locked.
    """

    channel = TenantForeignKey(Channel, cascade=True)
    purpose = models.TextField()
    holder = models.UUIDField(null=True)
    fence = models.BigIntegerField(db_default=0)
    until = models.DateTimeField(null=True)
    slow_until = models.DateTimeField(null=True)

    class Meta:
        db_table = "channel_lease"
        constraints = [
            models.UniqueConstraint(fields=["workspace", "channel", "purpose"], name="channel_lease_purpose"),
            one_of("purpose", ("send", "apply"), "channel_lease_purpose_known"),
        ]


class ChannelHealth(TenantModel):
    """What the watch over a number remembers between two looks.

    `looked_at` is the last look, `heard_at` the newest activity it saw, `rhythm_seconds` how long the number
    is quiet as a rule, `silent_since` since when it says it works and nothing comes. `restarts` counts those
    in a row that did not help; the next is not before `next_restart_at`. A gap (`gap_from` to `gap_until`) is
    a time in which messages may have been missed: read page by page (`backfill_cursor`), the next not before
    `backfill_at`; `backfill_mark` is a message id from before the reading, so that what it brought is
    counted. `acks_broken_at`: what we send is accepted and never confirmed, so bulk sends hold.
    """

    channel = TenantForeignKey(Channel, cascade=True, db_index=False)
    looked_at = models.DateTimeField(null=True)
    probed_at = models.DateTimeField(null=True)
    heard_at = models.DateTimeField(null=True)
    rhythm_seconds = models.FloatField(null=True)
    silent_since = models.DateTimeField(null=True)
    restarts = models.IntegerField(db_default=0)
    next_restart_at = models.DateTimeField(null=True)
    gap_from = models.DateTimeField(null=True)
    gap_until = models.DateTimeField(null=True)
    gap_reason = models.TextField(db_default="", blank=True)
    backfill_cursor = models.TextField(db_default="", blank=True)
    backfill_pass = models.IntegerField(db_default=0)
    backfill_at = models.DateTimeField(null=True)
    backfill_mark = models.UUIDField(null=True)
    recovered_count = models.IntegerField(db_default=0)
    recovered_at = models.DateTimeField(null=True)
    swept_at = models.DateTimeField(null=True)
    acks_broken_at = models.DateTimeField(null=True)
    facts_at = models.DateTimeField(null=True)
    webhook_checked_at = models.DateTimeField(null=True)
    webhook_trouble = models.TextField(db_default="", blank=True)

    class Meta:
        db_table = "channel_health"
        constraints = [
            models.UniqueConstraint(fields=["workspace", "channel"], name="channel_health_channel")
        ]


class ChannelAlert(TenantModel):
    """Something is wrong with a number and somebody should know: one row from its beginning to its end.

    `kind` has its words in `alert_words`; `until` is when a restriction ends by itself.
    """

    channel = TenantForeignKey(Channel, cascade=True, db_index=False)
    kind = models.TextField()
    severity = models.TextField()
    detail = models.TextField(db_default="", blank=True)
    at = models.DateTimeField()
    until = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "channel_alert"
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "channel", "kind"],
                condition=models.Q(resolved_at__isnull=True),
                name="channel_alert_open",
            ),
            one_of("severity", ("info", "warning", "critical"), "channel_alert_severity"),
        ]
        indexes = [models.Index("workspace", "channel", models.F("at").desc(), name="channel_alert_at")]


class PortfolioLedger(TenantModel):
    """To whom a business portfolio wrote first, and when last: Meta limits how many in a rolling day."""

    portfolio_id = models.TextField()
    recipient = models.BinaryField()
    at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        db_table = "portfolio_ledger"
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "portfolio_id", "recipient"], name="portfolio_ledger_recipient"
            )
        ]
        indexes = [models.Index("workspace", "portfolio_id", "at", name="portfolio_ledger_at")]
