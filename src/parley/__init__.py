"""Parley: a self-hosted, multi-tenant, WhatsApp-first CRM."""

__version__ = "0.1.0"
