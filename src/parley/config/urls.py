"""Every address of the web process. The edge has its own: /hooks, /events, /healthz, /readyz, /metrics."""

from django.urls import include, path

from parley.web.stylesheet import stylesheet

urlpatterns = [
    path("look/<slug:version>/parley.css", stylesheet, name="stylesheet"),
    path("", include("parley.access.urls")),
    path("w/<slug:slug>/", include("parley.channels.urls")),
    path("w/<slug:slug>/", include("parley.contacts.urls")),
    path("w/<slug:slug>/", include("parley.messaging.urls")),
]

handler400 = "parley.web.errors.bad_request"
handler403 = "parley.web.errors.permission_denied"
handler404 = "parley.web.errors.page_not_found"
handler500 = "parley.web.errors.server_error"
