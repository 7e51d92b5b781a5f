"""The two questions every page asks: may I, here, now? and: where may I?"""

from django.db.models import Q

from tongxin.places.models import Mode, Place

from .models import today
from .policy import ALWAYS, EMERGENCY_ADDS, allowed

# By hand: every request asks this, and making the SQL would take Django longer than the database needs to answer.
_POSTS = """
    SELECT place.*, post.role AS held_role FROM access_appointment post JOIN places_place place ON place.id = post.place_id
    WHERE post.person_id = %s AND post.since <= %s AND (post.until IS NULL OR post.until > %s)"""


def held_by(person) -> list[tuple[str, Place]]:
    """The person's current (role, place) pairs, loaded once per request (the person object is the request's)."""
    if not getattr(person, "is_authenticated", False) or not person.is_active:
        return []
    held = getattr(person, "_held", None)  # request.user is a lazy wrapper: ask the person, not the wrapper's __dict__
    if held is None:
        day = today()
        held = person._held = [(place.held_role, place) for place in Place.objects.raw(_POSTS, [person.pk, day, day])]
    return held


def can(person, permission, place) -> bool:
    """May this person do this at this place, now?"""
    emergency = place.mode == Mode.EMERGENCY
    return any(
        allowed(role, permission, emergency=emergency) and place.path.startswith(held.path)
        for role, held in held_by(person)
    )


def places_where(person, permission):
    """Every place where `can(person, permission, place)`: the scope of every list and every dropdown."""
    wanted = Q(pk__in=[])
    for role, held in held_by(person):
        below = Q(path__under=held.path)
        if permission in ALWAYS.get(role, ()):
            wanted |= below
        elif permission in EMERGENCY_ADDS.get(role, ()):
            wanted |= below & Q(mode=Mode.EMERGENCY)
    return Place.objects.filter(wanted)


def scope(person, permission, field="place") -> Q:
    """The same as a condition on rows that point at a place: one prefix each, no list of ids."""
    wanted = Q(pk__in=[])
    for role, held in held_by(person):
        below = Q(**{f"{field}__path__under": held.path})
        if permission in ALWAYS.get(role, ()):
            wanted |= below
        elif permission in EMERGENCY_ADDS.get(role, ()):
            wanted |= below & Q(**{f"{field}__mode": Mode.EMERGENCY})
    return wanted


def roles_of(person) -> set[str]:
    return {role for role, _ in held_by(person)}


def may_anywhere(person, permission) -> bool:
    """Whether the menu should offer it at all."""
    return any(
        permission in ALWAYS.get(role, ()) or permission in EMERGENCY_ADDS.get(role, ()) for role, _ in held_by(person)
    )
