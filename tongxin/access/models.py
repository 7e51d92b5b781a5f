"""Roles at places with dates (任职): the one answer to who may do what, where, now."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from tongxin.journal.models import draft, record, record_many
from tongxin.places.models import Place

from .policy import Role

#: One holder at a time besides deputies.
SINGLE = [Role.CAPTAIN, Role.RESIDENT_LEADER, Role.ONLINE_LEADER]


def today():
    """The calendar day in the house's time zone."""
    return timezone.localdate()


class AppointmentQuerySet(models.QuerySet):
    def on(self, day):
        """In force on that day."""
        return self.filter(since__lte=day).filter(models.Q(until=None) | models.Q(until__gt=day))

    def current(self):
        return self.on(today())


class Appointment(models.Model):
    """One person in one role at one place (任职), from `since` until the day before `until`."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="appointments")
    role = models.CharField(max_length=20, choices=Role)
    place = models.ForeignKey(Place, models.PROTECT, related_name="appointments")
    since = models.DateField(default=today)
    until = models.DateField(null=True, blank=True)
    deputy = models.BooleanField(default=False)
    appointed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "role", "place"], condition=models.Q(until=None), name="appointment_once"
            ),
            models.UniqueConstraint(
                fields=["place", "role"],
                condition=models.Q(until=None, deputy=False, role__in=SINGLE),
                name="appointment_single_holder",
            ),
            models.CheckConstraint(
                condition=models.Q(until=None) | models.Q(until__gte=models.F("since")),
                name="appointment_dates_in_order",
            ),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="appointment_role_known"),
        ]
        indexes = [models.Index(fields=["place", "role"], name="appointment_place_role")]

    def end(self, *, by, reason="", on=None) -> None:
        """Leave the post; access is gone at the next request."""
        self.until = max(on or today(), self.since)
        self.save(update_fields=["until"])
        record("appointment.end", subject=self, by=by, place=self.place, reason=reason, facts={"role": self.role})


def appoint(person, role, place, *, by, since=None, deputy=False) -> Appointment:
    """Put a person in a post; doing it twice is doing it once."""
    appointment, made = Appointment.objects.get_or_create(
        person=person,
        role=role,
        place=place,
        until=None,
        defaults={"since": since or today(), "deputy": deputy, "appointed_by": by},
    )
    if made:
        facts = {"role": role, "deputy": deputy, "person": person.pk}
        record("appointment.begin", subject=appointment, by=by, place=place, facts=facts)
    return appointment


def appoint_many(appointments, *, by, batch_size=1000) -> None:
    """Write many new appointments and their events (roster import)."""
    made = Appointment.objects.bulk_create(appointments, batch_size=batch_size)
    record_many(
        [
            draft(
                "appointment.begin", subject=a, by=by, place=a.place_id, facts={"role": a.role, "person": a.person_id}
            )
            for a in made
        ]
    )
