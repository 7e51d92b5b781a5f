"""Who holds which post."""

from django.urls import path

from . import views

app_name = "access"
urlpatterns = [
    path("", views.appointments, name="appointments"),
    path("new/", views.new, name="new"),
    path("<int:pk>/end/", views.end, name="end"),
]
