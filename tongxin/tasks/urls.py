"""Tasks: for whoever takes them up, and for whoever publishes and verifies them."""

from django.urls import path

from . import claim_views, views
from . import planning_views as planning

app_name = "tasks"
urlpatterns = [
    path("", views.task_list, name="list"),
    path("mine/", claim_views.mine, name="mine"),
    path("board/", views.board, name="board"),
    path("new/", planning.new, name="new"),
    path("age/", planning.age, name="age"),
    path("templates/", planning.templates, name="templates"),
    path("templates/<int:pk>/use/", planning.use_template, name="use_template"),
    path("templates/<int:pk>/retire/", planning.retire_template, name="retire_template"),
    path("series/", planning.series_list, name="series"),
    path("series/<int:pk>/take/", planning.take_series, name="take_series"),
    path("series/<int:pk>/stop/", planning.stop_series, name="stop_series"),
    path("verify/", claim_views.verify, name="verify"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/claim/", views.claim, name="claim"),
    path("<int:pk>/publish/", views.publish, name="publish"),
    path("<int:pk>/cancel/", views.cancel, name="cancel"),
    path("<int:pk>/change/", planning.change, name="change"),
    path("<int:pk>/hand-over/", planning.hand_over, name="hand_over"),
    path("<int:pk>/keep/", planning.keep, name="keep"),
    path("disputes/", claim_views.disputes, name="disputes"),
    path("sample/", claim_views.sample, name="sample"),
    path("incidents/", claim_views.incidents, name="incidents"),
    path("<int:pk>/help/", claim_views.help_now, name="help"),
    path("<int:pk>/incident/", claim_views.incident, name="incident"),
    path("claims/<int:pk>/withdraw/", claim_views.withdraw, name="withdraw"),
    path("claims/<int:pk>/hold/", claim_views.hold, name="hold"),
    path("claims/<int:pk>/report/", claim_views.report, name="report"),
    path("claims/<int:pk>/answer/", claim_views.answer, name="answer"),
    path("claims/<int:pk>/agree/", claim_views.agree, name="agree"),
    path("claims/<int:pk>/dispute/", claim_views.dispute, name="dispute"),
    path("claims/<int:pk>/verify/", claim_views.verify_one, name="verify_one"),
    path("claims/<int:pk>/correct/", claim_views.correct, name="correct"),
    path("claims/<int:pk>/decide/", claim_views.decide, name="decide"),
    path("claims/<int:pk>/sample/", claim_views.sample_note, name="sample_note"),
    path("incidents/<int:pk>/see/", claim_views.incident_see, name="incident_see"),
    path("incidents/<int:pk>/close/", claim_views.incident_close, name="incident_close"),
]
