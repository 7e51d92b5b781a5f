"""通知本身."""

from django.urls import reverse_lazy

from .. import audience
from .on import on

on("sms.capped", tell=audience.keepers, message="sms_capped", url=reverse_lazy("notifications:list"))
