"""The doors of the house: the first path segment is the room."""

from django.urls import include, path

urlpatterns = [
    path("", include("tongxin.web.urls")),
    path("people/", include("tongxin.people.urls")),
    path("places/", include("tongxin.places.urls")),
    path("access/", include("tongxin.access.urls")),
    path("oversight/", include("tongxin.oversight.urls")),
    path("registrations/", include("tongxin.registrations.urls")),
    path("teams/", include("tongxin.teams.urls")),
    path("tasks/", include("tongxin.tasks.urls")),
    path("service/", include("tongxin.service.urls")),
    path("figures/", include("tongxin.figures.urls")),
    path("notifications/", include("tongxin.notifications.urls")),
    path("feedback/", include("tongxin.feedback.urls")),
    path("interop/", include("tongxin.interop.urls")),
]

handler400 = "tongxin.web.views.bad_request"
handler403 = "tongxin.web.views.forbidden"
handler404 = "tongxin.web.views.not_found"
handler500 = "tongxin.web.views.server_error"
