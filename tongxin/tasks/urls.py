"""Tasks: for whoever takes them up, and for whoever publishes and verifies them."""

from django.urls import path

from . import views

app_name = "tasks"
urlpatterns = [
    path("", views.task_list, name="list"),
    path("mine/", views.mine, name="mine"),
    path("board/", views.board, name="board"),
    path("new/", views.new, name="new"),
    path("verify/", views.verify, name="verify"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/claim/", views.claim, name="claim"),
    path("<int:pk>/publish/", views.publish, name="publish"),
    path("<int:pk>/cancel/", views.cancel, name="cancel"),
    path("claims/<int:pk>/withdraw/", views.withdraw, name="withdraw"),
    path("claims/<int:pk>/report/", views.report, name="report"),
    path("claims/<int:pk>/verify/", views.verify_one, name="verify_one"),
]
