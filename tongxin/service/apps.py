from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ServiceConfig(AppConfig):
    name = "tongxin.service"

    def ready(self):
        from . import statement  # noqa: F401 - adds one's hours to the copy of one's own data

        autodiscover_modules("patterns")  # every room that knows something a human should check
