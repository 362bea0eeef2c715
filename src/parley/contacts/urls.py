"""Addresses of contacts, below /w/<slug>/."""

from django.urls import path

from parley.contacts import views

urlpatterns = [
    path("contacts/<uuid:contact_id>/panel/", views.contact_panel, name="contact_panel"),
    path("contacts/<uuid:contact_id>/name/", views.contact_name, name="contact_name"),
    path("contacts/<uuid:contact_id>/consent/", views.contact_consent, name="contact_consent"),
    path("contacts/<uuid:contact_id>/blocking/", views.contact_blocking, name="contact_blocking"),
]
