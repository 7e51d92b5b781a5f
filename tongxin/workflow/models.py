"""How anything changes: the working calendar lives here; transitions and seats are plain modules."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class CalendarDay(models.Model):
    """A day the office decided about itself (调休、临时放假); what was decided before stays in the journal."""

    day = models.DateField(unique=True)
    working = models.BooleanField()
    note = models.CharField(max_length=60, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
