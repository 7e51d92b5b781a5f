"""What the tests of the chain share: fresh reads, the buttons of a reader, a verb without its guard, problems found."""

import dataclasses

from tongxin.people.models import Person
from tongxin.registrations.checks import problems
from tongxin.registrations.models import Registration
from tongxin.workflow.transitions import open_moves


def fresh(registration):
    return Registration.objects.get(pk=registration.pk)


def person_of(registration):
    return Person.objects.get(pk=registration.person_id)


def moves(registration, person):
    return {move.name for move in open_moves(fresh(registration), person)}


def without_guard(monkeypatch, name):
    """The same verb with its guard taken away."""
    verb = getattr(Registration, name)
    while "move" not in verb.__code__.co_freevars:  # what follows the verb is wrapped around it
        verb = verb.__wrapped__
    closure = dict(zip(verb.__code__.co_freevars, verb.__closure__, strict=True))
    monkeypatch.setattr(
        closure["move"], "cell_contents", dataclasses.replace(closure["move"].cell_contents, guard=None)
    )


def sound():
    """Nothing is broken between check-ins, memberships and access."""
    return list(problems()) == []
