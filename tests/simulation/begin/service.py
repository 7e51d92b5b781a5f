"""Disputes, hours from paper, the rule, the switch, unusual patterns."""

import datetime as dt
from decimal import Decimal

from tests.simulation.starters import begins, on_the
from tongxin.access.policy import Permission as P
from tongxin.service.models import (
    BackEntry,
    Dispute,
    Entry,
    Factor,
    PointsSwitch,
    Rule,
    findings,
    members_at,
    note_checked,
    show_points,
    switch_points,
)

HALF = Decimal("0.5")


def _some_hours(sim, least=1):
    return HALF * sim.chance.randint(least, 10)


@begins("dispute.raise_on", daily=0.04)
def raise_on(sim):
    line = sim.pick(Entry.objects.filter(person__is_active=True, reverses=None))
    if line is None:
        return None
    return Dispute.raise_on, {"entry": line, "by": line.person, "words": "记得不对", "hours": _some_hours(sim, 0)}


@begins("dispute.raise_missing", daily=0.03)
def raise_missing(sim):
    unit = sim.unit()
    who = sim.member(unit)
    if who is None:
        return None
    return Dispute.raise_missing, {
        "by": who, "place": unit, "served_on": sim.days_on(-40, 0), "what": "帮忙搬东西", "hours": _some_hours(sim),
        "words": "那天做了没有记",
    }  # fmt: skip


@begins("backentry.enter", daily=0.04)
def enter(sim):
    unit = sim.unit()
    by = sim.may(P.ENTER_HOURS, unit)
    return by and (BackEntry.enter, _paper(sim, unit, by, sim.days_on(-60, 0)))


def _paper(sim, unit, by, day):
    people = list(members_at(unit, besides=by))
    chosen = sim.chance.sample(people, k=min(len(people), sim.chance.randint(1, 3)))
    return {
        "rows": [(one, _some_hours(sim)) for one in chosen], "by": by, "place": unit, "served_on": day,
        "what": f"大扫除{sim.chance.randrange(1000)}", "evidence": "签到表第2页", "factor": sim.chance.choice(Factor.values),
        "sheet": f"sheet-{unit.pk}-{sim.now:%y%m%d%H%M%S}",
    }  # fmt: skip


@on_the((12, 31), (1, 1), (2, 29), (2, 28))
def the_last_second(sim):
    """Hours of that very day, entered and confirmed one second before midnight."""
    for unit in sim.units():
        by = sim.may(P.ENTER_HOURS, unit)
        lines = by and sim.act("backentry.enter", BackEntry.enter, **_paper(sim, unit, by, sim.now.date()))
        for line in lines or []:
            another = sim.may(P.CONFIRM_HOURS, unit, besides=[by, line.person])
            sim.act("backentry.confirm", line.confirm, by=another)


@begins("rule.draft", daily=0.02)
def draft(sim):
    by = sim.may(P.SET_RULE, sim.world.district)
    factors = {name: sim.chance.choice(["1.0", "1.1", "1.25", "1.33"]) for name in Factor.values}
    return Rule.draft, {
        "by": by, "place": sim.world.district, "version": f"v{sim.now:%y%m%d%H%M%S}", "since": sim.days_on(18, 45),
        "factors": factors, "day_cap": sim.chance.choice([4, 6, 8]), "year_cap": sim.chance.choice([50, 200]),
    }  # fmt: skip


@begins("points.switch")
def switch(sim):
    """Off, and on again."""
    by = sim.may(P.SET_RULE, sim.world.district)
    off = PointsSwitch.objects.filter(place=sim.world.district).exclude(off_since=None).exists()
    return switch_points, {"place": sim.world.district, "shown": off, "by": by, "reason": "区里统一安排"}


@begins("points.show")
def show(sim):
    who = sim.member()
    return (show_points, {"person": who, "shown": sim.chance.random() < 0.5}) if who else None


@begins("checked.note")
def look(sim):
    by = sim.may(P.CHECK_HOURS, sim.unit())
    found = by and sim.pick(findings(by))
    result = sim.chance.choice(["fine", "corrected"])
    return (note_checked, {"finding": found, "by": by, "result": result, "note": "和签到表对过"}) if found else None


@begins("year.confirm_with_disputes", daily=0.0)
def confirm_year(sim):
    """The district confirms a year whose time to look is over; also with disputes still open, and says why."""
    from tongxin.service.models import Review

    late = Review.objects.filter(status="review", due_at__lt=sim.now - dt.timedelta(days=20))
    review = sim.pick(late)
    by = review and sim.may(P.CLOSE_YEAR, review.place)
    return (review.confirm, {"by": by, "reason": "其余的异议另行更正"}) if by else None
