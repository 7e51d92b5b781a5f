"""报到·审核·联络·入队."""

from django.urls import path

from . import import_urls, views

app_name = "registrations"
urlpatterns = [
    path("start/", views.start, name="start"),
    path("where/", views.where, name="where"),
    path("mine/", views.mine, name="mine"),
    path("mine/join/", views.join, name="join"),
    path("mine/leave/", views.leave, name="leave"),
    path("mine/captain/", views.call_captain, name="call_captain"),
    path("", views.queue, name="queue"),
    path("preview/", views.preview, name="preview"),
    path("accept/", views.accept_batch, name="accept_batch"),
    path("contacts/", views.contacts, name="contacts"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/accept/", views.accept, name="accept"),
    path("<int:pk>/refuse/", views.refuse, name="refuse"),
    path("<int:pk>/call/", views.call, name="call"),
    path("<int:pk>/contact/", views.note_contact, name="note_contact"),
    *import_urls.urlpatterns,
]
