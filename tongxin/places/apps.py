from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "tongxin.places"
    label = "places"
    verbose_name = "地方"
    default_auto_field = "django.db.models.BigAutoField"
