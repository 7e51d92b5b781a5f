"""Posts, squads, invitations, handovers, standing in; neighbourhoods renamed, split, merged."""

from tests.simulation.starters import begins
from tongxin.access import deputies
from tongxin.access.models import Appointment
from tongxin.access.policy import Permission as P
from tongxin.access.policy import Role
from tongxin.places.models import Level, Place
from tongxin.teams import handover, posts, squads
from tongxin.teams.models import Invitation, Membership, Reorganisation, Squad

Kind = Reorganisation.Kind
CHANGES_A_YEAR = 7


def _post_and_place(sim, unit):
    role = sim.chance.choice([Role.SQUAD_LEADER, Role.RESIDENT_LEADER, Role.ONLINE_LEADER, Role.CAPTAIN])
    return role, (unit if role in posts.AT_TEAM else sim.building(unit))


@begins("post.settle", daily=0.05)
def settle(sim):
    """A post filled; a new captain takes over everything that is open."""
    unit = sim.unit()
    role, place = _post_and_place(sim, unit)
    who = place and sim.member(unit)
    by = who and sim.may(P.APPOINT_LOCAL, place, besides=[who])
    if by is None or not place:
        return None
    until = sim.days_on(20, 200) if sim.chance.random() < 0.4 else None
    deputy = sim.chance.random() < 0.3
    return posts.settle, {"person": who, "role": role, "place": place, "by": by, "deputy": deputy, "until": until}


@begins("post.end")
def end(sim):
    held = Appointment.objects.current().filter(role__in=posts.LOCAL).exclude(role=Role.CAPTAIN)
    post = sim.pick(held)
    by = post and sim.may(P.APPOINT_LOCAL, post.place)
    return (posts.end_post, {"post": post, "by": by, "reason": "本人想歇一歇"}) if by else None


@begins("post.term")
def term(sim):
    post = sim.pick(Appointment.objects.current().filter(role__in=posts.LOCAL))
    by = post and sim.may(P.APPOINT_LOCAL, post.place)
    return (post.set_term, {"until": sim.days_on(15, 120), "by": by}) if by else None


@begins("handover.complete")
def hand_over(sim):
    unit = sim.unit()
    old = sim.pick(handover.left_behind(unit)) or sim.may(P.VERIFY_CLAIM, unit)
    new = sim.member(unit)
    by = sim.may(P.MANAGE_TEAM, unit)
    return (handover.complete, {"old": old, "new": new, "place": unit, "by": by}) if old and new and by else None


@begins("invitation.send", daily=0.06)
def invite(sim):
    unit = sim.unit()
    role, place = _post_and_place(sim, unit)
    who = place and sim.member(unit)
    by = who and sim.may(P.APPOINT_LOCAL, place, besides=[who])
    deputy = role == Role.CAPTAIN or sim.chance.random() < 0.4
    return by and (Invitation.send, {"person": who, "role": role, "place": place, "by": by, "deputy": deputy})


@begins("squad.create")
def create_squad(sim):
    unit = sim.unit()
    by = sim.may(P.MANAGE_TEAM, unit)
    return by and (squads.create_squad, {"place": unit, "name": f"第{sim.made['squad.create'] + 3}分队", "by": by})


@begins("squad.rename")
def rename_squad(sim):
    squad = sim.pick(Squad.objects.filter(until=None))
    by = squad and sim.may(P.MANAGE_TEAM, squad.place)
    return by and (squads.rename_squad, {"squad": squad, "name": f"{sim.a_name()}分队", "by": by})


@begins("squad.dissolve")
def dissolve_squad(sim):
    squad = sim.pick(Squad.objects.filter(until=None))
    by = squad and sim.may(P.MANAGE_TEAM, squad.place)
    return by and (squads.dissolve_squad, {"squad": squad, "by": by})


@begins("squad.recut")
def recut(sim):
    """Some members and buildings to another squad."""
    squad = sim.pick(Squad.objects.filter(until=None))
    to = squad and sim.pick(Squad.objects.filter(until=None, team=squad.team).exclude(pk=squad.pk))
    by = to and sim.may(P.MANAGE_TEAM, squad.place)
    if not by:
        return None
    members = [pk for pk in _ids(squad.memberships.filter(until=None)) if sim.chance.random() < 0.4]
    duties = squad.responsibilities.filter(until=None).order_by("pk").values_list("building", flat=True)
    cut = squads.cut_from(squad, to=to, members=members, buildings=[pk for pk in duties if sim.chance.random() < 0.4])
    return cut.do, {"by": by}


def _ids(rows):
    return rows.order_by("pk").values_list("pk", flat=True)


@begins("appointment.delegate")
def delegate(sim):
    lendable = [Role.SECRETARY, Role.CLERK, Role.DISTRICT]
    post = sim.pick(Appointment.objects.current().filter(role__in=lendable, stands_in_for=None, person__is_active=True))
    to = post and sim.pick(deputies.colleagues_for(post))
    since, until = sim.days_on(0, 3), sim.days_on(4, 20)
    return to and (
        deputies.delegate,
        {"post": post, "to": to, "since": since, "until": until, "reason": "出差", "by": post.person},
    )


@begins("appointment.recall")
def recall(sim):
    stand_in = sim.pick(Appointment.objects.current().exclude(stands_in_for=None))
    return stand_in and (
        deputies.recall,
        {"stand_in": stand_in, "by": stand_in.stands_in_for.person, "reason": "提前回来"},
    )


# neighbourhoods --------------------------------------------------------------------------------------------------------


@begins("reorganisation.decide", daily=0.01)
def reorganise(sim):
    """At once, or in some days; each kind in its turn, a few a year."""
    if sim.made["reorganisation.decide"] >= CHANGES_A_YEAR or sim.units().count() < 2:
        return None
    kind = list(Kind)[sim.made["reorganisation.decide"] % len(Kind)]
    plan = PLANS[kind](sim)
    by = sim.may(P.REORGANISE, sim.world.district)
    if plan is None or by is None:
        return None
    on = sim.days_on(0, 0) if sim.chance.random() < 0.6 else sim.days_on(3, 12)
    return Reorganisation.prepare(by=by, kind=kind, on=on, **plan).decide, {"by": by}


def _rename(sim):
    place = sim.unit()
    return {"place": place, "plan": {"name": f"新{place.name}", "code": ""}}


def _split(sim):
    place, n = sim.unit(), sim.now.timetuple().tm_yday
    parts = [
        {"name": f"{place.name[:4]}{word}居委会", "code": f"310107021{n + k:03d}"} for k, word in enumerate("东西")
    ]
    estates = _ids(Place.objects.current().filter(parent=place))
    return {
        "place": place,
        "plan": {"parts": parts, "estates": {str(pk): k % 2 for k, pk in enumerate(estates)}, "rest": 0},
    }


def _merge(sim):
    target = sim.unit()
    place = sim.pick(sim.units().filter(parent=target.parent).exclude(pk=target.pk))
    return place and {"place": place, "target": target}


def _transfer(sim):
    place = sim.unit()
    target = sim.pick(sim.units().filter(parent=place.parent).exclude(pk=place.pk))
    estates = list(_ids(Place.objects.current().filter(parent=place, level=Level.ESTATE)))
    if target is None or not estates:
        return None
    return {"place": place, "target": target, "plan": {"estates": [sim.chance.choice(estates)]}}


def _members(sim):
    place = sim.unit()
    target = sim.pick(sim.units().filter(parent=place.parent).exclude(pk=place.pk))
    here = list(_ids(Membership.objects.filter(team__place=place, until=None)))
    if target is None or not here:
        return None
    return {"place": place, "target": target, "plan": {"members": sim.chance.sample(here, k=min(2, len(here)))}}


PLANS = {Kind.RENAME: _rename, Kind.SPLIT: _split, Kind.MERGE: _merge, Kind.TRANSFER: _transfer, Kind.MEMBERS: _members}


@begins("reorganisation.crossed", daily=0.02, by_lot=False)
def crossed(sim):
    """One is planned into a neighbourhood that is then itself merged away: on its day it cannot be done, and that is told."""
    if sim.spare[1].pk in sim.notes.setdefault("crossed", []):
        return None
    by = sim.may(P.REORGANISE, sim.world.district)
    first, second, third = (Place.objects.get(pk=one.pk) for one in sim.spare)
    plan = Reorganisation.prepare(by=by, kind=Kind.MERGE, place=first, target=second, on=sim.days_on(1, 1))
    sim.act("reorganisation.plan", plan.decide, by=by)
    sim.notes["crossed"].append(second.pk)
    return Reorganisation.prepare(by=by, kind=Kind.MERGE, place=second, target=third, on=sim.now.date()).decide, {
        "by": by
    }
