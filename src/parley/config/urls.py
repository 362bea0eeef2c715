"""Every address of the web process. The edge has its own: /hooks, /events, /healthz, /readyz, /metrics."""

from importlib.util import find_spec

from django.urls import include, path

urlpatterns = [path("", include("parley.access.urls"))]
for prefix, module in (
    ("w/<slug:slug>/", "parley.messaging.urls"),
    ("w/<slug:slug>/", "parley.channels.urls"),
    ("w/<slug:slug>/", "parley.contacts.urls"),
):
    if find_spec(module):
        urlpatterns.append(path(prefix, include(module)))

handler400 = "parley.web.errors.bad_request"
handler403 = "parley.web.errors.permission_denied"
handler404 = "parley.web.errors.page_not_found"
handler500 = "parley.web.errors.server_error"
