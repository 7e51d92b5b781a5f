"""Checking in, again and elsewhere; calls nobody answers."""

from tests.simulation.gifts import somewhere_to_live
from tests.simulation.starters import begins
from tongxin.access.policy import Permission as P
from tongxin.people.models import Person
from tongxin.registrations.models import Contact, Registration


@begins("registration.submit", daily=0.12)
def submit(sim):
    unit = sim.unit()
    return Registration.submit, {
        "phone": sim.world.number(), "name": sim.a_name(), "place": unit, "home": somewhere_to_live(sim, unit),
        "kind": sim.kind(), "skills": sim.chance.choice(["", "急救护理"]), "times": "周末", "sms": sim.chance.random() < 0.3,
    }  # fmt: skip


@begins("registration.submit_again", daily=0.03)
def submit_again(sim):
    """Somebody who was refused, or left."""
    gone = Registration.objects.filter(status__in=["refused", "left"], person__is_active=True)
    one = sim.pick(gone.filter(person__phone_index__isnull=False))
    if one is None:
        return None
    unit = sim.unit()
    person = one.person
    return Registration.submit, {
        "phone": person.local_phone, "name": person.name, "place": unit, "home": somewhere_to_live(sim, unit),
    }  # fmt: skip


@begins("registration.move_home", daily=0.05)
def move_home(sim):
    """To another building, or another neighbourhood; those who pause move more often."""
    wanted = sim.chance.choice(["joined", "joined", "paused"])
    one = sim.pick(Registration.objects.filter(status=wanted, person__is_active=True))
    home = one and sim.building(sim.unit() if sim.chance.random() < 0.4 else sim.unit(besides=one.place))
    return (one.move_home, {"by": one.person, "home": home}) if home else None


@begins("registration.stay_home")
def stay_home(sim):
    new = sim.pick(Registration.objects.filter(previous__status="moving", status__in=["submitted", "returned"]))
    return (new.stay_home, {"by": new.person}) if new else None


@begins("registration.leave_all")
def leave_all(sim):
    if sim.chance.random() < 0.7:
        return None
    one = sim.pick(Registration.objects.filter(status="moving", person__is_active=True))
    return (Registration.leave_all, {"by": one.person}) if one else None


@begins("registration.note_contact", daily=0.2)
def note_contact(sim):
    """A call nobody answers, or another time."""
    one = sim.pick(Registration.objects.filter(status="accepted"))
    by = one and sim.may(P.CONTACT_REGISTRATION, one.place, besides=[one.person])
    result = sim.chance.choice([Contact.Result.NO_ANSWER, Contact.Result.NO_ANSWER, Contact.Result.LATER])
    return (one.note_contact, {"by": by, "result": result}) if by else None


@begins("registration.recontact")
def slip_of_the_finger(sim):
    """“已联系” pressed by mistake, and taken back."""
    one = sim.pick(Registration.objects.filter(status="accepted"))
    by = one and sim.may(P.CONTACT_REGISTRATION, one.place, besides=[one.person])
    if not by or by.may_be(one.person):
        return None
    sim.act("registration.contact", one.contact, by=by)
    return one.recontact, {"by": by}


@begins("registration.call")
def call(sim):
    one = sim.pick(Registration.objects.filter(status="accepted", person__phone_index__isnull=False))
    by = one and sim.may(P.CONTACT_REGISTRATION, one.place, besides=[one.person])
    return (one.call, {"by": by}) if by else None


@begins("registration.twin")
def twin(sim):
    """The same person comes a second time, under another number: somebody will have to see it."""
    there = sim.member()
    if there is None:
        return None
    unit = there.memberships.filter(until=None).first().team.place
    sim.notes.setdefault("twins", []).append((there.pk, there.name))
    return Registration.submit, {"phone": sim.world.number(), "name": there.name, "place": unit}


def newest_namesake(person):
    """A row beside this one with the same name, as a reviewer sees it."""
    others = Person.objects.filter(is_active=True, username=None, pk__gt=person.pk).order_by("-pk")[:40]
    return next((one for one in others if one.name == person.name), None)
