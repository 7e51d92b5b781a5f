"""The shell: front door, home, desk, the building's door, the demo's cast, the register and the journal."""

from django.urls import path

from . import audit_views, calendar_views, contact_views, demo, journal_views, register_views, reorganise, views

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
    path("reorganise/", reorganise.reorganise, name="reorganise"),
    path("reorganise/new/<str:kind>/", reorganise.new, name="reorganise_new"),
    path("reorganise/<int:pk>/", reorganise.reorganised, name="reorganised"),
    path("reorganise/<int:pk>/cancel/", reorganise.cancel, name="reorganise_cancel"),
    path("contacts/", contact_views.contacts, name="contacts"),
    path("contacts/<int:pk>/", contact_views.contact, name="contact"),
    path("journal/", journal_views.journal, name="journal"),
    path("journal/export/", journal_views.export_page, name="journal_export"),
    path("journal/sample/", audit_views.sample, name="sample"),
    path("journal/seals/", audit_views.seals, name="seals"),
    path("journal/of/<str:kind>/<int:pk>/", audit_views.trace, name="trace"),
    path("calendar/", calendar_views.calendar, name="calendar"),
    path("livez", views.livez, name="livez"),
    path("readyz", views.readyz, name="readyz"),
]
