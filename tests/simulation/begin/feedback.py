"""Complaints and suggestions, and what the writer says to the answer."""

from tests.simulation.starters import begins
from tongxin.access.policy import Permission as P
from tongxin.feedback.models import Feedback


@begins("feedback.send", daily=0.03)
def send(sim):
    """With an account or without; sometimes so many from one network that they are held for a look."""
    about_kind = sim.chance.choice(Feedback.About.values)
    given = {
        "kind": sim.chance.choice(Feedback.Kind.values), "about_kind": about_kind, "words": "路灯坏了好几天",
        "about": None if about_kind == "app" else sim.unit(), "contact": sim.world.number(),
    }  # fmt: skip
    if sim.chance.random() < 0.4:
        return Feedback.send, {**given, "person": sim.member()}
    for _ in range(sim.chance.choice([0, 0, 12])):
        sim.act("feedback.flood", Feedback.send, **given, network="203.0.113.7")
    return Feedback.send, {**given, "network": "203.0.113.7"}


@begins("feedback.rated", daily=0.1)
def rate(sim):
    answered = Feedback.objects.filter(status="answered")
    one = sim.pick(answered.exclude(again_words="")) or sim.pick(answered)
    return one and (one.rated, {"happy": sim.chance.random() < 0.2, "why": "还是不亮"})


@begins("feedback.open_contact")
def open_contact(sim):
    one = sim.pick(Feedback.objects.filter(status="in_hand"))
    by = one and sim.may(P.HANDLE_FEEDBACK, one.place)
    return by and (one.open_contact, {"by": by})
