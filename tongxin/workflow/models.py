"""How anything changes: the working calendar lives here; transitions and seats are plain modules."""

from django.db import models


class CalendarDay(models.Model):
    """A day the office decided about itself (调休、临时放假)."""

    day = models.DateField(unique=True)
    working = models.BooleanField()
    note = models.CharField(max_length=60, blank=True)
