from django.urls import path

from . import views

app_name = "service"
urlpatterns = [
    path("", views.mine, name="mine"),
    path("download/", views.download, name="download"),
    path("points/", views.points, name="points"),
    path("rules/", views.rules, name="rules"),
]
