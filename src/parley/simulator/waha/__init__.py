"""WAHA's HTTP API and its webhooks."""
