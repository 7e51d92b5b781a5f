"""The shell: front door, home, desk, the building's door, the demo's cast, the register and the journal."""

from django.urls import path

from . import demo, journal_views, register_views, views

app_name = "web"
urlpatterns = [
    path("", views.home, name="home"),
    path("desk/", views.desk, name="desk"),
    path("d/<str:code>/", views.door, name="door"),
    path("d/<str:code>", views.door),
    path("elder/", views.elder, name="elder"),
    path("help/", views.help_page, name="help"),
    path("demo/", demo.cast, name="demo"),
    path("demo/<slug:key>/", demo.enter, name="demo_enter"),
    path("register/", register_views.register, name="register"),
    path("register/<int:pk>/", register_views.place, name="register_place"),
    path("journal/", journal_views.journal, name="journal"),
    path("livez", views.livez, name="livez"),
    path("readyz", views.readyz, name="readyz"),
]
