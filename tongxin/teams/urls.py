"""The teams of the second echelon."""

from django.urls import path

from . import export_views, invitation_views, squad_views, team_views, views

app_name = "teams"
urlpatterns = [
    path("roster/", views.roster, name="roster"),
    path("roster/<int:pk>/export/", export_views.roster_export, name="roster_export"),
    path("buildings/", views.buildings, name="buildings"),
    path("team/", team_views.team, name="team"),
    path("mine/", team_views.mine, name="mine"),
    path("team/<int:pk>/posts/", team_views.post_new, name="post_new"),
    path("posts/<int:pk>/end/", team_views.post_end, name="post_end"),
    path("team/<int:pk>/handover/<int:person>/", team_views.handover, name="handover"),
    path("handovers/<int:pk>/", team_views.handed, name="handed"),
    path("team/<int:pk>/squads/", squad_views.create, name="squad_new"),
    path("squads/<int:pk>/", squad_views.squad, name="squad"),
    path("squads/<int:pk>/rename/", squad_views.rename, name="squad_rename"),
    path("squads/<int:pk>/dissolve/", squad_views.dissolve, name="squad_dissolve"),
    path("invite/<int:pk>/", invitation_views.invite, name="invite"),
    path("invitations/<int:pk>/", invitation_views.invitation, name="invitation"),
    path("invitations/<int:pk>/accept/", invitation_views.accept, name="accept"),
    path("invitations/<int:pk>/decline/", invitation_views.decline, name="decline"),
    path("invitations/<int:pk>/withdraw/", invitation_views.withdraw, name="invitation_withdraw"),
]
