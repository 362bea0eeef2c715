from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "parley.access"
    label = "access"
