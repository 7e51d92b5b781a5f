"""The first call (联络): who tried, when, with what result."""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils import timezone

from tongxin.access.policy import Permission as P
from tongxin.access.rules import can
from tongxin.journal.models import Event, record
from tongxin.people.models import Person
from tongxin.workflow.transitions import Refused, refusal, transition
from tongxin.workflow.working_time import add_working_days

from .guards import not_oneself, on_the_same_day
from .states import Status


class Contact(models.Model):
    """One try to reach a newcomer (联络记录)."""

    class Result(models.TextChoices):
        REACHED = "reached", "已联系"
        NO_ANSWER = "no_answer", "未接通"
        LATER = "later", "改约"

    registration = models.ForeignKey("Registration", models.CASCADE, related_name="contacts")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    result = models.CharField(max_length=10, choices=Result)
    at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True)  # pressed by mistake, taken back the same day


class Contacting:
    """The verbs of the third step."""

    @transition(
        Status.ACCEPTED, to=Status.CONTACTED, permission=P.CONTACT_REGISTRATION, label="已联系", guard=not_oneself,
        writes=["due_at"],
    )  # fmt: skip
    def contact(self, *, by):
        """The captain has spoken with the person; they now decide whether to join."""
        self.due_at = None
        Contact.objects.create(registration=self, by=by, result=Contact.Result.REACHED)

    @transition(
        Status.CONTACTED, to=Status.ACCEPTED, permission=P.CONTACT_REGISTRATION, label="按错了，还没联系上",
        guard=on_the_same_day, writes=["due_at"],
    )  # fmt: skip
    def recontact(self, *, by, reason="按错了"):
        """“已联系” was a slip of the finger: back to waiting, with the day it was due before."""
        self.contacts.filter(result=Contact.Result.REACHED, undone_at=None).update(undone_at=timezone.now())
        self.due_at = add_working_days(self._accepted_at(), settings.CONTACT_WORKING_DAYS)

    def note_contact(self, *, by, result):
        """One tap of the captain: reached moves on, not reached or another time is logged and stays."""
        if result not in Contact.Result.values:
            raise Refused("请点“已联系”“未接通”或“改约”")
        if result == Contact.Result.REACHED:
            return self.contact(by=by)
        self._ask_to_contact(by)
        with transaction.atomic():
            self._hold_here()
            Contact.objects.create(registration=self, by=by, result=result)
            record("registration.try_contact", subject=self, by=by, place=self.place, facts={"result": result})
            self._after_the_try(by, result)
        return None

    def _after_the_try(self, by, result):
        """Another time was agreed: a new day. The third unanswered call: the person is written to, nobody has to hurry."""
        waiting = type(self).objects.filter(pk=self.pk, status=Status.ACCEPTED)
        if result == Contact.Result.LATER:
            self.due_at = add_working_days(timezone.now(), settings.CONTACT_WORKING_DAYS)
            waiting.update(due_at=self.due_at)
        elif self.unanswered() == settings.CONTACT_TRIES:
            self.due_at = None
            waiting.update(due_at=None)
            record("registration.unreached", subject=self, by=by, place=self.place)

    def unanswered(self) -> int:
        """How many calls nobody answered."""
        return self.contacts.filter(result=Contact.Result.NO_ANSWER).count()

    def call(self, *, by) -> str:
        """The newcomer's number in clear, for the first call; reading it is an event. Raises Refused, PermissionDenied."""
        self._ask_to_contact(by)
        if not Person.objects.may_be_called(self.person):
            raise Refused("对方撤回了联络同意，请不要再打电话。请等本人来联系，或请居委上门说明")
        return self.person.reveal_phone(by=by, reason="联络新报到的人", place=self.place)

    def call_captain(self, *, by) -> str:
        """The captain's number in clear, for the person who waits to be called. Raises Refused, PermissionDenied."""
        if by.pk != self.person_id:
            raise PermissionDenied
        captain = self.captain_to_call()
        if captain is None:
            raise Refused("队长还没有定，请打电话给居委")
        if not Person.objects.may_be_called(captain.person):
            raise Refused("队长现在不方便接电话，请打电话给居委")
        return captain.person.reveal_phone(by=by, reason="报到后联系队长", place=self.place)

    def _ask_to_contact(self, by):
        move = type(self).contact.move
        if not can(by, move.permission, self.place):
            raise PermissionDenied
        if why := refusal(self, move, by):
            raise Refused(why)

    def _accepted_at(self):
        let_in = Event.objects.about(self).filter(verb__in=["registration.accept", "registration.overturn"]).last()
        return let_in.at if let_in else timezone.now()
