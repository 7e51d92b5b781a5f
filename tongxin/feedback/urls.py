"""Complaints and suggestions (投诉建议)."""

app_name = "feedback"
urlpatterns = []
