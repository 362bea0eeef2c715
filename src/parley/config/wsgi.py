"""The web process: Django's pages, served by granian or behind the edge's thread pool."""

import os

import structlog
from django.core.wsgi import get_wsgi_application

from parley.core.environment import environment
from parley.core.logging import configure_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "parley.config.settings")
if not structlog.is_configured():  # granian's own workers inherit nothing of the command's
    configure_logging(environment().log_level)

application = get_wsgi_application()
