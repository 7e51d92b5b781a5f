from django.apps import AppConfig


class ServiceConfig(AppConfig):
    name = "tongxin.service"

    def ready(self):
        from . import statement  # noqa: F401 - adds one's hours to the copy of one's own data
