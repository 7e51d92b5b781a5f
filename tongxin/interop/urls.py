"""What other programs read (互通)."""

app_name = "interop"
urlpatterns = []
