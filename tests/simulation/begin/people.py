"""One's own data: names, numbers, kinds, consents, two rows that are one person, erasing."""

from tests.simulation.begin.registrations import newest_namesake
from tests.simulation.starters import begins
from tongxin.access.policy import Permission as P
from tongxin.people import kinds
from tongxin.people.corrections import Correction, correct_name
from tongxin.people.erasure import erase, why_not_erase
from tongxin.people.merges import Merge, merge
from tongxin.people.models import AgeBand, Category, Consent, Kind, Person, Purpose, give_consent
from tongxin.people.numbers import NumberChange
from tongxin.people.phones import normalise_phone
from tongxin.people.reach import place_of
from tongxin.registrations.models import Registration


def _office(sim, person, permission=P.CHANGE_NUMBER):
    place = place_of(person)
    return place and sim.may(permission, place, besides=[person])


@begins("person.salutation")
def call_me(sim):
    who = sim.member()
    return who and (who.call_me, {"salutation": f"{who.name[:1]}邻居"})


@begins("person.age")
def tell_age(sim):
    who = sim.member()
    return who and (who.tell_age, {"band": sim.chance.choice([AgeBand.ADULT, AgeBand.OLDER, ""])})


@begins("consent.give")
def give(sim):
    who = sim.member()
    purpose = sim.chance.choice(Purpose.values)
    return who and (give_consent, {"person": who, "purpose": purpose, "text_version": "sim", "by": who})


@begins("consent.withdraw")
def withdraw(sim):
    given = sim.pick(Consent.objects.filter(withdrawn_at=None, person__is_active=True))
    return given and (given.withdraw, {"by": given.person})


@begins("category.declare")
def declare(sim):
    who = sim.member()
    return who and (kinds.declare_kind, {"person": who, "kind": sim.chance.choice(Kind.values), "by": who})


@begins("category.drop")
def drop(sim):
    held = sim.pick(Category.objects.filter(until=None, person__is_active=True))
    return held and (kinds.drop_kind, {"category": held, "by": held.person})


@begins("category.primary")
def primary(sim):
    held = sim.pick(Category.objects.filter(until=None, primary=False, person__is_active=True))
    return held and (kinds.make_primary, {"category": held, "by": held.person})


@begins("category.confirm")
def confirm_kind(sim):
    held = sim.pick(Category.objects.filter(until=None, confirmed_at=None, person__is_active=True))
    by = held and _office(sim, held.person)
    return by and (kinds.confirm_kind, {"category": held, "by": by})


@begins("correction.ask")
def ask_name(sim):
    who = sim.member()
    return who and (correct_name, {"person": who, "name": f"{who.name[:1]}{sim.chance.choice('新改正')}明", "by": who})


@begins("correction.decide")
def decide_name(sim):
    asked = sim.pick(Correction.objects.filter(status="waiting", person__is_active=True))
    if asked is None:
        return None
    by = _office(sim, asked.person)
    how = sim.chance.choice(["confirm", "confirm", "decline", "withdraw"])
    if how == "withdraw":
        return asked.withdraw, {"by": asked.person}
    return by and (getattr(asked, how), {"by": by, **({"reason": "证件上不是这样写"} if how == "decline" else {})})


@begins("numberchange.done")
def new_number(sim):
    """One signed in, by the old number, changes it alone."""
    who = sim.member(phone_index__isnull=False)
    number = normalise_phone(sim.world.number())
    return who and (NumberChange.by_oneself, {"person": who, "number": number, "by": who, "address": str})


@begins("numberchange.ask")
def lost_number(sim):
    who = sim.member()
    by = who and _office(sim, who)
    given = {"person": who, "number": normalise_phone(sim.world.number()), "checked": "known", "by": by, "address": str}
    return by and (NumberChange.ask_for, given)


@begins("numberchange.claim")
def claim_number(sim):
    who = sim.member(phone_index__isnull=False) if sim.chance.random() < 0.4 else None
    return who and (NumberChange.claim, {"number": who.phone})


@begins("numberchange.confirm")
def confirm_number(sim):
    change = sim.pick(NumberChange.objects.filter(status="waiting", kind="recycled"))
    by = change and _office(sim, change.person)
    return by and (change.confirm, {"by": by})


@begins("numberchange.stop")
def stop_number(sim):
    change = sim.pick(NumberChange.objects.filter(status__in=["waiting", "done"], due_at__gt=sim.now))
    by = change and _office(sim, change.person)
    return by and (change.stop, {"by": by, "reason": "不是本人办的"})


@begins("person.merge", daily=0.02)
def two_are_one(sim):
    """Mostly the same person twice; now and then a mistake, to be undone."""
    twins = sim.notes.get("twins") or []
    kept = sim.member()
    if twins and sim.chance.random() < 0.8:
        pk, _ = sim.chance.choice(twins)
        kept = Person.objects.get(pk=pk)
    gone = kept and (newest_namesake(kept) or (sim.member() if sim.chance.random() < 0.2 else None))
    by = gone and _office(sim, gone, P.MERGE_PEOPLE)
    return by and (merge, {"kept": kept, "gone": gone, "by": by, "reason": "本人当面说的"})


@begins("person.unmerge")
def two_after_all(sim):
    made = sim.pick(Merge.objects.filter(undone_at=None))
    by = made and made.kept_place and sim.may(P.MERGE_PEOPLE, made.kept_place, besides=[made.kept, made.gone])
    return by and (made.undo, {"by": by, "reason": "是两个人，合错了"})


@begins("person.erase", daily=0.01)
def forget(sim):
    """Somebody who has left, or waits; rarely a member."""
    status = sim.chance.choice(["left", "refused", "submitted", "accepted", "joined"])
    one = sim.pick(Registration.objects.filter(status=status, person__is_active=True, person__username=None))
    if one is None or (status == "joined" and sim.chance.random() < 0.7) or why_not_erase(one.person):
        return None
    return erase, {"person": one.person, "by": one.person}
