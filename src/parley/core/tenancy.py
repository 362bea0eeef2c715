"""The tenant key: the field that makes a table belong to a workspace, in the database and not by convention.

A model with a `TenantKey` gets, from `parley.core.postgres`, the primary key (workspace_id, id), composite
foreign keys, indexes that lead with workspace_id, and forced row-level security. Migration state loses class
attributes, so the field's own class is the marker.
"""

from typing import Any

from django.db import models
from django.db.models.functions import Now

from parley.core.ids import new_id


class TenantKey(models.ForeignKey):  # type: ignore[type-arg]
    """`workspace_id`. With `also_own` a row may be read by its user before a workspace is chosen."""

    def __init__(self, *, also_own: bool = False, **kwargs: Any) -> None:
        self.also_own = also_own
        kwargs.update(to="access.Workspace", on_delete=models.DO_NOTHING, db_index=False, related_name="+")
        super().__init__(**kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        for constant in ("to", "on_delete", "db_index", "related_name"):
            kwargs.pop(constant, None)
        if self.also_own:
            kwargs["also_own"] = True
        return name, path, args, kwargs


class TenantForeignKey(models.ForeignKey):  # type: ignore[type-arg]
    """A reference to a row of the same workspace: (workspace_id, x_id) → (workspace_id, id).

    The database refuses any other workspace's row. `cascade` deletes with the target; otherwise the target
    cannot go while it is referred to (SET NULL does not work on a composite key once the table is
    distributed: the purge service clears the column first).
    """

    def __init__(self, to: Any, *, cascade: bool = False, **kwargs: Any) -> None:
        self.cascade = cascade
        kwargs.setdefault("related_name", "+")
        kwargs["on_delete"] = models.DO_NOTHING
        super().__init__(to, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("on_delete", None)
        if kwargs.get("related_name") == "+":
            kwargs.pop("related_name")
        if self.cascade:
            kwargs["cascade"] = True
        return name, path, args, kwargs


class IdentifiedModel(models.Model):
    """What every table has: an id that sorts by time, and when the row came and changed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True, db_default=Now())

    class Meta:
        abstract = True


class TenantModel(IdentifiedModel):
    """A table that belongs to a workspace."""

    workspace = TenantKey()

    class Meta:
        abstract = True


def one_of(field: str, values: tuple[str, ...], name: str) -> models.CheckConstraint:
    """An enumeration as text with a CHECK: a PostgreSQL enum's `=` is not leak-proof under row security."""
    return models.CheckConstraint(condition=models.Q(**{f"{field}__in": values}), name=name)
