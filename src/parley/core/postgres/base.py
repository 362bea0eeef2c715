"""The backend that `ENGINE = "parley.core.postgres"` names."""

from django.db.backends.postgresql import base

from parley.core.postgres.schema import TenantSchemaEditor


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own wrapper; only the schema editor differs."""

    SchemaEditorClass = TenantSchemaEditor
