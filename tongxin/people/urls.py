"""Signing in and out, and what the house keeps about oneself."""

from django.urls import path

from . import views

app_name = "people"
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("staff/", views.staff_sign_in, name="staff_sign_in"),
    path("second-factor/", views.second_factor, name="second_factor"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("me/", views.me, name="me"),
    path("me/copy/", views.own_copy, name="own_copy"),
    path("me/consents/<str:purpose>/", views.set_consent, name="set_consent"),
    path("me/salutation/", views.set_salutation, name="set_salutation"),
    path("<int:pk>/reveal/", views.reveal, name="reveal"),
    path("privacy/", views.privacy, name="privacy"),
]
