"""The look as a Django app: it brings static files and templates, no tables."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "parley.web"
    label = "web"
