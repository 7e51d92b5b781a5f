"""Who may take up a task: the one rule, as a question about a task at hand and as a condition on rows.

Volunteers serve in their own 居村. A publisher may open a task to the whole 街镇 (`Task.open_to`): then whoever may claim
anywhere below that place may see and claim it as well. Verifying and publishing stay with the task's own place.
"""

from django.db.models import Case, IntegerField, Q, Value, When

from tongxin.access.policy import Permission as P
from tongxin.access.policy import allowed
from tongxin.access.rules import can, held_by, scope
from tongxin.places.models import Level, Mode


def serving(person) -> list:
    """The places where this person may take up tasks; loaded once per request."""
    return [
        place for role, place in held_by(person) if allowed(role, P.CLAIM_TASK, emergency=place.mode == Mode.EMERGENCY)
    ]


def may_claim(person, task) -> bool:
    """May this person take it up: a volunteer of its place, or of any place below the one it is open to?"""
    if can(person, P.CLAIM_TASK, task.place):
        return True
    return task.open_to_id is not None and any(place.is_under(task.open_to) for place in serving(person))


def may_see(person, task) -> bool:
    """May this person read a published task."""
    return can(person, P.VIEW_TASK, task.place) or may_claim(person, task)


def claimable(person) -> Q:
    """Tasks for which `may_claim`: one prefix for each post, and the few places above the posts."""
    return scope(person, P.CLAIM_TASK) | _opened_to(person)


def visible(person) -> Q:
    """Published tasks which `may_see`."""
    return scope(person, P.VIEW_TASK) | _opened_to(person)


def _opened_to(person) -> Q:
    above = {pk for place in serving(person) for pk in [*place.ancestor_ids(), place.pk]}
    return Q(open_to__in=above) if above else Q(pk__in=[])


BUILDING, ESTATE, NEIGHBOURHOOD, BEYOND = range(4)


def distance_rank(person, home) -> Case:
    """How near a task is, as a number to order by; `home` is the building (or the estate) the person lives in, or None."""
    rungs = []
    if home is not None and home.level == Level.BUILDING:
        rungs.append(When(place=home.pk, then=Value(BUILDING)))
    if estate := estate_path(home):
        rungs.append(When(place__path__under=estate, then=Value(ESTATE)))
    rungs.append(When(scope(person, P.CLAIM_TASK), then=Value(NEIGHBOURHOOD)))
    return Case(*rungs, default=Value(BEYOND), output_field=IntegerField())


def estate_path(home) -> str | None:
    """The path of the estate around a home, read off its own path; None when no estate is known."""
    if home is None or home.level not in (Level.ESTATE, Level.BUILDING):
        return None
    return home.path if home.level == Level.ESTATE else "/".join(home.path.split("/")[:-2]) + "/"
