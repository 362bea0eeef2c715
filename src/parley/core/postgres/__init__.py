"""Django's PostgreSQL backend, with tenancy written into every tenant table. See `parley.core.tenancy`."""
