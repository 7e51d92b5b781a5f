"""报到·审核·联络·入队."""

from django.urls import path

from . import desk_views, import_urls, views

app_name = "registrations"
urlpatterns = [
    path("start/", views.start, name="start"),
    path("where/", views.where, name="where"),
    path("mine/", views.mine, name="mine"),
    path("mine/mend/", views.mend, name="mend"),
    path("mine/appeal/", views.appeal, name="appeal"),
    path("mine/join/", views.join, name="join"),
    path("mine/pause/", views.pause, name="pause"),
    path("mine/resume/", views.resume, name="resume"),
    path("mine/move/", views.move, name="move"),
    path("mine/stay/", views.stay, name="stay"),
    path("mine/leave/", views.leave, name="leave"),
    path("mine/captain/", views.call_captain, name="call_captain"),
    path("", desk_views.queue, name="queue"),
    path("late/", desk_views.late, name="late"),
    path("preview/", desk_views.preview, name="preview"),
    path("accept/", desk_views.accept_batch, name="accept_batch"),
    path("contacts/", desk_views.contacts, name="contacts"),
    path("<int:pk>/", desk_views.detail, name="detail"),
    path("<int:pk>/accept/", desk_views.accept, name="accept"),
    path("<int:pk>/refuse/", desk_views.refuse, name="refuse"),
    path("<int:pk>/send-back/", desk_views.send_back, name="send_back"),
    path("<int:pk>/redirect/", desk_views.pass_on, name="redirect"),
    path("<int:pk>/decide/", desk_views.decide, name="decide"),
    path("<int:pk>/apart/", desk_views.tell_apart, name="tell_apart"),
    path("<int:pk>/call/", desk_views.call, name="call"),
    path("<int:pk>/contact/", desk_views.note_contact, name="note_contact"),
    path("<int:pk>/recontact/", desk_views.recontact, name="recontact"),
    *import_urls.urlpatterns,
]
