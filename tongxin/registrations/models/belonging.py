"""In the team: join, pause, move home, leave (入队、暂停、迁居、退出)."""

from django.db import IntegrityError, transaction

from tongxin.access.models import appoint
from tongxin.access.policy import Permission as P
from tongxin.access.policy import Role
from tongxin.journal.models import record
from tongxin.teams.models import Membership, Team
from tongxin.workflow.transitions import CLOCK, OWN, Refused, only_clock, transition

from .after import stay_in_the_old_team, then
from .guards import no_move_under_way, only_oneself
from .states import OPEN, Status


class Belonging:
    """The verbs of the fourth step and of all that may come after it."""

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

    @transition(Status.JOINED, to=Status.PAUSED, permission=OWN, label="暂停", guard=only_oneself)
    def pause(self, *, by):
        """Not be called for a while, without a reason (暂停); the place in the team stays."""
        self._membership_or_refuse().pause(by=by)

    @transition(Status.PAUSED, to=Status.JOINED, permission=OWN, label="恢复", guard=only_oneself)
    def resume(self, *, by):
        """Be called again, whenever the person likes (恢复)."""
        self._membership_or_refuse().resume(by=by)

    @transition(Status.JOINED, Status.PAUSED, to=Status.MOVING, permission=OWN, label="迁居", guard=no_move_under_way)
    def set_out(self, *, by):
        """The first half of `move_home`: the old team keeps the person until the new neighbourhood accepts."""

    @transition(Status.MOVING, to=Status.JOINED, permission=OWN, label="留在原来的队伍", guard=only_clock)
    def stay(self, *, by):
        """The move came to nothing; everything is as before."""

    @transition(Status.MOVING, to=Status.PAUSED, permission=OWN, label="留在原来的队伍（暂停中）", guard=only_clock)
    def stay_paused(self, *, by):
        """The same for who had paused."""

    @transition(Status.MOVING, to=Status.TRANSFERRED, permission=OWN, label="迁出", guard=only_clock)
    def transfer(self, *, by):
        """The new neighbourhood accepted: the old team closes its record; hours and history stay the person's."""
        self._end_memberships(by)

    @then(stay_in_the_old_team)
    @transition(
        Status.SUBMITTED, Status.RETURNED, Status.ACCEPTED, Status.CONTACTED, Status.JOINED, Status.PAUSED,
        Status.APPEALED, to=Status.LEFT, permission=OWN, label="退出", guard=only_oneself, writes=["due_at"],
    )  # fmt: skip
    def leave(self, *, by):
        """The person leaves, at any time and without a reason (退队); verified hours stay theirs.

        Whoever was on the way to a new home stays in the old team by it; `leave_all` leaves both.
        """
        self.due_at = None
        self._end_registrant(by)
        self._end_memberships(by)

    @transition(
        *OPEN, Status.MOVING, to=Status.LEFT, permission=OWN, label="随资料删除结束", guard=only_clock, writes=["due_at"],
    )  # fmt: skip
    def lapse(self, *, by):
        """The person had everything about themselves erased: nothing is under way any more."""
        self.due_at = None
        self._end_registrant(by)
        self._end_memberships(by)

    def move_home(self, *, by, home):
        """Move home (迁居): nothing is typed but the new home. Returns the registration that counts from now on.

        Within the neighbourhood the building changes and that is all; elsewhere the new neighbourhood reviews, and until
        it accepts the old team keeps the person. Raises Refused, PermissionDenied.
        """
        place = home.neighbourhood
        if place is None:
            raise Refused("请选到居村或楼栋")
        try:
            with transaction.atomic():
                if place.pk == self.place_id:
                    return self._change_building(by, home)
                self.set_out(by=by)
                return self._check_in_anew(place, home if home.pk != place.pk else None)
        except IntegrityError as problem:  # pressed twice at the same moment
            raise Refused("您正在迁居，新居村答复以后再办") from problem

    def _check_in_anew(self, place, home):
        new = type(self).objects.create(
            person=self.person, place=place, home=home, skills=self.skills, times=self.times, previous=self,
            due_at=self._answer_by(),
        )  # fmt: skip
        appoint(self.person, Role.REGISTRANT, place, by=self.person)
        record("registration.submit", subject=new, by=self.person, place=place, went_to=new.status)
        return new

    def _change_building(self, by, home):
        if not by.is_active or by.pk != self.person_id or self.status not in (Status.JOINED, Status.PAUSED):
            raise Refused(f"现在是“{self.get_status_display()}”，不能改住处。请刷新看最新情况")
        membership = self._membership_or_refuse()
        self.home = membership.home = home if home.pk != self.place_id else None
        membership.squad = membership.team.squad_for(membership.home)
        membership.save(update_fields=["home", "squad"])
        self.save(update_fields=["home"])
        record("registration.change_building", subject=self, by=by, place=self.place)
        return self

    def stay_home(self, *, by) -> None:
        """Not move after all: what went to the new neighbourhood ends, the old team goes on. Raises Refused."""
        if self._moving() is None:
            raise Refused("现在没有在办的迁居。请刷新看最新情况")
        self.leave(by=by)

    @classmethod
    def leave_all(cls, *, by) -> None:
        """Leave what is open and the team behind it, in one act."""
        with transaction.atomic():
            while mine := cls.objects.filter(person=by, status__in=OPEN).order_by("-pk").first():
                mine.leave(by=by)

    def _moving(self):
        """The old registration this one moves away from, while that still waits; None otherwise."""
        if self.previous_id is None:
            return None
        old = type(self).objects.select_related("place", "person").filter(pk=self.previous_id, status=Status.MOVING)
        return old.first()

    def keep_previous(self):
        """Where one moved from, if it still waits, goes on as before."""
        old = self._moving()
        if old is None:
            return
        if old._memberships().filter(paused_at=None).exists():
            old.stay(by=CLOCK)
        else:
            old.stay_paused(by=CLOCK)

    def _leave_the_old_team_again(self):
        """An appeal takes the move up again, when the old team still has the person."""
        old = type(self).objects.filter(pk=self.previous_id, status__in=[Status.JOINED, Status.PAUSED]).first()
        if old is not None:
            old.set_out(by=self.person)

    def _memberships(self):
        return Membership.objects.current().filter(person=self.person, team__place=self.place)

    def _membership_or_refuse(self):
        membership = self._memberships().first()
        if membership is None:
            raise Refused("现在不在这个队里，请打电话给居委核对")
        return membership

    def _end_memberships(self, by):
        for membership in self._memberships():
            membership.leave(by=by if by is not CLOCK else None)
