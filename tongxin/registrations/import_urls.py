"""The roster import (名册导入)."""

from django.urls import path

from . import import_views as views

urlpatterns = [
    path("imports/", views.imports, name="imports"),
    path("imports/<int:pk>/", views.import_check, name="import_check"),
    path("imports/<int:pk>/confirm/", views.import_confirm, name="import_confirm"),
    path("imports/<int:pk>/resume/", views.import_resume, name="import_resume"),
    path("imports/<int:pk>/drop/", views.import_drop, name="import_drop"),
    path("imports/<int:pk>/progress/", views.import_progress, name="import_progress"),
    path("imports/<int:pk>/bad-rows/", views.import_bad_rows, name="import_bad_rows"),
    path("imports/<int:pk>/undo/", views.import_undo, name="import_undo"),
]
