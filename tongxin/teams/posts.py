"""The posts of a neighbourhood's own people (队长、副队长、分队长、楼组长、线上楼长): given for a term, ended, replaced.

A post is an Appointment. One with a term carries its end from the first day (`until`, exclusive), so the database's own
constraint on a single holder, which looks at open ends only, does not cover it: `one_at_a_time` holds the row of the
place until the commit, and whoever comes second sees the first.
"""

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.db import transaction

from tongxin.access.models import SINGLE, Appointment, today
from tongxin.access.policy import Permission as P
from tongxin.access.policy import Role
from tongxin.access.rules import can
from tongxin.journal.models import record
from tongxin.places.models import Level, Place
from tongxin.workflow.transitions import Refused

from .models import Membership

AT_TEAM = (Role.CAPTAIN, Role.SQUAD_LEADER)
AT_BUILDING = (Role.RESIDENT_LEADER, Role.ONLINE_LEADER)
LOCAL = AT_TEAM + AT_BUILDING
LONGEST = dt.timedelta(days=366 * 6)


def label_of(role, deputy=False) -> str:
    """队长, 副队长, 楼组长副手."""
    word = Role(role).label
    if not deputy:
        return word
    return f"{word}副手" if role in AT_BUILDING else f"副{word}"


def one_at_a_time(place) -> None:
    """Hold the place's row until the commit: two people filling one post come one after the other. Needs a transaction."""
    Place.objects.select_for_update(of=("self",), no_key=True).only("pk").get(pk=place.pk)


def holders(role, place, *, deputy=False, squad=None):
    """Who holds the post now, or is to hold it; of squad leaders those of one squad."""
    posts = Appointment.objects.filter(role=role, place=place, deputy=deputy).exclude(until__lte=today())
    if squad is not None:
        posts = posts.filter(person__in=Membership.objects.current().filter(squad=squad).values("person"))
    return posts.select_related("person")


def why_not(person, role, place, *, deputy=False, until=None, squad=None) -> str | None:
    """Why this person cannot have this post now, in words; None when they can. Ask while holding the place's row."""
    unit = place.neighbourhood
    levels = (Level.NEIGHBOURHOOD,) if role in AT_TEAM else (Level.BUILDING,)
    if role not in LOCAL or unit is None or place.level not in levels:
        return "这里没有这个职务，请回队伍页重新选"
    member = Membership.objects.active().filter(person=person, team__place=unit).first()
    if member is None or not person.is_active:
        return "只有本居村的在队成员可以担任，请先请对方报到入队"
    if until is not None and not today() < until <= today() + LONGEST:
        return "任期要到将来的某一天，最长六年，请检查日期"
    if holders(role, place, deputy=deputy).filter(person=person).exists():
        return f"对方已经是{label_of(role, deputy)}了，不用再定"
    squad = squad or (member.squad if role == Role.SQUAD_LEADER else None)
    if role == Role.SQUAD_LEADER and (squad is None or member.squad_id != squad.pk):
        return "分队长要从本分队的队员里选，请先把对方编进分队"
    alone = role in SINGLE or role == Role.SQUAD_LEADER
    if alone and not deputy and holders(role, place, squad=squad).exists():
        return f"{label_of(role)}已经有人担任，请用“换人”，或请对方任副职"
    return None


def put_in_post(person, role, place, *, by, until=None, deputy=False, squad=None) -> Appointment:
    """Appoint for a term (任职). Raises PermissionDenied, Refused."""
    if not can(by, P.APPOINT_LOCAL, place):
        raise PermissionDenied
    if person.pk == by.pk:
        raise Refused("自己的职务请别人来定")
    with transaction.atomic():
        one_at_a_time(place)
        return fill(person, role, place, by=by, until=until, deputy=deputy, squad=squad)


def fill(person, role, place, *, by, until=None, deputy=False, squad=None, appointed_by=None) -> Appointment:
    """The appointment itself, with the place's row held; permission was asked for before. Raises Refused."""
    if why := why_not(person, role, place, deputy=deputy, until=until, squad=squad):
        raise Refused(why)
    for other in holders(role, place, deputy=not deputy).filter(person=person):
        other.end(by=by, reason=f"改任{label_of(role, deputy)}")
    post = Appointment.objects.create(
        person=person, role=role, place=place, until=until, deputy=deputy, since=today(),
        appointed_by=appointed_by or by,
    )  # fmt: skip
    facts = {"role": role, "deputy": deputy, "person": person.pk, "until": until.isoformat() if until else ""}
    record("appointment.begin", subject=post, by=by, place=place, facts=facts)
    return post


def end_post(post, *, by, reason="") -> None:
    """End a local post; what stays open is handed over by `handover.complete`. Raises PermissionDenied, Refused."""
    if not can(by, P.APPOINT_LOCAL, post.place):
        raise PermissionDenied
    with transaction.atomic():
        one_at_a_time(post.place)
        fresh = Appointment.objects.filter(pk=post.pk, role__in=LOCAL).exclude(until__lte=today()).first()
        if fresh is None:
            raise Refused("这个职务已经结束了，请刷新看最新情况")
        fresh.end(by=by, reason=reason)


def replace_captain(new, place, *, by, until=None, reason=""):
    """One captain goes and the next begins, with everything still open, in one act; returns (post, handover or None).

    Raises PermissionDenied, Refused: then the old captain stays.
    """
    from .handover import complete

    if not can(by, P.APPOINT_LOCAL, place):
        raise PermissionDenied
    with transaction.atomic():
        one_at_a_time(place)
        old, done = captain_of(place), None
        if old is not None:
            if old.person_id == new.pk:
                raise Refused("对方现在就是队长，不用再定")
            done = complete(old.person, new, place, by=by)  # while what the captain may do still says what is theirs
            old.end(by=by, reason=reason or "换人")
        post = put_in_post(new, Role.CAPTAIN, place, by=by, until=until)
    return post, done


def captain_of(place):
    """The captain's appointment, also one that begins later; None while the post is vacant."""
    return holders(Role.CAPTAIN, place).first()


def settle(person, role, place, *, by, deputy=False, until=None):
    """What the form of the team page does: a new captain takes the place of the old; returns (post, handover or None)."""
    if role == Role.CAPTAIN and not deputy:
        return replace_captain(person, place, by=by, until=until)
    return put_in_post(person, role, place, by=by, until=until, deputy=deputy), None
