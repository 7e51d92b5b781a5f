"""What this room says to `people.reach`: who answers for a member, where a member belongs, and what a merge ends and gives back."""

import datetime as dt

from django.db.models import Q

from tongxin.access.models import SINGLE, Appointment, appoint, today
from tongxin.access.policy import Permission, Role
from tongxin.access.rules import may_anywhere, scope
from tongxin.journal.models import record
from tongxin.people.reach import (
    ANYWHERE,
    CARDS,
    CHANGE_NUMBER,
    HOMES,
    MERGE,
    MERGED,
    SCOPES,
    SENSITIVE,
    SETTLED,
    UNMERGED,
    reach,
)
from tongxin.refused import Refused
from tongxin.workflow.transitions import CLOCK

from .following import going_on
from .invitations import Invitation
from .models import Membership, Team

ROOM = "teams"


def _members_where(permission):
    return lambda reader: scope(reader, permission, "memberships__team__place") & Q(memberships__until=None)


reach(MERGE)(_members_where(Permission.MERGE_PEOPLE))
reach(CHANGE_NUMBER)(_members_where(Permission.CHANGE_NUMBER))
reach(SENSITIVE)(_members_where(Permission.VIEW_SENSITIVE_KIND))


def _membership(person):
    found = Membership.objects.filter(person=person, until=None).select_related("team__place__parent", "home", "squad")
    return found.first()


def home(person):
    membership = _membership(person)
    return membership and membership.team.place


def card(person) -> list[tuple[str, str]]:
    lines = []
    if membership := _membership(person):
        lines.append(("在队", f"{membership.team.name}，{membership.since:%Y-%m-%d}起"))
        if membership.home:
            lines.append(("住", membership.home.label))
    posts = Appointment.objects.current().filter(person=person).select_related("place")
    held = [f"{Role(post.role).label}（{post.place.own_label}）" for post in posts.order_by("pk")]
    return [*lines, ("岗位", "、".join(held))] if held else lines


def ended(*, kept, gone, by, reason) -> dict:
    """Membership and posts of the row that is gone end today; what they were is kept for the way back.

    What it was asked to take on is taken back: the office asks the row that was kept, if it still wants to.
    """
    membership = _membership(gone)
    if membership and _membership(kept) is None:
        raise Refused("在队的是另一条记录，请反过来：保留在队的那一条")
    posts = list(Appointment.objects.not_over().filter(person=gone).select_related("place"))
    facts = {"posts": [[post.pk, post.until and post.until.isoformat()] for post in posts]}
    if membership:
        membership.leave(by=by, reason=reason)
        facts["membership"] = membership.pk
    for post in Appointment.objects.not_over().filter(person=gone, stands_in_for=None).select_related("place"):
        post.end(by=by, reason=reason)
    for invitation in Invitation.objects.pending().filter(person=gone).select_related("place"):
        invitation.withdraw(by=CLOCK, reason="两条登记合成了一条")
    return facts


def restored(*, kept, gone, facts, by) -> None:
    """The same posts and the same membership go on as if nothing had been; where a neighbourhood is no more, at its heir."""
    if facts.get("membership"):
        _restore(Membership.objects.select_related("team__place", "home").get(pk=facts["membership"]), gone, by)
    for pk, until in facts.get("posts", []):
        post = Appointment.objects.select_related("place").filter(pk=pk, person=gone).first()
        until = until and dt.date.fromisoformat(until)
        if post is None or (until and until <= today()) or not post.place.is_valid_on(today()):
            continue
        if why := _taken(post):
            raise Refused(why)
        Appointment.objects.filter(pk=pk).update(until=until)
        record("appointment.restore", subject=post, by=by, place=post.place, facts={"role": post.role})


def _restore(membership, gone, by):
    unit, home = now_at(membership.team.place, membership.home)
    if unit == membership.team.place:
        Membership.objects.filter(pk=membership.pk).update(until=None)
    else:
        team = Team.of(unit)
        membership = going_on(membership, team=team, squad=team.squad_for(home), home=home, since=today(), until=None)
        membership.save()
        appoint(gone, Role.REGISTRANT if membership.paused_at else Role.VOLUNTEER, unit, by=by)
    record("membership.restore", subject=membership, by=by, place=unit)


def now_at(place, home):
    """Where somebody of a neighbourhood belongs today, and with which home: the heir of both, else the first heir."""
    heirs, home = place.heirs() or [place], home and next(iter(home.heirs()), None)
    unit = home and home.neighbourhood
    return (unit if unit in heirs else heirs[0]), home


def _taken(post) -> str | None:
    if post.deputy or post.role not in SINGLE:
        return None
    others = Appointment.objects.current().filter(place=post.place, role=post.role, deputy=False)
    if not others.exclude(person=post.person_id).exists():
        return None
    return f"合并以后{post.place.own_label}的{Role(post.role).label}已经另有其人。请先结束那个岗位，再撤回合并"


ANYWHERE.append(may_anywhere)
SCOPES.append(scope)
HOMES.append(home)
CARDS.append(card)
SETTLED.append(lambda person: person.memberships.exists())
MERGED[ROOM] = ended
UNMERGED[ROOM] = restored
