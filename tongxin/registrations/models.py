"""报到·审核·联络·入队: a person checks in where they live, is reviewed, contacted, and joins the team."""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from tongxin.access.models import Appointment, appoint
from tongxin.access.policy import Permission as P
from tongxin.access.policy import Role
from tongxin.access.rules import can, scope
from tongxin.journal.models import record
from tongxin.people.models import CONTACT_SCOPES, SENSITIVE_KINDS, Category, Kind, Person, Purpose, give_consent
from tongxin.people.names import clean_name
from tongxin.people.phones import normalise_phone
from tongxin.people.vault import blind_index
from tongxin.places.models import Place
from tongxin.teams.models import Membership, Team
from tongxin.workflow.transitions import CLOCK, Refused, refusal, transition
from tongxin.workflow.working_time import add_working_days

CONSENT_TEXT = "2026-11"  # the version of the words on the form


class RegistrationQuerySet(models.QuerySet):
    def visible_to(self, person):
        """Where this person may see registrations, and always one's own."""
        return self.filter(scope(person, P.VIEW_REGISTRATION) | models.Q(person=person))

    def in_scope(self, person):
        """What the desk of this person shows: where they may see registrations, not their own by itself."""
        return self.filter(scope(person, P.VIEW_REGISTRATION))

    def to_contact(self, person):
        """Newcomers this person may call (队长联络), the earliest due first; never oneself."""
        waiting = self.waiting_contact().filter(scope(person, P.CONTACT_REGISTRATION)).exclude(person=person)
        return waiting.order_by("due_at", "pk")

    def open_of(self, person):
        """The registration a person has under way or joined with; None for everybody else."""
        mine = self.filter(person=person.pk, status__in=Registration.OPEN) if person.pk else self.none()
        return mine.select_related("place").first()

    def newest_of(self, person):
        """A person's own registration, the newest one; None when there is none."""
        return self.filter(person=person).select_related("person", "place", "home").order_by("-pk").first()

    def refused_of(self, person):
        """The refusal a person comes back from; None when their newest registration is anything else."""
        newest = self.newest_of(person) if person.pk else None
        return newest if newest and newest.status == Registration.Status.REFUSED else None

    def waiting_review(self):
        return self.filter(status=Registration.Status.SUBMITTED)

    def waiting_contact(self):
        return self.filter(status=Registration.Status.ACCEPTED)


def not_oneself(registration, by):
    """不能办自己的报到"""
    if by is CLOCK:
        return None
    if registration.person_id == by.pk:
        return "自己的报到请别人来办"
    return "报到的人与您同名，请另一位同事来办" if by.may_be(registration.person) else None


def only_oneself(registration, by):
    """只有报到的本人"""
    return None if registration.person_id == by.pk else "只有报到的本人可以这样做"


class Registration(models.Model):
    """One person's check-in at one neighbourhood (报到)."""

    class Status(models.TextChoices):
        SUBMITTED = "submitted", "待审核"
        ACCEPTED = "accepted", "待联络"
        CONTACTED = "contacted", "待本人确认入队"
        JOINED = "joined", "已入队"
        REFUSED = "refused", "未通过"
        LEFT = "left", "已退出"

    OPEN = [Status.SUBMITTED, Status.ACCEPTED, Status.CONTACTED, Status.JOINED]
    HAS_CAPTAIN = [Status.ACCEPTED, Status.CONTACTED, Status.JOINED]  # from here on the captain is one's contact

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="registrations")
    place = models.ForeignKey(Place, models.PROTECT, related_name="registrations")  # the neighbourhood (居村)
    home = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+")  # the building, or coarser
    skills = models.CharField(max_length=120, blank=True)
    times = models.CharField(max_length=60, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.SUBMITTED)
    reason = models.CharField(max_length=200, blank=True)  # of a refusal, in words for the person
    submitted_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(null=True)  # when the current step should be done
    imported_by = models.ForeignKey("RosterImport", models.PROTECT, null=True, related_name="registrations")
    submit_key = models.CharField(max_length=40, null=True, unique=True)

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        ordering = ["submitted_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(status__in=["submitted", "accepted", "contacted", "joined"]),
                name="registration_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(status="refused") & ~models.Q(reason="") | ~models.Q(status="refused"),
                name="registration_refused_has_reason",
            ),
        ]
        indexes = [models.Index(fields=["place", "status"], name="registration_queue")]

    # questions ---------------------------------------------------------------------------------------------------

    @property
    def by_roster(self) -> bool:
        """Came with the office's own paper file; nobody pressed the buttons of the first four steps."""
        return self.imported_by_id is not None

    def is_late(self) -> bool:
        """The step going on should have been done by now."""
        return self.due_at is not None and self.due_at < timezone.now()

    def as_typed(self) -> dict:
        """What need not be typed again after a refusal; the number is proved anew."""
        skills, times = (text.split("、") if text else [] for text in (self.skills, self.times))
        return {"name": self.person.name, "home": self.home or self.place, "skills": skills, "times": times}

    def declared_kind(self) -> str:
        """The 人员类别 as it stands now, declared or confirmed; "" when there is none yet."""
        category = self.person.categories.filter(primary=True, until=None).first()
        return category.kind if category else ""

    def kind_for(self, reader) -> str | None:
        """The 人员类别 for those who may read specific identities; None for everybody else.

        Leaving out only the sensitive ones would tell which they are.
        """
        return self.declared_kind() if can(reader, P.VIEW_SENSITIVE_KIND, self.place) else None

    def agreed_to_sensitive_kind(self) -> bool:
        return self.person.consents.filter(purpose=Purpose.SENSITIVE_KIND, withdrawn_at=None).exists()

    def captain(self):
        """The captain's appointment, or None: then the neighbourhood itself gets in touch."""
        team = Team.objects.filter(place=self.place).first()
        return team.captain() if team else None

    def captain_to_call(self):
        """The captain's appointment once the captain is this person's contact; None before the review and without one."""
        return self.captain() if self.status in self.HAS_CAPTAIN else None

    @classmethod
    def somebody_else_has(cls, *, phone, name) -> str:
        """Whose number this is, masked, when it is in use under another name; "" otherwise. Ask only once it is proved."""
        person = Person.objects.by_phone(phone)
        if person is None or person.name == clean_name(name) or not cls._is_settled(person):
            return ""
        return person.masked_name

    @classmethod
    def _is_settled(cls, person) -> bool:
        """Known under a name others already rely on."""
        has_open = cls.objects.filter(person=person, status__in=cls.OPEN).exists()
        return has_open or person.is_staff_member or person.memberships.exists()

    # verbs, in lifecycle order -----------------------------------------------------------------------------------

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
            there = cls.objects.filter(
                person__phone_index=blind_index(normalise_phone(phone)), status__in=cls.OPEN
            ).first()
            if there is None:
                raise
            return there, False

    @classmethod
    def _submit(cls, phone, name, place, home, kind, skills, times, submit_key, sms, sensitive):
        person = cls._person(phone, name)
        if there := cls.objects.filter(person=person, status__in=cls.OPEN).first():
            return there, False
        if cls.objects.filter(submit_key=submit_key).exists():
            submit_key = None  # an old form sent again, after a refusal or by somebody else
        registration = cls.objects.create(
            person=person, place=place, home=home, skills=skills, times=times, submit_key=submit_key or None,
            due_at=add_working_days(timezone.now(), settings.REVIEW_WORKING_DAYS),
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
        Status.SUBMITTED, to=Status.ACCEPTED, permission=P.REVIEW_REGISTRATION, label="通过", guard=not_oneself,
        asks=["kind"], writes=["due_at"],
    )  # fmt: skip
    def accept(self, *, by, kind=""):
        """Accept after review; the 人员类别 is confirmed with it. The captain has two working days to get in touch."""
        if kind in SENSITIVE_KINDS and not self.agreed_to_sensitive_kind():
            raise Refused("这一身份要本人另行同意才能登记，请先选别的类别")
        self.due_at = add_working_days(timezone.now(), settings.CONTACT_WORKING_DAYS)
        category = self.person.categories.filter(primary=True, until=None).first()
        if category is None:
            category = Category(person=self.person, since=timezone.localdate(), kind=kind or Kind.VOLUNTEER)
        elif kind:
            category.kind = kind
        category.confirmed_by, category.confirmed_at = by, timezone.now()
        category.save()

    @transition(
        Status.SUBMITTED, to=Status.REFUSED, permission=P.REVIEW_REGISTRATION, label="不通过", guard=not_oneself,
        asks=["reason"], writes=["reason", "due_at"],
    )  # fmt: skip
    def refuse(self, *, by, reason):
        """Refuse with a reason the person can act on."""
        if not reason.strip():
            raise Refused("请写明原因，本人会看到")
        self.reason, self.due_at = reason.strip(), None
        self._end_registrant(by)

    @transition(
        Status.ACCEPTED, to=Status.CONTACTED, permission=P.CONTACT_REGISTRATION, label="已联系", guard=not_oneself,
        writes=["due_at"],
    )  # fmt: skip
    def contact(self, *, by):
        """The captain has spoken with the person; they now decide whether to join."""
        self.due_at = None
        Contact.objects.create(registration=self, by=by, result=Contact.Result.REACHED)

    @transition(Status.CONTACTED, to=Status.JOINED, permission=P.JOIN_TEAM, label="确认入队", guard=only_oneself)
    def join(self, *, by):
        """The person has read risks and consents, and joins the team (入队)."""
        team = Team.of(self.place)
        Membership.begin(
            self.person,
            team=team,
            by=by,
            squad=team.squad_for(self.home),
            home=self.home,
            skills=self.skills,
            times=self.times,
        )
        self._end_registrant(by)

    @transition(
        Status.SUBMITTED, Status.ACCEPTED, Status.CONTACTED, Status.JOINED, to=Status.LEFT, permission=P.LEAVE_TEAM,
        label="退出", guard=only_oneself, writes=["due_at"],
    )  # fmt: skip
    def leave(self, *, by):
        """The person leaves, at any time and without a reason (退队); verified hours stay theirs."""
        self.due_at = None
        self._end_registrant(by)
        for membership in Membership.objects.current().filter(person=self.person, team__place=self.place):
            membership.leave(by=by)

    def note_contact(self, *, by, result):
        """One tap of the captain: reached moves on, not reached or another time is logged and stays."""
        if result not in Contact.Result.values:
            raise Refused("请点“已联系”“未接通”或“改约”")
        if result == Contact.Result.REACHED:
            return self.contact(by=by)
        self._ask_to_contact(by)
        with transaction.atomic():
            Contact.objects.create(registration=self, by=by, result=result)
            record("registration.try_contact", subject=self, by=by, place=self.place, facts={"result": result})
        return None

    def call(self, *, by) -> str:
        """The newcomer's number in clear, for the first call; reading it is an event. Raises Refused, PermissionDenied."""
        self._ask_to_contact(by)
        return self.person.reveal_phone(by=by, reason="联络新报到的人", place=self.place)

    def call_captain(self, *, by) -> str:
        """The captain's number in clear, for the person who waits to be called. Raises Refused, PermissionDenied."""
        if by.pk != self.person_id:
            raise PermissionDenied
        captain = self.captain_to_call()
        if captain is None:
            raise Refused("队长还没有定，请打电话给居委")
        return captain.person.reveal_phone(by=by, reason="报到后联系队长", place=self.place)

    def _ask_to_contact(self, by):
        move = type(self).contact.move
        if not can(by, move.permission, self.place):
            raise PermissionDenied
        if why := refusal(self, move, by):
            raise Refused(why)

    def _end_registrant(self, by):
        for post in Appointment.objects.current().filter(person=self.person, role=Role.REGISTRANT, place=self.place):
            post.end(by=by if by is not CLOCK else None)


class Contact(models.Model):
    """One try to reach a newcomer (联络记录)."""

    class Result(models.TextChoices):
        REACHED = "reached", "已联系"
        NO_ANSWER = "no_answer", "未接通"
        LATER = "later", "改约"

    registration = models.ForeignKey(Registration, models.CASCADE, related_name="contacts")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    result = models.CharField(max_length=10, choices=Result)
    at = models.DateTimeField(default=timezone.now)


def accept_many(registrations, *, by):
    """Accept a batch; returns what was accepted and, for the rest, why not."""
    done, left = [], []
    for registration in registrations:
        try:
            registration.accept(by=by)
            done.append(registration)
        except Refused as refused:
            left.append((registration, refused.why))
    return done, left


def _numbers_of_newcomers(reader):
    """Whoever reviews or contacts newcomers may open their numbers; a newcomer's captain is reached through teams."""
    here = scope(reader, P.REVEAL_CONTACT, "registrations__place")
    return here & models.Q(registrations__status__in=Registration.OPEN)


CONTACT_SCOPES.append(_numbers_of_newcomers)


from .roster.models import MemberFile, RosterImport  # noqa: E402, F401 - a folder of their own, the same room
