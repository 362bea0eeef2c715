"""The web process: Django's pages, served by granian or behind the edge's thread pool."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "parley.config.settings")

application = get_wsgi_application()
