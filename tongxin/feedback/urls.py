"""Complaints and suggestions (投诉建议)."""

from django.urls import path

from . import views

app_name = "feedback"
urlpatterns = [
    path("", views.new, name="new"),
    path("t/<str:token>/", views.follow, name="follow"),
    path("t/<str:token>/rate/", views.rate, name="rate"),
    path("mine/", views.mine, name="mine"),
    path("mine/<int:pk>/rate/", views.rate_own, name="rate_own"),
    path("desk/", views.desk, name="desk"),
    path("desk/<int:pk>/", views.detail, name="detail"),
    path("desk/<int:pk>/let-in/", views.let_in, name="let_in"),
    path("desk/<int:pk>/set-aside/", views.set_aside, name="set_aside"),
    path("desk/<int:pk>/take-up/", views.take_up, name="take_up"),
    path("desk/<int:pk>/answer/", views.answer, name="answer"),
    path("desk/<int:pk>/contact/", views.contact, name="contact"),
]
