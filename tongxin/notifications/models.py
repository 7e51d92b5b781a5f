"""Who is told what when something happens (消息), and how each of them wants to hear it."""

import datetime as dt

from django.conf import settings
from django.db import models, transaction
from django.db.models import Case, Q, Value, When
from django.utils import timezone

from tongxin.access.policy import Permission as P
from tongxin.access.rules import scope
from tongxin.journal.models import record
from tongxin.people.models import CONTACT_SCOPES, Consent, Purpose
from tongxin.places.models import Place

UNHEARD = dt.timedelta(minutes=30)  # an urgent text message unread so long: somebody telephones
URGENT_FOR = dt.timedelta(days=1)


class Family(models.TextChoices):
    """What a notice is about (消息类别): each can be had by text message or not."""

    REGISTRATIONS = "registrations", "报到"
    TASKS = "tasks", "任务"
    SERVICE = "service", "时长"
    TEAMS = "teams", "队伍"
    OTHER = "other", "通知"

    @classmethod
    def of(cls, subject_kind: str) -> "Family":
        """The family of what an event is about: its room says it."""
        room = subject_kind.partition(".")[0]
        return {"access": cls.TEAMS}.get(room) or (cls(room) if room in cls.values else cls.OTHER)


class NoticeQuerySet(models.QuerySet):
    def unread(self):
        return self.filter(read_at=None)

    def read(self) -> int:
        """Mark as read, keeping the time of those read before; returns how many were new."""
        return self.unread().update(read_at=timezone.now())

    def unread_first(self):
        """As the list shows them: what is new, then what was read; newest first."""
        fresh = Case(When(read_at=None, then=Value(0)), default=Value(1))
        return self.order_by(fresh, "-at", "-pk")

    def to_text(self):
        """Waiting to leave as a text message."""
        return self.exclude(text="").filter(texted_at=None)

    def to_call(self, reader, *, now=None):
        """Urgent ones that reached nobody yet, at the places where this reader may telephone."""
        now = now or timezone.now()
        unheard = Q(texted_at=None) | Q(texted_at__lt=now - UNHEARD)
        return (
            self.unread()
            .filter(scope(reader, P.REVEAL_CONTACT), unheard, urgent=True, called_at=None, at__gt=now - URGENT_FOR)
            .exclude(person=reader.pk)
        )


class Notice(models.Model):
    """One message to one person (消息): what happened, what next, by when, whom to call."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices")
    event_id = models.BigIntegerField(null=True)  # the journal row it comes from, without a key; None: a daily digest
    day = models.DateField(null=True)  # of a digest
    kind = models.CharField(max_length=40)  # the name of the message
    family = models.CharField(max_length=14, choices=Family, default=Family.OTHER)
    urgent = models.BooleanField(default=False)
    place = models.ForeignKey(Place, models.SET_NULL, null=True, related_name="+")
    title = models.CharField(max_length=60)
    body = models.CharField(max_length=300, blank=True)
    url = models.CharField(max_length=120, blank=True)
    lines = models.JSONField(default=list, blank=True)  # of a digest: [{"label", "count", "url", "late"}]
    text = models.CharField(max_length=300, blank=True)  # the same for SMS, without names; empty: in the app only
    at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)
    texted_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)  # of the text message
    again_at = models.DateTimeField(null=True)  # the next try after one that failed
    trouble = models.CharField(max_length=40, blank=True)  # what the gateway's last failure was called
    called_at = models.DateTimeField(null=True)  # told by telephone

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["person", "event_id"], name="notice_once_per_event"),
            models.UniqueConstraint(
                fields=["person", "kind", "day"], condition=Q(day__isnull=False), name="notice_one_digest_a_day"
            ),
            models.CheckConstraint(
                condition=Q(event_id__isnull=False) | Q(day__isnull=False), name="notice_comes_from_somewhere"
            ),
        ]
        indexes = [
            models.Index(fields=["person"], name="notice_unread", condition=Q(read_at=None)),
            models.Index(fields=["person", "-id"], name="notice_newest"),
            models.Index(fields=["id"], name="notice_to_text", condition=Q(texted_at=None) & ~Q(text="")),
            models.Index(fields=["texted_at"], name="notice_texted", condition=Q(texted_at__isnull=False)),
            models.Index(fields=["at"], name="notice_urgent", condition=Q(urgent=True)),
        ]

    def called(self, *, by) -> None:
        """Somebody told the person by telephone."""
        with transaction.atomic():
            if Notice.objects.filter(pk=self.pk, called_at=None).update(called_at=timezone.now()):
                record("notice.call", subject=self, by=by, place=self.place_id)


class DigestHour(models.IntegerChoices):
    """When the daily digest comes, in minutes after midnight."""

    MORNING = 8 * 60 + 30, "上午8:30"
    NOON = 12 * 60, "中午12:00"
    AFTERNOON = 17 * 60, "下午5:00"


class Choice(models.Model):
    """How one person wants to hear of things (怎样通知我); without a row, as it is usual."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notice_choice")
    no_text = models.JSONField(default=list, blank=True)  # families not wanted as text messages
    digest = models.BooleanField(default=True)
    digest_text = models.BooleanField(default=False)  # the digest by text message too
    digest_at = models.PositiveSmallIntegerField(choices=DigestHour, default=DigestHour.MORNING)
    digested_on = models.DateField(null=True)  # the last day the digest was made

    @classmethod
    def of(cls, person) -> "Choice":
        """What this person chose; not saved when they never chose."""
        return cls.objects.filter(person=person).first() or cls(person=person)

    def wants_text(self, family) -> bool:
        return family not in self.no_text

    def set_text(self, family, *, on, by) -> None:
        """Text messages of one family: yes or no."""
        others = [name for name in self.no_text if name != family]
        self._choose(by, no_text=others if on else [*others, str(Family(family))])

    def set_digest(self, *, by, on=None, text=None, at=None) -> None:
        """Whether the daily digest comes, also as a text message, and when. What is late is told in any case."""
        given = {"digest": on, "digest_text": text, "digest_at": None if at is None else DigestHour(int(at)).value}
        self._choose(by, **{name: value for name, value in given.items() if value is not None})

    def _choose(self, by, **chosen):
        with transaction.atomic():
            choice, _ = Choice.objects.get_or_create(person=self.person)
            for name, value in chosen.items():
                setattr(choice, name, value)
                setattr(self, name, value)
            choice.save(update_fields=list(chosen))
            self.pk = choice.pk
            record("choice.set", subject=choice, by=by)


def wanting_text(people, family) -> set[int]:
    """Who of these agreed to text messages and did not switch this family off."""
    agreed = Consent.objects.filter(purpose=Purpose.SMS, withdrawn_at=None, person__in=people, person__is_active=True)
    agreed = set(agreed.values_list("person_id", flat=True))
    if not agreed:
        return agreed
    chosen = Choice.objects.filter(person__in=agreed).values_list("person_id", "no_text")
    return agreed - {person for person, off in chosen if family in off}


def _urgent_contacts(reader) -> Q:
    """Whom an urgent message did not reach may be telephoned by whoever may call at that place."""
    return Q(pk__in=Notice.objects.to_call(reader).values("person"))


CONTACT_SCOPES.append(_urgent_contacts)
