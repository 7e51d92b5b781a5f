"""Squads made, renamed, re-cut and dissolved (分队调整): nobody is lost, no building falls between two, none has two."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from tongxin.access.models import Appointment, today
from tongxin.access.policy import Permission as P
from tongxin.access.policy import Role
from tongxin.access.rules import can
from tongxin.journal.models import draft, record, record_many
from tongxin.people.names import clean_name
from tongxin.places.models import Level, Place
from tongxin.workflow.transitions import Refused

from .models import Membership, Responsibility, Squad, Team


def _ask(by, place):
    if not can(by, P.MANAGE_TEAM, place):
        raise PermissionDenied


def create_squad(place, *, name, by) -> Squad:
    """A new, empty squad. Raises PermissionDenied, Refused."""
    _ask(by, place)
    name = _name(name)
    try:
        with transaction.atomic():
            squad = Squad.objects.create(team=Team.of(place), name=name)
            record("squad.create", subject=squad, by=by, place=place)
    except IntegrityError:
        raise Refused(f"已经有“{name}”了，请换一个名称") from None
    return squad


def rename_squad(squad, *, name, by) -> None:
    """Call it something else; raises PermissionDenied, Refused."""
    _ask(by, squad.place)
    name = _name(name)
    facts = {"name_from": squad.name, "name_to": name}
    try:
        with transaction.atomic():
            Squad.objects.filter(pk=squad.pk).update(name=name)
            record("squad.rename", subject=squad, by=by, place=squad.place, facts=facts)
    except IntegrityError:
        raise Refused(f"已经有“{name}”了，请换一个名称") from None


def dissolve_squad(squad, *, by) -> None:
    """Dissolve an empty squad; what it once answered for stays on record. Raises PermissionDenied, Refused."""
    _ask(by, squad.place)
    with transaction.atomic():
        _hold(squad.team)
        if why := why_not_dissolve(squad):
            raise Refused(why)
        facts = {"name_from": squad.name}
        # The name is free again for a new one.
        Squad.objects.filter(pk=squad.pk).update(until=today(), name=f"{squad.name[:14]}（已撤销{squad.pk}）"[:30])
        record("squad.dissolve", subject=squad, by=by, place=squad.place, facts=facts)


def why_not_dissolve(squad) -> str | None:
    """Why not, in words; None for an empty squad."""
    if squad.memberships.filter(until=None).exists():
        return f"“{squad.name}”还有队员，请先把他们编到别的分队"
    if squad.responsibilities.filter(until=None).exists():
        return f"“{squad.name}”还包干着楼栋，请先交给别的分队"
    return None


@dataclass
class Cut:
    """Members and buildings that go from one squad to another; `squad` None is those without one."""

    squad: Squad
    to: Squad
    members: list
    buildings: list

    @property
    def words(self) -> list[str]:
        """What it will do, before it is done."""
        here, there = (squad.memberships.filter(until=None).count() for squad in (self.squad, self.to))
        n, buildings = len(self.members), len(self.buildings)
        lines = []
        if n:
            lines.append(
                f"{n}名队员从{self.squad.name}编入{self.to.name}：{self.squad.name}剩{here - n}人，{self.to.name}到{there + n}人"
            )
        if buildings:
            named = "、".join(place.own_label for place in self.buildings[:6]) + ("等" if buildings > 6 else "")
            lines.append(f"{buildings}栋楼从今天起由{self.to.name}包干：{named}")
        return [*lines, "没有楼会落空，也没有一栋楼归两个分队。队员的时长、职务和认领的任务都不变。"]

    def do(self, *, by) -> None:
        """Raises PermissionDenied, Refused."""
        _ask(by, self.squad.place)
        with transaction.atomic():
            _hold(self.squad.team)
            self._check()
            facts = {"squad_from": self.squad.pk, "squad_to": self.to.pk}
            events = [
                draft("membership.reassign", subject=m, by=by, place=self.squad.place, facts=facts)
                for m in self.members
            ]
            Membership.objects.filter(pk__in=[m.pk for m in self.members]).update(squad=self.to)
            record_many(events)
            if self.buildings:
                self._hand_buildings()
                where = {"squad_from": self.squad.pk, "squad_to": self.to.pk, "buildings": len(self.buildings)}
                record("squad.recut", subject=self.to, by=by, place=self.squad.place, facts=where)

    def _hand_buildings(self):
        duties = Responsibility.objects.filter(squad=self.squad, until=None, building__in=self.buildings)
        duties.update(until=today())
        Responsibility.objects.bulk_create(
            Responsibility(squad=self.to, building=b, since=today()) for b in self.buildings
        )

    def _check(self):
        if self.to.team_id != self.squad.team_id or self.to.pk == self.squad.pk or self.to.until:
            raise Refused("请选本居村的另一个分队")
        if not self.members and not self.buildings:
            raise Refused("请先勾选要调整的队员或楼栋")
        here = Membership.objects.filter(squad=self.squad, until=None, pk__in=[m.pk for m in self.members])
        duties = Responsibility.objects.filter(squad=self.squad, until=None, building__in=self.buildings)
        if here.count() < len(self.members) or duties.count() < len(self.buildings):
            raise Refused("刚才有人先调整过这个分队，请刷新看最新情况")
        posts = Appointment.objects.current().filter(role=Role.SQUAD_LEADER, place=self.squad.place)
        if posts.filter(person__in=[m.person_id for m in self.members]).exists():
            raise Refused("勾选的人里有分队长，请先结束分队长的任职，再调到别的分队")


def cut_from(squad, *, to, members, buildings) -> Cut:
    """What was ticked (ids), as far as it is the squad's own."""
    mine = squad.memberships.filter(until=None, pk__in=members).select_related("person").order_by("pk")
    duties = squad.responsibilities.filter(until=None, building__in=buildings).values("building")
    places = Place.objects.filter(pk__in=duties, level=Level.BUILDING).order_by("path")
    return Cut(squad, to, list(mine), list(places))


def _hold(team):
    Team.objects.select_for_update(no_key=True).only("pk").get(pk=team.pk)


def _name(name) -> str:
    name = clean_name(name)[:20]
    if not name:
        raise Refused("请写分队的名称，比如“第三分队”")
    return name
