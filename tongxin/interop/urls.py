"""What other programs read (互通)."""

from django.urls import path

from . import views

app_name = "interop"
urlpatterns = [
    path("calendar/", views.feed, name="feed"),
    path("calendar/start/", views.start, name="start"),
    path("calendar/stop/", views.stop, name="stop"),
    path("calendar/<str:token>.ics", views.calendar, name="calendar"),
    path("tasks/<int:pk>.ics", views.task, name="task"),
]
