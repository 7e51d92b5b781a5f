"""The team (队伍): a deputy, a term that ends soon, invitations, a handover, a reorganisation planned for next month."""

import datetime as dt

from tongxin.access.models import Appointment
from tongxin.access.policy import Role
from tongxin.places.models import Level, Place
from tongxin.teams.handover import complete
from tongxin.teams.models import Invitation, Reorganisation
from tongxin.teams.posts import put_in_post

from .work import SAFE


def tell(diary, cast):
    deputy, ending, yes, no, still = (cast.plain[n % len(cast.plain)] for n in range(5))
    buildings = list(Place.objects.under(cast.home).filter(level=Level.BUILDING, until=None).order_by("pk"))
    held = Appointment.objects.current().filter(role=Role.RESIDENT_LEADER).values("place")
    vacant = list(Place.objects.filter(pk__in=[one.pk for one in buildings]).exclude(pk__in=held).order_by("pk"))

    def posted(who, role, place, ago, days):
        until = (diary.at(ago) + dt.timedelta(days=days)).date()
        put_in_post(cast(who), role, place, by=cast("wang"), deputy=True, until=until)

    diary.note(diary.at(60, 10), posted, deputy, Role.CAPTAIN, cast.home, 60, 365)
    diary.note(diary.at(170, 10), posted, ending, Role.RESIDENT_LEADER, vacant[0], 170, 182)

    def asked(who, place, deputy=False):
        Invitation.send(cast(who), Role.RESIDENT_LEADER, place, by=cast("zhou"), deputy=deputy)

    def answered(who, verb):
        getattr(Invitation.objects.pending().get(person=cast(who)), verb)(by=cast(who))

    diary.note(diary.at(6, 10), asked, yes, vacant[1])
    diary.note(diary.at(5, 20), answered, yes, "accept")
    diary.note(diary.at(6, 10.2), asked, no, vacant[2])
    diary.note(diary.at(4, 20), answered, no, "decline")
    diary.note(diary.at(2, 10), asked, "alan", vacant[3])
    diary.note(diary.at(1, 10), asked, still, vacant[4 % len(vacant)])
    _handover(diary, cast, deputy)
    diary.note(diary.at(2, 14), lambda: _split(diary, cast).decide(by=cast("he")))


def _handover(diary, cast, deputy):
    """The deputy is away for some weeks: what was promised goes to the captain."""

    def published():
        from tongxin.tasks.models import Task

        start = diary.at(-20, 9)
        Task.draft(
            by=cast(deputy), publish=True, place=cast.home, title="冬至包汤团送长辈", spot="居委活动室", starts_at=start,
            ends_at=start + dt.timedelta(hours=2), seats=12, risk_text=SAFE, summary="包好以后两人一组送上门。",
        )  # fmt: skip

    diary.note(diary.at(12, 10), published)
    diary.note(diary.at(3, 16), lambda: complete(cast(deputy), cast("zhou"), cast.home, by=cast("wang")))


def _split(diary, cast) -> Reorganisation:
    """The largest other neighbourhood of the 街镇 becomes two, from the first of the month after next."""
    month = diary.now.replace(day=1) + dt.timedelta(days=63)
    units = Place.objects.filter(parent=cast.street, level=Level.NEIGHBOURHOOD, until=None).exclude(
        pk__in=[cast.home.pk, cast.near.pk]
    )
    place = max(units.order_by("pk"), key=lambda unit: Place.objects.under(unit).filter(until=None).count())
    name = place.name.removesuffix("居委会")
    parts = [
        {"name": f"{name}第{n}居委会", "code": f"{place.code[:9]}{990 + k}"} for k, n in enumerate("一二", start=1)
    ]
    estates = Place.objects.filter(parent=place, until=None).order_by("path").values_list("pk", flat=True)
    plan = {"parts": parts, "estates": {str(pk): n % 2 for n, pk in enumerate(estates)}, "rest": 0}
    return Reorganisation.prepare(by=cast("he"), kind="split", place=place, on=month.replace(day=1).date(), plan=plan)
