from django.urls import path

from . import views

app_name = "figures"
urlpatterns = [
    path("", views.district, name="district"),
    path("definitions/", views.definitions, name="definitions"),
    path("<int:pk>/", views.place, name="place"),
    path("<int:pk>/export/", views.export, name="export"),
    path("<int:pk>/<slug:metric>/", views.rows, name="rows"),
]
