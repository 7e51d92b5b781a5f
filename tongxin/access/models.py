"""Roles at places with dates (任职): the one answer to who may do what, where, now."""

import datetime as dt

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from tongxin.journal.models import draft, record, record_many
from tongxin.places.models import Place
from tongxin.refused import Refused

from .duties import check_apart, check_successor
from .policy import STAFF_ROLES, Role

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

    def not_over(self, day=None):
        """In force on that day (today) or later."""
        return self.exclude(until__lte=day or today())


class Appointment(models.Model):
    """One person in one role at one place (任职), from `since` until the day before `until`."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="appointments")
    role = models.CharField(max_length=20, choices=Role)
    place = models.ForeignKey(Place, models.PROTECT, related_name="appointments")
    since = models.DateField(default=today)
    until = models.DateField(null=True, blank=True)
    deputy = models.BooleanField(default=False)
    stands_in_for = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="stand_ins")
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
            models.CheckConstraint(
                condition=models.Q(stands_in_for=None) | models.Q(deputy=True, until__isnull=False),
                name="appointment_stand_in_ends",
            ),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="appointment_role_known"),
        ]
        indexes = [models.Index(fields=["place", "role"], name="appointment_place_role")]

    @property
    def last_day(self):
        """The last day the post is held; None without a term."""
        return self.until and self.until - dt.timedelta(days=1)

    def end(self, *, by, reason="", on=None) -> None:
        """Leave the post; access is gone at the next request, also of whoever stands in for it.

        Raises Refused where a person leaves a post empty that must not be; the operator's own commands (`by` None) may.
        """
        until = max(on or today(), self.since)
        with transaction.atomic():
            if by is not None and self.role in STAFF_ROLES:
                _hold(self.place)
                check_successor(self, on=until)
            for stand_in in self.stand_ins.not_over(until):
                stand_in.end(by=by, reason=reason, on=on)
            self.until = until
            self.save(update_fields=["until"])
            record("appointment.end", subject=self, by=by, place=self.place, reason=reason, facts={"role": self.role})

    def set_term(self, until, *, by) -> None:
        """Write down, move or lift (None) the first day the post is no longer held."""
        if until is not None and until <= max(today(), self.since):
            raise Refused("任期要到今天以后。要现在结束，请用“结束任职”")
        with transaction.atomic():
            _hold(self.place)
            if until is not None:
                check_successor(self, on=until)
            for stand_in in self.stand_ins.filter(until__gt=until) if until else ():
                if stand_in.since < until:
                    stand_in.set_term(until, by=by)
                else:
                    stand_in.end(by=by, on=until)
            self.until = until
            self.save(update_fields=["until"])
            facts = {"role": self.role, "until": f"{until or ''}"}
            record("appointment.term", subject=self, by=by, place=self.place, facts=facts)


def _hold(row) -> None:
    # Two who check at the same moment and then write would both be right: the second waits for the first to commit.
    type(row)._base_manager.select_for_update(no_key=True).filter(pk=row.pk).values_list("pk").first()


def appoint(person, role, place, *, by, since=None, deputy=False, until=None) -> Appointment:
    """Put a person in a post, for good or until a day; doing it twice is doing it once. Raises Refused."""
    with transaction.atomic():
        if role in STAFF_ROLES:
            _hold(person)
            check_apart(person, role, person.appointments.not_over(since))
        appointment, made = Appointment.objects.get_or_create(
            person=person,
            role=role,
            place=place,
            until=until,
            stands_in_for=None,
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
