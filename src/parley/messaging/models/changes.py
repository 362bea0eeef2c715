"""What happened to messages after they were said."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from parley.core.tenancy import TenantForeignKey, TenantModel, one_of
from parley.messaging.models.message import Message


class MessageRevision(TenantModel):
    """What a message said before it was edited or deleted. Append-only; its writer's clock tells repeats."""

    message = TenantForeignKey(Message, cascade=True, db_index=False)
    kind = models.TextField()
    body_before = models.TextField(db_default="", blank=True)
    by = TenantForeignKey("access.Membership", null=True, db_index=False)
    at = models.DateTimeField()

    class Meta:
        db_table = "message_revision"
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "message", "kind", "at"], name="message_revision_once"
            ),
            one_of("kind", ("edit", "delete"), "message_revision_kind"),
        ]


class PollVote(TenantModel):
    """What a side has chosen in a poll. `options` is null where the gateway could not read the vote.

    Taking a vote back empties it, so that a late repeat of an earlier one does not bring it back.
    """

    message = TenantForeignKey(Message, cascade=True, db_index=False)
    from_us = models.BooleanField()
    options = ArrayField(models.TextField(), null=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "poll_vote"
        constraints = [
            models.UniqueConstraint(fields=["workspace", "message", "from_us"], name="poll_vote_side")
        ]
