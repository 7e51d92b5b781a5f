"""Which registrations somebody sees, and one's own."""

from django.db import models
from django.db.models import Case, Q, Value, When
from django.utils import timezone

from tongxin.access.policy import Permission as P
from tongxin.access.rules import scope

from .states import OPEN, OVER, WAITING, Status


class RegistrationQuerySet(models.QuerySet):
    """Registrations, as pages and verbs ask for them."""

    def visible_to(self, person):
        """Where this person may see registrations, and always one's own."""
        return self.filter(scope(person, P.VIEW_REGISTRATION) | Q(person=person))

    def in_scope(self, person):
        """What the desk of this person shows: where they may see registrations, not their own by itself."""
        return self.filter(scope(person, P.VIEW_REGISTRATION))

    def to_contact(self, person):
        """Newcomers this person may call (队长联络), the earliest due first; never oneself."""
        waiting = self.waiting_contact().filter(scope(person, P.CONTACT_REGISTRATION)).exclude(person=person)
        return waiting.order_by(models.F("due_at").asc(nulls_last=True), "pk")

    def contacted_today(self, person):
        """Whom this person noted as reached today: a slip of the finger can be taken back."""
        reached = Q(contacts__result="reached", contacts__undone_at=None, contacts__by=person)
        midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
        return self.filter(reached, contacts__at__gte=midnight, status=Status.CONTACTED).distinct()

    def open_of(self, person):
        """The registration a person has under way or joined with; None for everybody else."""
        mine = self.filter(person=person.pk, status__in=OPEN) if person.pk else self.none()
        return mine.select_related("place").first()

    def newest_of(self, person):
        """The one a person looks at: what is open goes first, else the newest; None when there is none."""
        rank = Case(When(status__in=OPEN, then=Value(0)), default=Value(1))
        mine = self.filter(person=person).select_related("person", "place", "home", "previous__place")
        return mine.order_by(rank, "-pk").first()

    def current_of(self, person):
        """The same for the home page: whoever has left begins anew."""
        mine = self.newest_of(person)
        return None if mine is None or mine.status == Status.LEFT else mine

    def refused_of(self, person):
        """The refusal a person comes back from; None when their newest registration is anything else."""
        newest = self.filter(person=person.pk).order_by("-pk").select_related("person", "place", "home").first()
        return newest if newest and newest.status == Status.REFUSED else None

    def before(self, person):
        """What a person had before at other places or times, the newest first."""
        return self.filter(person=person, status__in=[*OVER, Status.MOVING]).select_related("place").order_by("-pk")

    def waiting_review(self):
        return self.filter(status=Status.SUBMITTED)

    def waiting_contact(self):
        return self.filter(status=Status.ACCEPTED)

    def overdue(self, now=None):
        """Somebody should have acted by now."""
        return self.filter(status__in=WAITING, due_at__lt=now or timezone.now())
