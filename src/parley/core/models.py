"""The event log, and how far each reader of it has come."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from parley.core.ids import new_id
from parley.core.tenancy import TenantModel


class Event(TenantModel):
    """One announced fact, written in the transaction that made it true.

    `position` is the transaction's id and `seq` the order within it; readers take only rows below the oldest
    running transaction, so none that commits late is skipped. `topics` say which screens it changes.
    """

    position = models.BigIntegerField(
        db_default=models.expressions.RawSQL("(pg_current_xact_id()::text::bigint)", [])
    )
    seq = models.BigIntegerField(db_default=models.expressions.RawSQL("nextval('event_seq')", []))
    type = models.TextField()
    object_type = models.TextField()
    object_id = models.UUIDField()
    data = models.JSONField(db_default={})
    topics = ArrayField(models.TextField(), db_default=[])
    at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        db_table = "event"
        indexes = [models.Index("workspace", "position", "seq", name="event_position")]


class ReactorCursor(models.Model):
    """How far one reader has come. Advanced in the transaction of what it did.

    `tries` counts the failures of the event that comes next, which is not tried before `retry_at`.
    """

    name = models.TextField(primary_key=True)
    position = models.BigIntegerField(db_default=0)
    seq = models.BigIntegerField(db_default=0)
    tries = models.IntegerField(db_default=0)
    retry_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "reactor_cursor"


class ReactorFailure(models.Model):
    """An event that a reader gave up and went past. `error` is the kind of the last failure, no words."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    reactor = models.TextField()
    event_id = models.UUIDField()
    error = models.TextField()
    tries = models.IntegerField()
    at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        db_table = "reactor_failure"
