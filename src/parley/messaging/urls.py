"""Addresses of the inbox, below /w/<slug>/."""

from django.urls import path

from parley.messaging import group_views, revision_views, set_aside_views, start_views, views

_CONVERSATION = "conversations/<uuid:conversation_id>/"
_MESSAGE = "messages/<uuid:message_id>/"

urlpatterns = [
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/<uuid:conversation_id>/", views.thread, name="thread"),
    path("inbox/<uuid:conversation_id>/updates/", views.thread_updates, name="thread_updates"),
    path("conversations/new/", start_views.conversation_new, name="conversation_new"),
    path(f"{_CONVERSATION}messages/", views.messages, name="messages"),
    path(f"{_CONVERSATION}notes/", views.conversation_notes, name="notes"),
    path(f"{_CONVERSATION}closure/", views.closure, name="closure"),
    path(f"{_CONVERSATION}assignment/", views.assignment, name="assignment"),
    path(f"{_CONVERSATION}reading/", views.conversation_reading, name="reading"),
    path(f"{_MESSAGE}reactions/", views.message_reactions, name="reactions"),
    path(f"{_MESSAGE}resend/", views.resend, name="resend"),
    path(f"{_MESSAGE}revisions/", revision_views.revisions, name="revisions"),
    path(f"{_MESSAGE}revocation/", revision_views.revocation, name="revocation"),
    path(f"{_CONVERSATION}typing/", revision_views.typing, name="typing"),
    path("media/<uuid:media_id>/", views.media, name="media"),
    path("contacts/<uuid:contact_id>/thread/", start_views.contact_thread, name="contact_thread"),
    path("contacts/<uuid:contact_id>/earlier/", views.earlier, name="earlier"),
    path("contacts/<uuid:contact_id>/groups/", group_views.contact_groups, name="contact_groups"),
    path("groups/<uuid:group_id>/", group_views.group, name="group"),
    path("channels/<uuid:channel_id>/set-aside/", set_aside_views.set_aside, name="set_aside"),
    path(
        "channels/<uuid:channel_id>/set-aside/retry/", set_aside_views.set_aside_retry, name="set_aside_retry"
    ),
    path("channels/<uuid:channel_id>/test/", start_views.channel_test, name="channel_test"),
]
