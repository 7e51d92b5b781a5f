"""Who holds which post, and who stands in for whom."""

from django.urls import path

from . import deputy_views, views

app_name = "access"
urlpatterns = [
    path("", views.appointments, name="appointments"),
    path("new/", views.new, name="new"),
    path("existing/", views.existing, name="existing"),
    path("<int:pk>/end/", views.end, name="end"),
    path("<int:pk>/term/", views.term, name="term"),
    path("deputies/", deputy_views.deputies, name="deputies"),
    path("deputies/<int:pk>/new/", deputy_views.new, name="delegate"),
    path("deputies/<int:pk>/recall/", deputy_views.recall_one, name="recall"),
]
