"""Templates (模板): what a neighbourhood does again and again, and a few that come with the house."""

from decimal import Decimal

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils import timezone

from tongxin.access.policy import Permission as P
from tongxin.access.rules import can, scope
from tongxin.journal.models import record
from tongxin.places.models import Place

from .described import Described


class TemplateQuerySet(models.QuerySet):
    def usable_by(self, person):
        """Own ones of the places where this person publishes, then those that come with the house."""
        own_first = models.F("place").asc(nulls_last=True)
        usable = self.filter(Q(place=None) | scope(person, P.PUBLISH_TASK), retired_at=None)
        return usable.select_related("place").order_by(own_first, "family", "pk")


class TaskTemplate(Described):
    """A task in words, to be published by saying when and how many (任务模板); without a place it comes with the house."""

    place = models.ForeignKey(Place, models.PROTECT, null=True, related_name="task_templates")
    seats = models.PositiveIntegerField(default=4)
    hours = models.DecimalField(max_digits=4, decimal_places=1, default=Decimal("1.5"))
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    retired_at = models.DateTimeField(null=True)

    objects = TemplateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["place", "title"], condition=Q(retired_at=None), name="template_once_a_place"
            ),
            models.CheckConstraint(condition=Q(seats__gte=1, hours__gt=0, hours__lte=24), name="template_possible"),
        ]

    def __str__(self):
        return self.title

    @classmethod
    def keep(cls, task, *, by) -> "TaskTemplate":
        """Keep a task as a template of its 居村; keeping it again says it anew. Raises PermissionDenied."""
        place = task.place.neighbourhood or task.place
        if not can(by, P.PUBLISH_TASK, task.place):
            raise PermissionDenied
        says = task.words | {"seats": task.seats, "hours": min(task.planned_hours, Decimal(24))}
        with transaction.atomic():
            template = cls._say(place, task.title, says, by)
            record("tasktemplate.keep", subject=template, by=by, place=place)
        return template

    @classmethod
    def _say(cls, place, title, says, by):
        there = cls.objects.filter(place=place, title=title, retired_at=None)
        if not there.update(**says):
            try:
                with transaction.atomic():
                    return cls.objects.create(place=place, made_by=by, **says)
            except IntegrityError:  # somebody kept the same one this moment
                there.update(**says)
        return there.get()

    def retire(self, *, by) -> None:
        """Take it off the list; tasks made from it stay as they are. Raises PermissionDenied."""
        if self.place is None or not can(by, P.PUBLISH_TASK, self.place):
            raise PermissionDenied
        with transaction.atomic():
            if TaskTemplate.objects.filter(pk=self.pk, retired_at=None).update(retired_at=timezone.now()):
                record("tasktemplate.retire", subject=self, by=by, place=self.place)
