"""Tasks written, copied, kept as templates, repeated; claims; help that is needed."""

import datetime as dt

from tests.simulation.starters import begins
from tongxin.access.policy import Permission as P
from tongxin.service.models import STEP, Factor
from tongxin.tasks.models import Claim, Every, Incident, Risk, Series, Task, TaskTemplate

DAY = dt.timedelta(days=1)


def _times(sim, least=1, most=5):
    starts = sim.now.replace(hour=sim.chance.randint(7, 20), minute=0, second=0, microsecond=0)
    starts += sim.chance.randint(least, most) * DAY
    return {"starts_at": starts, "ends_at": starts + dt.timedelta(minutes=30 * sim.chance.randint(1, 12))}


def _says(sim):
    return {
        "title": f"楼道巡查{sim.made['task.draft']}", "spot": "中心花园", "risk_text": "已投保",
        "risk": sim.chance.choice([Risk.LOW, Risk.LOW, Risk.SOME, Risk.HIGH]), "factor": sim.chance.choice(Factor.values),
    }  # fmt: skip


def _publisher(sim):
    unit = sim.unit()
    return unit, sim.may(P.PUBLISH_TASK, unit)


@begins("task.draft", daily=0.25)
def draft(sim):
    unit, by = _publisher(sim)
    if by is None:
        return None
    place = sim.building(unit) if sim.chance.random() < 0.3 else unit
    return Task.draft, {
        "by": by, "publish": sim.chance.random() < 0.8, "place": place or unit, "seats": sim.chance.randint(1, 3),
        "open_to": unit.parent if sim.chance.random() < 0.2 else None, **_says(sim), **_times(sim),
    }  # fmt: skip


@begins("task.flexible", daily=0.06)
def flexible(sim):
    """To be done when it suits, within some days."""
    unit, by = _publisher(sim)
    if by is None:
        return None
    starts = sim.now.replace(hour=8, minute=0, second=0, microsecond=0) + sim.chance.randint(1, 3) * DAY
    return Task.draft, {
        "by": by, "publish": True, "place": unit, "seats": sim.chance.randint(1, 2), "flexible": True, "hours": STEP * 3,
        **_says(sim), "risk": Risk.LOW, "starts_at": starts, "ends_at": starts + sim.chance.randint(8, 20) * DAY,
    }  # fmt: skip


@begins("task.copy")
def copy(sim):
    old = sim.pick(Task.objects.exclude(status="draft").filter(place__until=None))
    by = old and sim.may(P.PUBLISH_TASK, old.place)
    if by is None:
        return None
    return Task.draft, {"by": by, "place": old.place, "seats": old.seats, "publish": True, **old.words, **_times(sim)}


@begins("task.change")
def change(sim):
    task = sim.pick(Task.objects.filter(status="open", starts_at__gt=sim.now))
    by = task and sim.may(P.PUBLISH_TASK, task.place)
    if by is None:
        return None
    given = sim.chance.choice([{"seats": sim.chance.randint(1, 4)}, {"spot": "东门口"}, _times(sim)])
    return task.change, {"by": by, **given}


@begins("task.hand_over")
def hand_over(sim):
    task = sim.pick(Task.objects.filter(status__in=["draft", "open"]))
    by = task and sim.may(P.PUBLISH_TASK, task.place)
    return (task.hand_over, {"by": by, "to": sim.may(P.VERIFY_CLAIM, task.place)}) if by else None


@begins("claim.claim", daily=0.7)
def claim(sim):
    tasks = Task.objects.filter(status="open", starts_at__gt=sim.now) | Task.objects.filter(
        status="open", flexible=True, ends_at__gt=sim.now
    )
    task = sim.pick(tasks)
    unit = task and (task.place.neighbourhood or task.place)
    who = unit and (sim.member(unit) or sim.member())
    return (task.claim, {"by": who, "read_risk": True, "agreed": True}) if who else None


@begins("tasktemplate.keep")
def keep(sim):
    task = sim.pick(Task.objects.exclude(status="draft").filter(place__until=None))
    by = task and sim.may(P.PUBLISH_TASK, task.place)
    return (TaskTemplate.keep, {"task": task, "by": by}) if by else None


@begins("tasktemplate.retire")
def retire(sim):
    kept = sim.pick(TaskTemplate.objects.exclude(place=None).filter(retired_at=None))
    by = kept and sim.may(P.PUBLISH_TASK, kept.place)
    return (kept.retire, {"by": by}) if by else None


@begins("tasktemplate.use")
def use(sim):
    unit, by = _publisher(sim)
    template = by and sim.pick(TaskTemplate.objects.usable_by(by))
    if not template:
        return None
    return Task.draft, {"by": by, "publish": True, "place": unit, "seats": 2, **template.words, **_times(sim)}


@begins("series.begin", daily=0.01)
def begin_series(sim):
    unit, by = _publisher(sim)
    if by is None:
        return None
    return Series.begin, {
        "by": by, "place": unit, "seats": 2, "every": sim.chance.choice(Every.values), "first": sim.days_on(1, 5),
        "until": sim.days_on(20, 60), "starts": dt.time(9), "ends": dt.time(10, 30),
        "skip_holidays": sim.chance.random() < 0.5, "opens": sim.chance.random() < 0.8, **_says(sim), "risk": Risk.LOW,
    }  # fmt: skip


@begins("series.hand_over")
def hand_over_series(sim):
    series = sim.pick(Series.objects.filter(status="running"))
    by = series and sim.may(P.PUBLISH_TASK, series.place)
    return (series.hand_over, {"by": by, "to": sim.may(P.PUBLISH_TASK, series.place)}) if by else None


@begins("incident.note")
def note(sim):
    near = Claim.objects.filter(status__in=Claim.SEATED, person__is_active=True)
    claim = sim.pick(near.filter(task__starts_at__lt=sim.now, task__ends_at__gt=sim.now - DAY))
    kind = sim.chance.choice(Incident.Kind.values)
    return (Incident.note, {"task": claim.task, "by": claim.person, "kind": kind, "words": "扭了脚"}) if claim else None
