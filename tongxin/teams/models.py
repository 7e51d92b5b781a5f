"""Second-echelon teams (第二梯队), their squads, members and the buildings they answer for.

Posts (队长, 分队长, 楼组长, 线上楼长) are appointments: `access` holds them, so that a post and its access cannot differ.
"""

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from tongxin.access.models import Appointment, appoint, today
from tongxin.access.policy import Permission, Role
from tongxin.access.rules import scope
from tongxin.journal.models import record
from tongxin.people.models import CONTACT_SCOPES
from tongxin.places.models import Place

#: Posts that come with being a member and end with a pause.
OF_MEMBERS = (Role.VOLUNTEER, Role.RESIDENT_LEADER, Role.ONLINE_LEADER, Role.SQUAD_LEADER, Role.CAPTAIN)
SPAN_ADVISED, SPAN_WARN = 5, 7  # direct reports: advice and warning (R19)


class Team(models.Model):
    """The second echelon of one neighbourhood (居村第二梯队); exactly one root team each."""

    place = models.OneToOneField(Place, models.PROTECT, related_name="team")
    name = models.CharField(max_length=60)
    since = models.DateField(default=today)

    def __str__(self):
        return self.name

    @classmethod
    def of(cls, place) -> "Team":
        """The neighbourhood's team, made when it is first needed."""
        return cls.objects.get_or_create(place=place, defaults={"name": f"{place.name}第二梯队"})[0]

    def captain(self):
        """The captain's appointment, or None while the post is vacant (队长空缺)."""
        return (
            Appointment.objects.current()
            .filter(place=self.place, role=Role.CAPTAIN, deputy=False)
            .select_related("person")
            .first()
        )

    def squad_for(self, home) -> "Squad | None":
        """Where a newcomer belongs: the squad that answers for the building, else the smallest one."""
        if home is not None and (duty := Responsibility.objects.filter(building=home, until=None).first()):
            return duty.squad
        size = models.Count("memberships", filter=models.Q(memberships__until=None))
        return self.squads.filter(until=None).annotate(size=size).order_by("size", "pk").first()


class Squad(models.Model):
    """Part of a team, answering for buildings (分队)."""

    team = models.ForeignKey(Team, models.PROTECT, related_name="squads")
    name = models.CharField(max_length=30)
    until = models.DateField(null=True, blank=True)  # dissolved; its history stays

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["team", "name"], name="squad_name_once")]

    def __str__(self):
        return self.name

    @property
    def place(self):
        return self.team.place


class MembershipQuerySet(models.QuerySet):
    def on(self, day):
        return self.filter(since__lte=day).filter(models.Q(until=None) | models.Q(until__gt=day))

    def current(self):
        return self.on(today())

    def active(self):
        """In the team and not paused: who is called and may claim."""
        return self.current().filter(paused_at=None)


class Membership(models.Model):
    """One person in one team (在队), from `since` until the day before `until`; history stays."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="memberships")
    team = models.ForeignKey(Team, models.PROTECT, related_name="memberships")
    squad = models.ForeignKey(Squad, models.PROTECT, null=True, related_name="memberships")
    home = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+")  # the building, or coarser
    skills = models.CharField(max_length=120, blank=True)
    times = models.CharField(max_length=60, blank=True)
    since = models.DateField(default=today)
    until = models.DateField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)  # 已暂停: keeps the seat, is not called, claims nothing

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=models.Q(until=None), name="membership_one_open"),
            models.CheckConstraint(
                condition=models.Q(until=None) | models.Q(until__gte=models.F("since")),
                name="membership_dates_in_order",
            ),
        ]
        indexes = [models.Index(fields=["team", "until"], name="membership_team")]

    @property
    def place(self):
        return self.team.place

    @classmethod
    def begin(cls, person, *, team, by, squad=None, home=None, skills="", times="", since=None) -> "Membership":
        """Join the team (入队): membership and the volunteer's access in one step."""
        membership = cls.objects.create(
            person=person, team=team, squad=squad, home=home, skills=skills, times=times, since=since or today()
        )
        record("membership.begin", subject=membership, by=by, place=team.place)
        appoint(person, Role.VOLUNTEER, team.place, by=by, since=membership.since)
        return membership

    def pause(self, *, by) -> None:
        """Stay in the team without being called (暂停): the posts held there end, what was done stays."""
        if self.paused_at is not None:
            return
        with transaction.atomic():
            self.paused_at = timezone.now()
            self.save(update_fields=["paused_at"])
            record("membership.pause", subject=self, by=by, place=self.place)
            held = Appointment.objects.current().filter(person=self.person, role__in=OF_MEMBERS)
            for post in held.filter(place__path__under=self.place.path):
                post.end(by=by)
            appoint(self.person, Role.REGISTRANT, self.place, by=by)

    def resume(self, *, by) -> None:
        """Be called again (恢复), as a volunteer; a post is given anew by whoever gives it."""
        if self.paused_at is None:
            return
        with transaction.atomic():
            self.paused_at = None
            self.save(update_fields=["paused_at"])
            record("membership.resume", subject=self, by=by, place=self.place)
            waiting = Appointment.objects.current().filter(person=self.person, role=Role.REGISTRANT, place=self.place)
            for post in waiting:
                post.end(by=by)
            appoint(self.person, Role.VOLUNTEER, self.place, by=by)

    def leave(self, *, by, reason="", on=None) -> None:
        """Leave the team (退队): every post at or below the team's place ends with it."""
        self.until = max(on or today(), self.since)
        self.save(update_fields=["until"])
        record("membership.end", subject=self, by=by, place=self.place, reason=reason)
        for post in Appointment.objects.current().filter(person=self.person, place__path__under=self.place.path):
            post.end(by=by, reason=reason, on=self.until)


class Responsibility(models.Model):
    """A squad answers for a building (包干): no gap and no overlap, by constraint and by count."""

    squad = models.ForeignKey(Squad, models.PROTECT, related_name="responsibilities")
    building = models.ForeignKey(Place, models.PROTECT, related_name="responsibilities")
    since = models.DateField(default=today)
    until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["building"], condition=models.Q(until=None), name="building_one_squad")
        ]


def _numbers_of_members(reader):
    """Captains and offices may open the numbers of members where they hold the permission; members their captain's."""
    members = scope(reader, Permission.REVEAL_CONTACT, "memberships__team__place") & models.Q(memberships__until=None)
    # Whoever has only checked in is shown the captain after the review, by the registration itself.
    posts = Appointment.objects.current().filter(person=reader).exclude(role=Role.REGISTRANT)
    own = Place.objects.filter(appointments__in=posts)
    captains = Appointment.objects.current().filter(role=Role.CAPTAIN, place__in=own)
    return members | models.Q(pk__in=captains.values("person"))


CONTACT_SCOPES.append(_numbers_of_members)


from .handover import Handover  # noqa: E402, F401 - files of their own, the same room
from .invitations import Invitation  # noqa: E402, F401
from .own import teams as own_copy  # noqa: E402, F401
from .reorganising import Reorganisation  # noqa: E402, F401
