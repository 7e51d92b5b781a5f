"""Checking in, and mending what was sent (报到、补充、更正)."""

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from tongxin.access.models import Appointment, appoint
from tongxin.access.policy import Role
from tongxin.journal.models import record
from tongxin.people.models import SENSITIVE_KINDS, Category, Person, Purpose, give_consent
from tongxin.people.names import clean_name
from tongxin.people.phones import normalise_phone
from tongxin.people.vault import blind_index
from tongxin.workflow.transitions import CLOCK, OWN, Refused, transition
from tongxin.workflow.working_time import add_working_days

from .guards import only_oneself
from .states import CONSENT_TEXT, OPEN, Status

MOVED_ON = "刚才转到了别的居村，请刷新看最新情况"


class Entering:
    """The verbs of the first step."""

    @classmethod
    def somebody_else_has(cls, *, phone, name) -> str:
        """Whose number this is, masked, when it is in use under another name; "" otherwise. Ask only once it is proved."""
        person = Person.objects.by_phone(phone)
        if person is None or person.name == clean_name(name) or not cls._is_settled(person):
            return ""
        return person.masked_name

    @classmethod
    def _is_settled(cls, person, besides=None) -> bool:
        """Known under a name others already rely on."""
        has_open = cls.objects.filter(person=person, status__in=OPEN).exclude(pk=besides).exists()
        return has_open or person.is_staff_member or person.memberships.exists()

    @classmethod
    def submit(
        cls, *, phone, name, place, home=None, kind="", skills="", times="", submit_key=None, sms=False, sensitive=False
    ):  # fmt: skip
        """Check in (报到). `phone` was proved by a code. The same person again gets the registration that is open.

        Returns (registration, made). Raises Refused, PhoneProblem.
        """
        if kind in SENSITIVE_KINDS and not sensitive:
            raise Refused("登记这一身份需要您另行同意；不登记也不影响报到")
        try:
            with transaction.atomic():
                return cls._submit(phone, name, place, home, kind, skills, times, submit_key, sms, sensitive)
        except IntegrityError:  # the same form arrived twice at the same moment: the other one has won
            there = cls.objects.filter(person__phone_index=blind_index(normalise_phone(phone)), status__in=OPEN).first()
            if there is None:
                raise
            return there, False

    @classmethod
    def _submit(cls, phone, name, place, home, kind, skills, times, submit_key, sms, sensitive):
        person = cls._person(phone, name)
        if there := cls.objects.filter(person=person, status__in=OPEN).first():
            return there, False
        if cls.objects.filter(submit_key=submit_key).exists():
            submit_key = None  # an old form sent again, after a refusal or by somebody else
        registration = cls.objects.create(
            person=person, place=place, home=home, skills=skills, times=times, submit_key=submit_key or None,
            due_at=cls._answer_by(),
        )  # fmt: skip
        give_consent(person, Purpose.CONTACT, text_version=CONSENT_TEXT, by=person)
        if sms:
            give_consent(person, Purpose.SMS, text_version=CONSENT_TEXT, by=person)
        if sensitive:
            give_consent(person, Purpose.SENSITIVE_KIND, text_version=CONSENT_TEXT, by=person)
        if kind and not person.categories.filter(primary=True, until=None).exists():
            Category.objects.create(person=person, kind=kind, since=timezone.localdate())
        appoint(person, Role.REGISTRANT, place, by=person)
        record("registration.submit", subject=registration, by=person, place=place, went_to=registration.status)
        return registration, True

    @classmethod
    def _person(cls, phone, name):
        number = normalise_phone(phone)
        person = Person.objects.select_for_update().filter(phone_index=blind_index(number)).first()
        if person is not None and not person.is_active:  # of two rows that are one person, the one that was kept
            person = Person.objects.holding(number)
        if person is None:
            person = Person()
            person.set_name(name)
            person.set_phone(number)
            person.set_unusable_password()
            person.save()
        elif not person.is_active:
            raise Refused("这个号码已停用，请打电话给居委")
        elif not cls._is_settled(person):  # refused before, perhaps for a slip in the name
            person.set_name(name)
            person.save(update_fields=["name"])
        return person

    @transition(
        Status.RETURNED, to=Status.SUBMITTED, permission=OWN, label="改好再交", guard=only_oneself,
        writes=["place", "home", "skills", "times", "reason", "due_at"],
    )  # fmt: skip
    def resubmit(self, *, by, **mended):
        """Send it again, mended; the neighbourhood has its three working days anew."""
        self._mend(by, **mended)
        self.reason, self.due_at = "", self._answer_by()

    @transition(
        Status.SUBMITTED, to=Status.SUBMITTED, permission=OWN, label="更正", guard=only_oneself,
        writes=["place", "home", "skills", "times", "due_at"],
    )  # fmt: skip
    def correct(self, *, by, **mended):
        """Put right what was sent while it waits; another neighbourhood has its three working days anew."""
        before = self.place_id
        self._mend(by, **mended)
        if self.place_id != before:
            self.due_at = self._answer_by()

    def mend(self, *, by, **mended):
        """The same form for both: what was sent back goes in again, what still waits is put right."""
        verb = self.resubmit if self.status == Status.RETURNED else self.correct
        return verb(by=by, **mended)

    def _mend(self, by, *, name=None, place=None, home=None, kind=None, skills=None, times=None, sensitive=False):
        """Change what was given; what was not given stays."""
        self._hold_here()
        if kind in SENSITIVE_KINDS and not (sensitive or self.agreed_to_sensitive_kind()):
            raise Refused("登记这一身份需要您另行同意；不登记也不影响报到")
        if name and clean_name(name) != self.person.name and not self._is_settled(self.person, besides=self.pk):
            self.person.set_name(name)
            self.person.save(update_fields=["name"])
        if place is not None:
            self._pass_to(place, home, by)
        self.skills = self.skills if skills is None else skills
        self.times = self.times if times is None else times
        if sensitive:
            give_consent(self.person, Purpose.SENSITIVE_KIND, text_version=CONSENT_TEXT, by=self.person)
        if kind:
            self._declare(kind)

    def _declare(self, kind):
        held = self.person.categories.filter(primary=True, until=None).first()
        if held is None:
            Category.objects.create(person=self.person, kind=kind, since=timezone.localdate())
        elif held.confirmed_at is None and held.kind != kind:
            held.kind = kind
            held.save()

    def _pass_to(self, place, home, by):
        """From here on another neighbourhood has it; the access of who waits goes along."""
        if self.previous_id and place.pk == self.previous.place_id:
            raise Refused("那里就是原来的居村。不搬了，请点“不搬了，留在原来的队伍”")
        if place.pk != self.place_id:
            self._end_registrant(by)
            appoint(self.person, Role.REGISTRANT, place, by=by)
        self.place, self.home = place, home

    def _hold_here(self):
        """Hold the row until the commit. Whoever read it before it went elsewhere is told; the status alone would not show it."""
        here = type(self).objects.select_for_update(no_key=True).filter(pk=self.pk, place=self.place_id)
        if not here.values_list("pk").first():
            raise Refused(MOVED_ON)

    def _end_registrant(self, by):
        for post in Appointment.objects.current().filter(person=self.person, role=Role.REGISTRANT, place=self.place):
            post.end(by=by if by is not CLOCK else None)

    @staticmethod
    def _answer_by():
        return add_working_days(timezone.now(), settings.REVIEW_WORKING_DAYS)
