"""Second looks: resets and accounts, emergency views, exports, findings."""

from django.urls import path

from . import export_views, glass_views, security_views

app_name = "oversight"
urlpatterns = [
    path("resets/", security_views.resets, name="resets"),
    path("resets/new/", security_views.reset_new, name="reset_new"),
    path("resets/<int:pk>/approve/", security_views.reset_approve, name="reset_approve"),
    path("resets/<int:pk>/decline/", security_views.reset_decline, name="reset_decline"),
    path("accounts/", security_views.accounts, name="accounts"),
    path("accounts/<int:pk>/", security_views.account, name="account"),
    path("security/", security_views.security, name="security"),
    path("glass/", glass_views.glasses, name="glasses"),
    path("glass/new/", glass_views.find, name="glass_new"),
    path("glass/new/<int:pk>/", glass_views.open_one, name="glass_open"),
    path("glass/<int:pk>/review/", glass_views.review, name="glass_review"),
    path("findings/", glass_views.findings, name="findings"),
    path("findings/new/", glass_views.finding_new, name="finding_new"),
    path("findings/<int:pk>/answer/", glass_views.finding_answer, name="finding_answer"),
    path("exports/", export_views.exports, name="exports"),
    path("exports/<int:pk>/approve/", export_views.approve, name="export_approve"),
    path("exports/<int:pk>/decline/", export_views.decline, name="export_decline"),
    path("exports/<int:pk>/take/", export_views.take_one, name="export_take"),
]
