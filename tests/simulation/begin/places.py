"""The telephone of an office, and the district's own calendar."""

from tests.simulation.starters import begins
from tongxin.access.policy import Permission as P
from tongxin.workflow.calendar import set_day


@begins("place.contact")
def contact(sim):
    unit = sim.unit()
    by = sim.may(P.EDIT_CONTACT, unit)
    return by and (
        unit.set_contact,
        {"phone": f"021-6200{sim.chance.randrange(10000):04d}", "hours": "周一至周五", "by": by},
    )


@begins("calendar.set")
def calendar(sim):
    by = sim.may(P.SET_CALENDAR, sim.world.district)
    given = {"working": sim.chance.random() < 0.5, "note": "按通知调休", "by": by}
    return set_day, {"day": sim.days_on(1, 30), **given}
