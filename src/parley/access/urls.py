"""Addresses of access."""

from django.urls import path

from parley.access import views

urlpatterns = [
    path("", views.root, name="root"),
    path("sign-in/", views.sign_in_page, name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("account/password/", views.password_page, name="password"),
    path("setup/", views.setup_page, name="setup"),
    path("preferences/theme/", views.theme, name="theme"),
    path("w/<slug:slug>/", views.enter, name="workspace"),
    path("w/<slug:slug>/stream-token/", views.stream_token, name="stream_token"),
]
