"""What was said, its files, what became of it, and what was shown on it."""

from django.db import models

from parley.core.tenancy import TenantForeignKey, TenantModel, one_of
from parley.messaging.models.conversation import Conversation

KINDS = ("message", "note", "activity")
TYPES = (
    "text", "image", "video", "audio", "voice", "document", "sticker", "location", "contacts", "interactive",
    "button", "list", "reaction", "template", "order", "poll", "system", "unsupported",
)  # fmt: skip
STATUSES = (
    "queued", "sending", "uncertain", "accepted", "sent", "delivered", "read", "failed", "cancelled",
    "received",
)  # fmt: skip
OUTCOMES = ("accepted", "refused", "throttled", "unreachable", "uncertain", "withheld")


class MediaFile(TenantModel):
    """A file of a message. The bytes are in object storage under a name we made; `filename` is only shown.

    `reference` is the gateway's own word for bytes still with the provider, forgotten once stored.
    """

    storage_url = models.TextField(db_default="", blank=True)
    mime_type = models.TextField(db_default="application/octet-stream")
    byte_size = models.BigIntegerField(null=True)
    sha256 = models.TextField(db_default="", blank=True)
    filename = models.TextField(db_default="", blank=True)
    width = models.IntegerField(null=True)
    height = models.IntegerField(null=True)
    duration = models.FloatField(null=True)
    state = models.TextField(db_default="pending")
    channel = TenantForeignKey("channels.Channel", null=True)
    reference = models.JSONField(db_default={}, blank=True)
    error = models.TextField(db_default="", blank=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "media_file"
        constraints = [one_of("state", ("pending", "stored", "failed"), "media_file_state")]


class Message(TenantModel):
    """One entry of a thread: a message, a private note, or something that happened.

    `at` orders the thread: the customer's clock for what they wrote (never later than ours), else when it was
    written. `status` and the times are derived from `message_status_event`; see docs/decisions.
    `next_attempt_at`, `attempts` and `fence` belong to the sender.
    """

    conversation = TenantForeignKey(Conversation, cascade=True, db_index=False)
    channel = TenantForeignKey("channels.Channel", db_index=False)
    contact = TenantForeignKey("contacts.Contact")
    direction = models.TextField()
    kind = models.TextField(db_default="message")
    type = models.TextField(db_default="text")
    from_address = models.TextField(db_default="", blank=True)
    to_address = models.TextField(db_default="", blank=True)
    body = models.TextField(db_default="", blank=True)
    content = models.JSONField(db_default={}, blank=True)
    media = TenantForeignKey(MediaFile, null=True)
    reply_to = models.UUIDField(null=True)
    reply_to_provider_id = models.TextField(db_default="", blank=True)
    author = TenantForeignKey("access.Membership", null=True, db_index=False)
    client_id = models.UUIDField(null=True)
    client_ref = models.TextField(db_default="", blank=True)
    provider_message_id = models.TextField(null=True)  # noqa: DJ001  unique where known
    purpose = models.TextField(db_default="utility")
    status = models.TextField()
    at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    error_code = models.TextField(db_default="", blank=True)
    error_message = models.TextField(db_default="", blank=True)
    pricing = models.JSONField(null=True)
    scheduled_for = models.DateTimeField(null=True)
    next_attempt_at = models.DateTimeField(null=True)
    attempts = models.IntegerField(db_default=0)
    fence = models.BigIntegerField(null=True)
    metadata = models.JSONField(db_default={}, blank=True)
    recovered = models.BooleanField(db_default=False)
    edited_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "message"
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "channel", "provider_message_id"],
                condition=models.Q(provider_message_id__isnull=False),
                name="message_provider_id",
            ),
            models.UniqueConstraint(
                fields=["workspace", "client_id"],
                condition=models.Q(client_id__isnull=False),
                name="message_client_id",
            ),
            one_of("direction", ("inbound", "outbound"), "message_direction"),
            one_of("kind", KINDS, "message_kind"),
            one_of("type", TYPES, "message_type"),
            one_of("status", STATUSES, "message_status"),
            one_of("purpose", ("marketing", "utility"), "message_purpose"),
        ]
        indexes = [
            models.Index("workspace", "conversation", "at", "id", name="message_thread"),
            models.Index(
                "workspace", "channel", "next_attempt_at", "id",
                condition=models.Q(status="queued"), name="message_queued",
            ),
            models.Index(
                "workspace", "channel", "conversation",
                condition=models.Q(status__in=("sending", "uncertain")), name="message_in_flight",
            ),
            models.Index(
                "workspace", "channel", "client_ref",
                condition=~models.Q(client_ref=""), name="message_client_ref",
            ),
            models.Index(
                "workspace", "channel", "accepted_at",
                condition=models.Q(status="accepted"), name="message_unconfirmed",
            ),
            models.Index(
                "workspace", "channel", "id", condition=models.Q(recovered=True), name="message_recovered",
            ),
        ]  # fmt: skip


class MessageStatusEvent(TenantModel):
    """What the provider said of a message of ours, in the order it reached us. Append-only.

    `message` is null until the message is known by this provider id: a status may overtake the answer to the
    send itself.
    """

    channel = TenantForeignKey("channels.Channel", db_index=False)
    message = TenantForeignKey(Message, null=True, cascade=True)
    provider_message_id = models.TextField()
    status = models.TextField()
    at = models.DateTimeField()
    error_code = models.TextField(db_default="", blank=True)
    error_message = models.TextField(db_default="", blank=True)
    raw = models.JSONField(db_default={})

    class Meta:
        db_table = "message_status_event"
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "channel", "provider_message_id", "status", "at"],
                name="message_status_event_once",
            ),
            one_of(
                "status", ("accepted", "sent", "delivered", "read", "failed"), "message_status_event_status"
            ),
        ]
        indexes = [
            models.Index(
                "workspace", "channel", "provider_message_id",
                condition=models.Q(message__isnull=True), name="message_status_event_unknown",
            ),
        ]  # fmt: skip


class SendAttempt(TenantModel):
    """One try at the gateway: written before the request, finished after the answer.

    One without an outcome whose holder has gone is what "uncertain" rests on.
    """

    message = TenantForeignKey(Message, cascade=True)
    attempt = models.IntegerField()
    claimed_by = models.UUIDField()
    fence = models.BigIntegerField()
    started_at = models.DateTimeField(db_default=models.functions.Now())
    finished_at = models.DateTimeField(null=True)
    outcome = models.TextField(db_default="", blank=True)
    http_status = models.IntegerField(null=True)
    detail = models.TextField(db_default="", blank=True)

    class Meta:
        db_table = "send_attempt"
        constraints = [
            models.UniqueConstraint(fields=["workspace", "message", "attempt"], name="send_attempt_once"),
            one_of("outcome", ("", *OUTCOMES), "send_attempt_outcome"),
        ]


class Reaction(TenantModel):
    """The one emoji that a side shows on a message.

    Taking it back empties the emoji, so that a late repeat of an earlier one does not bring it back.
    """

    message = TenantForeignKey(Message, cascade=True)
    from_us = models.BooleanField()
    author = TenantForeignKey("access.Membership", null=True, db_index=False)
    emoji = models.TextField(db_default="", blank=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "reaction"
        constraints = [
            models.UniqueConstraint(fields=["workspace", "message", "from_us"], name="reaction_side")
        ]
