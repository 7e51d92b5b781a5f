"""Something sensible for every argument a verb asks for."""

import inspect
from decimal import Decimal

from tongxin.places.models import Level, Place

STEP = Decimal("0.5")


def gifts_for(sim, row, verb) -> dict:
    """What is given to the verb besides `by`; what has a default is given now and then."""
    wanted = list(inspect.signature(inspect.unwrap(verb)).parameters.values())
    return {
        one.name: _gift(sim, row, verb, one)
        for one in wanted
        if one.name not in ("self", "by")
        and one.kind is not one.VAR_KEYWORD
        and (one.default is one.empty or sim.chance.random() < 0.5)
    }


def _gift(sim, row, verb, parameter):
    give = GIFTS.get(parameter.name)
    if give is not None:
        return give(sim, row, verb.__name__)
    if parameter.default is not parameter.empty:
        return parameter.default
    raise LookupError(f"{row._meta.label}.{verb.__name__}: nothing to give for {parameter.name!r}; add it to GIFTS")


def _hours(sim, row, verb):
    if hasattr(row, "task"):
        none = verb == "correct" and sim.chance.random() < 0.3
        return Decimal(0) if none else sim.chance.choice(row.task.hours_offered)
    if hasattr(row, "first_hours"):  # a dispute: between what was entered and what the person says
        low, high = sorted([row.first_hours, row.hours])
        return sim.chance.choice([low, high, low + (high - low) / 2 // STEP * STEP])
    return STEP * sim.chance.randint(1, 8)


GIFTS = {
    "reason": lambda sim, row, verb: sim.chance.choice(["因为情况有变", "和本人核对过了"]),
    "words": lambda sim, row, verb: "当天晚了半小时，已经核对",
    "note": lambda sim, row, verb: sim.chance.choice(["", "下雨，多待了一会儿"]),
    "outcome": lambda sim, row, verb: "已送到社区卫生服务中心，现在没事了",
    "evidence": lambda sim, row, verb: "签到表第3页",
    "hours": _hours,
    "kind": lambda sim, row, verb: sim.kind(),
    "place": lambda sim, row, verb: sim.unit(besides=row.place),
    "home": lambda sim, row, verb: None,
    "cancel_coming": lambda sim, row, verb: sim.chance.random() < 0.5,
    "why": lambda sim, row, verb: "还没有解决",
}


def somewhere_to_live(sim, unit):
    """A building there, an estate, or only the neighbourhood."""
    below = Place.objects.current().under(unit).filter(level__in=[Level.BUILDING, Level.ESTATE])
    return sim.pick(below) if sim.chance.random() < 0.8 else None
