"""What a second person looks at: resets, emergency views, exports, findings of an audit."""

from tests.simulation.starters import begins
from tongxin.access.policy import Permission as P
from tongxin.journal.models import Event
from tongxin.oversight.exporting import exporters
from tongxin.oversight.models import Export, Finding, Glass, Reset
from tongxin.oversight.models.export import write_down
from tongxin.people.models import Person
from tongxin.places.models import Place


@begins("reset.ask")
def ask_reset(sim):
    staff = Person.objects.filter(username__isnull=False, is_active=True)
    if forgot := sim.pick(staff.filter(totp_secret=None)):
        return forgot.keep_totp, {"secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"}
    who = sim.pick(staff)
    by = sim.may(P.ASK_RESET, sim.world.district)
    kind = sim.chance.choice(Reset.Kind.values)
    return Reset.ask, {"person": who, "kind": kind, "how": sim.chance.choice(Reset.How.values), "by": by}


@begins("glass.open")
def break_glass(sim):
    unit = sim.unit()
    who, by = sim.member(unit), sim.may(P.BREAK_GLASS, unit)
    case = sim.chance.choice(Glass.Case.values)
    return (
        (Glass.open, {"person": who, "case": case, "reason": "电话打不通，家人着急", "by": by}) if who and by else None
    )


@begins("export.ask")
def export(sim):
    """A long one, for which a second person is asked; or a short one."""
    one = exporters()[sim.chance.choice(["roster", "roster", "figures"])]
    place = sim.chance.choice([sim.world.subdistrict, sim.world.district, sim.unit()])
    by = sim.may(one.permission, place)
    rows = sim.chance.choice([20, 100_000, 100_000])
    given = {"exporter": one, "place": place, "purpose": "年终核对名册", "params": {}, "rows": rows}
    return by and (write_down, {"by": by, **given})


@begins("export.take", daily=0.1)
def take(sim):
    """A second person agrees; the one who asked takes it, or forgets to."""
    asked = sim.pick(Export.objects.filter(status="asked"))
    by = asked and sim.may(asked.permission, asked.place, besides=[asked.person])
    if not by:
        return None
    sim.act("export.approve", asked.approve, by=by)
    return (asked.take, {"by": asked.person}) if sim.chance.random() < 0.6 else None


@begins("finding.note")
def note(sim):
    event = sim.pick(Event.objects.exclude(place_id=None).filter(id__gt=sim.books.read - 50))
    unit = event and Place.objects.filter(pk=event.place_id, until=None).first()
    by = unit and sim.may(P.READ_JOURNAL, unit)
    return by and (Finding.note, {"unit": unit, "words": "请核实这一笔的依据", "by": by, "event_id": event.pk})
