"""The teams of the second echelon."""

from django.urls import path

from . import views

app_name = "teams"
urlpatterns = [
    path("roster/", views.roster, name="roster"),
    path("buildings/", views.buildings, name="buildings"),
]
