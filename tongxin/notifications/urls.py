from django.urls import path

from . import views

app_name = "notifications"
urlpatterns = [
    path("", views.notices, name="list"),
    path("read/", views.read_all, name="read_all"),
    path("<int:pk>/open/", views.open_notice, name="open"),
    path("<int:pk>/read/", views.read_one, name="read_one"),
    path("choices/", views.choices, name="choices"),
    path("choices/set/", views.choose, name="choose"),
    path("choices/texts/", views.agree, name="agree"),
    path("to-call/", views.to_call, name="to_call"),
    path("to-call/<int:pk>/", views.called, name="called"),
]
