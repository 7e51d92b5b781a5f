from django.urls import path

from . import desk_views, views

app_name = "service"
urlpatterns = [
    path("", views.mine, name="mine"),
    path("download/", views.download, name="download"),
    path("points/", views.points, name="points"),
    path("rules/", views.rules, name="rules"),
    path("statement/<int:year>/", views.statement, name="statement"),
    path("lines/<int:pk>/dispute/", views.dispute_new, name="dispute_new"),
    path("missing/", views.missing_new, name="missing_new"),
    path("disputes/<int:pk>/", views.dispute, name="dispute"),
    path("disputes/<int:pk>/<slug:verb>/", views.dispute_act, name="dispute_act"),
    path("desk/disputes/", desk_views.disputes, name="disputes"),
    path("desk/disputes/<int:pk>/", desk_views.dispute_desk, name="dispute_desk"),
    path("desk/paper/", desk_views.back_entries, name="back_entries"),
    path("desk/paper/new/", desk_views.back_new, name="back_new"),
    path("desk/paper/<int:pk>/return/", desk_views.back_return, name="back_return"),
    path("desk/paper/<int:pk>/again/", desk_views.back_again, name="back_again"),
    path("desk/check/", desk_views.check_list, name="check_list"),
    path("desk/check/note/", desk_views.check_note, name="check_note"),
    path("desk/years/", desk_views.years, name="years"),
    path("desk/years/<int:pk>/confirm/", desk_views.year_confirm, name="year_confirm"),
    path("desk/rules/", desk_views.rules_desk, name="rules_desk"),
    path("desk/rules/new/", desk_views.rule_new, name="rule_new"),
    path("desk/rules/<int:pk>/<slug:verb>/", desk_views.rule_act, name="rule_act"),
    path("desk/points/<int:pk>/", desk_views.points_switch, name="points_switch"),
    path("thanks/<int:pk>/", desk_views.thanks, name="thanks"),
]
