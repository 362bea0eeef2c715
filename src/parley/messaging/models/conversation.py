"""One exchange with one contact."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from parley.core.tenancy import TenantForeignKey, TenantModel, one_of

CONVERSATION_STATES = ("open", "pending", "snoozed", "closed", "expired")
OPEN_STATES = ("open", "pending", "snoozed")
CLOSED_STATES = ("closed", "expired")
PRIORITIES = ("none", "low", "medium", "high", "urgent")


class Conversation(TenantModel):
    """One exchange with one contact on one channel, from its first message to its closing.

    What the list shows stands on the row (preview, unread, window) and is written by the statement that
    applies the message. `window_expires_at` is null where the provider knows no window.
    """

    contact = TenantForeignKey("contacts.Contact")
    channel = TenantForeignKey("channels.Channel")
    status = models.TextField(db_default="open")
    subject = models.TextField(db_default="", blank=True)
    priority = models.TextField(db_default="none")
    assignee = TenantForeignKey("access.Membership", null=True)
    labels = ArrayField(models.TextField(), db_default=[], blank=True)
    window_expires_at = models.DateTimeField(null=True)
    free_entry_expires_at = models.DateTimeField(null=True)
    last_message_at = models.DateTimeField(null=True)
    last_inbound_at = models.DateTimeField(null=True)
    last_message = models.TextField(db_default="", blank=True)
    last_message_type = models.TextField(db_default="text")
    last_message_from_us = models.BooleanField(db_default=False)
    last_message_ref = models.UUIDField(null=True)
    unread_count = models.IntegerField(db_default=0)
    waiting_since = models.DateTimeField(null=True)
    first_reply_at = models.DateTimeField(null=True)
    snoozed_until = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "conversation"
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "channel", "contact"],
                condition=models.Q(status__in=OPEN_STATES),
                name="conversation_one_open",
            ),
            one_of("status", CONVERSATION_STATES, "conversation_status"),
            one_of("priority", PRIORITIES, "conversation_priority"),
        ]
        indexes = [
            models.Index("workspace", models.F("last_message_at").desc(), models.F("id").desc(),
                condition=models.Q(status__in=OPEN_STATES), name="conversation_open_recent",
            ),
            models.Index("workspace", "assignee", models.F("last_message_at").desc(), models.F("id").desc(),
                condition=models.Q(status__in=OPEN_STATES), name="conversation_assignee_recent",
            ),
            models.Index("workspace", "waiting_since", "id",
                condition=models.Q(status__in=OPEN_STATES, waiting_since__isnull=False),
                name="conversation_waiting",
            ),
            models.Index("workspace", "window_expires_at", "id",
                condition=models.Q(status__in=OPEN_STATES, window_expires_at__isnull=False),
                name="conversation_window",
            ),
            models.Index("workspace", models.F("closed_at").desc(), models.F("id").desc(),
                condition=models.Q(status__in=CLOSED_STATES), name="conversation_closed_recent",
            ),
        ]  # fmt: skip
