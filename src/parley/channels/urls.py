"""Addresses of the channels pages, below /w/<slug>/."""

from django.urls import path

from parley.channels import connect_views, views

_CHANNEL = "channels/<uuid:channel_id>/"

urlpatterns = [
    path("channels/", views.channels, name="channels"),
    path("channels/new/", connect_views.channel_new, name="channel_new"),
    path("channels/new/session/", connect_views.channel_new_waha, name="channel_new_waha"),
    path("channels/new/number/", connect_views.channel_new_cloud, name="channel_new_cloud"),
    path(_CHANNEL, views.channel, name="channel"),
    path(f"{_CHANNEL}qr/", views.qr, name="channel_qr"),
    path(f"{_CHANNEL}pairing-code/", views.pairing_code, name="channel_code"),
    path(f"{_CHANNEL}start/", views.command, {"verb": "start"}, name="channel_start"),
    path(f"{_CHANNEL}stop/", views.command, {"verb": "stop"}, name="channel_stop"),
    path(f"{_CHANNEL}restart/", views.command, {"verb": "restart"}, name="channel_restart"),
    path(f"{_CHANNEL}logout/", views.command, {"verb": "logout"}, name="channel_logout"),
    path(f"{_CHANNEL}refresh/", views.command, {"verb": "refresh"}, name="channel_refresh"),
    path(f"{_CHANNEL}webhook/", views.command, {"verb": "webhook"}, name="channel_webhook"),
    path(f"{_CHANNEL}history/", views.history, name="channel_history"),
    path(f"{_CHANNEL}missed/", views.missed, name="channel_missed"),
    path(f"{_CHANNEL}name/", views.name, name="channel_name"),
    path(f"{_CHANNEL}key/", views.key, name="channel_key"),
    path(f"{_CHANNEL}removal/", views.removal, name="channel_removal"),
]
