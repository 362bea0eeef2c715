"""The schema editor that writes tenancy into the tables of every model with a `TenantKey`."""

# The stubs leave out the private methods of Django's schema editor, which are what has to be overridden.
# mypy: disable-error-code="misc,attr-defined,no-any-return,arg-type"

from collections.abc import Iterator
from typing import Any, Self
from uuid import UUID

from django.db import models
from django.db.backends.ddl_references import Columns, ForeignKeyName, Statement, Table
from django.db.backends.postgresql.schema import DatabaseSchemaEditor

from parley.core.tenancy import TenantForeignKey, TenantKey

WORKSPACE_OF_TRANSACTION = "current_setting('app.workspace_id')::uuid"
"""Fails where no workspace is set: unset means an error, never everything."""

NO_WORKSPACE = UUID(int=0)
WORKSPACE_OR_NONE = "nullif(current_setting('app.workspace_id', true), '')::uuid"
USER_OR_NONE = "nullif(current_setting('app.user_id', true), '')::uuid"


def tenant_key(model: type[models.Model]) -> TenantKey | None:
    """The field that makes this model a tenant table, or None."""
    return next((field for field in model._meta.local_fields if isinstance(field, TenantKey)), None)


class TenantSchemaEditor(DatabaseSchemaEditor):
    """What Django writes for a table, plus the key, the references and the policy of a tenant table."""

    sql_tenant_fk = (
        "ALTER TABLE %(table)s ADD CONSTRAINT %(name)s FOREIGN KEY (%(columns)s) "
        "REFERENCES %(to_table)s (%(to_columns)s) ON DELETE %(on_delete)s"
    )

    def __enter__(self) -> Self:
        super().__enter__()
        # A migration belongs to no workspace. Without this the first check of a new foreign key, which reads
        # both tables as their owner, would end at the policy.
        if self.atomic_migration:
            self.execute(f"SET LOCAL app.workspace_id = '{NO_WORKSPACE}'")
        return self

    def create_model(self, model: type[models.Model]) -> None:
        super().create_model(model)
        key = tenant_key(model)
        if key is not None:
            for statement in self._tenant_policy_sql(model, key):
                self.execute(statement)

    def add_field(self, model: type[models.Model], field: Any) -> None:
        if not isinstance(field, (TenantForeignKey, TenantKey)):
            super().add_field(model, field)
            return
        # An inline REFERENCES clause names one column; without it Django falls back to _create_fk_sql.
        self.sql_create_column_inline_fk = None  # type: ignore[assignment]
        try:
            super().add_field(model, field)
        finally:
            del self.sql_create_column_inline_fk

    def table_sql(self, model: type[models.Model]) -> tuple[str, list[Any]]:
        sql, params = super().table_sql(model)
        key = tenant_key(model)
        if key is None:
            return sql, params
        columns = f"{self.quote_name(key.column)}, {self.quote_name(model._meta.pk.column)}"
        return f"{sql.removesuffix(')')}, PRIMARY KEY ({columns}))", params

    def _iter_column_sql(
        self, column_db_type: str, params: list[Any], model: Any, field: Any, *args: Any
    ) -> Iterator[str]:
        is_tenant = tenant_key(model) is not None
        for part in super()._iter_column_sql(column_db_type, params, model, field, *args):
            if not (is_tenant and part == "PRIMARY KEY"):
                yield part

    def _field_indexes_sql(self, model: type[models.Model], field: Any) -> list[Any]:
        key = tenant_key(model)
        if key is None or not isinstance(field, TenantForeignKey) or not field.db_index:
            return super()._field_indexes_sql(model, field)
        return [self._create_index_sql(model, fields=[key, field])]

    def _create_fk_sql(self, model: type[models.Model], field: Any, suffix: str) -> Any:
        key = tenant_key(model)
        target = field.remote_field.model
        if isinstance(field, TenantKey):
            columns, to_columns, on_delete = [field.column], [target._meta.pk.column], "CASCADE"
        elif isinstance(field, TenantForeignKey) and key is not None:
            columns = [key.column, field.column]
            to_columns = ["workspace_id", target._meta.pk.column]
            on_delete = "CASCADE" if field.cascade else "NO ACTION"
        else:
            return super()._create_fk_sql(model, field, suffix)
        table, to_table = model._meta.db_table, target._meta.db_table
        name = ForeignKeyName(
            table, [field.column], to_table, [target._meta.pk.column], suffix, self._fk_name
        )
        return Statement(
            self.sql_tenant_fk,
            table=Table(table, self.quote_name),
            name=name,
            columns=Columns(table, columns, self.quote_name),
            to_table=Table(to_table, self.quote_name),
            to_columns=Columns(to_table, to_columns, self.quote_name),
            on_delete=on_delete,
        )

    def _delete_fk_sql(self, model: type[models.Model], name: str) -> Any:
        if tenant_key(model) is None:
            return super()._delete_fk_sql(model, name)
        # Django first makes the constraint immediate, which one that is not deferrable refuses.
        return self._delete_constraint_sql("ALTER TABLE %(table)s DROP CONSTRAINT %(name)s", model, name)

    def _fk_name(self, *args: Any, **kwargs: Any) -> str:
        return self.quote_name(self._create_index_name(*args, **kwargs))

    def _tenant_policy_sql(self, model: type[models.Model], key: TenantKey) -> list[str]:
        table, column = self.quote_name(model._meta.db_table), self.quote_name(key.column)
        mine = f"{column} = {WORKSPACE_OF_TRANSACTION}"
        visible = mine
        if key.also_own:
            visible = f"{column} = {WORKSPACE_OR_NONE} OR user_id = {USER_OR_NONE}"
        return [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            f"CREATE POLICY tenant ON {table} USING ({visible}) WITH CHECK ({mine})",
        ]
