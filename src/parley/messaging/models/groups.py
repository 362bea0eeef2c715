"""What is said in groups that a number is in: context, read and never written to."""

from django.db import models

from parley.core.tenancy import TenantForeignKey, TenantModel, one_of
from parley.messaging.models.message import TYPES


class ChatGroup(TenantModel):
    """A group that a number is in: context that is read, never written to."""

    channel = TenantForeignKey("channels.Channel", cascade=True, db_index=False)
    group_id = models.TextField()
    name = models.TextField(db_default="", blank=True)
    description = models.TextField(db_default="", blank=True)
    participant_count = models.IntegerField(null=True)
    is_member = models.BooleanField(db_default=True)
    told_at = models.DateTimeField(null=True)
    last_message_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "chat_group"
        constraints = [
            models.UniqueConstraint(fields=["workspace", "channel", "group_id"], name="chat_group_id")
        ]


class GroupMessage(TenantModel):
    """What was said in a group. `contact` is null where the writer is nobody whom we know.

    It counts as nothing: no conversation, no unread, no window, no consent.
    """

    group = TenantForeignKey(ChatGroup, cascade=True, db_index=False)
    contact = TenantForeignKey("contacts.Contact", null=True, db_index=False)
    provider_message_id = models.TextField()
    from_us = models.BooleanField(db_default=False)
    author_name = models.TextField(db_default="", blank=True)
    author_address = models.TextField(db_default="", blank=True)
    type = models.TextField()
    body = models.TextField(db_default="", blank=True)
    content = models.JSONField(db_default={}, blank=True)
    at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "group_message"
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "group", "provider_message_id"], name="group_message_once"
            ),
            one_of("type", TYPES, "group_message_type"),
        ]
        indexes = [
            models.Index("workspace", "group", models.F("at").desc(), "id", name="group_message_recent"),
            models.Index("workspace", "contact", models.F("at").desc(), "id", name="group_message_contact"),
        ]
