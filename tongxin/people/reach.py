"""What rooms above know about a person and this room has to ask: whose desk it is, where they live, what they hold.

Each room says so in its `merging.py`: who may act for whom, the place of a person, a line for the card of two rows side
by side, and what ends (and comes back) when two rows become one.
"""

from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils.module_loading import autodiscover_modules

from .models import Person

#: permission → functions reader → Q on Person.
REACHES: dict[str, list[Callable]] = {}
#: (reader, permission) → whether they may do it anywhere at all.
ANYWHERE: list[Callable] = []
#: (reader, permission, field) → Q on rows that point at a place.
SCOPES: list[Callable] = []
#: person → the neighbourhood they belong to, or None.
HOMES: list[Callable] = []
#: person → [(term, text)], what helps a human judge whether two rows are one person.
CARDS: list[Callable] = []
#: person → whether others already rely on the name.
SETTLED: list[Callable] = []
#: (kept, gone, by, reason) → plain facts of what ended, kept for the way back; may raise Refused.
MERGED: dict[str, Callable] = {}
#: (kept, gone, facts, by) → None; may raise Refused with what stands in the way.
UNMERGED: dict[str, Callable] = {}

MERGE, CHANGE_NUMBER, SENSITIVE = "merge_people", "change_number", "view_sensitive_kind"


def reach(permission):
    """Register a function reader → Q: whom the reader may act for, by this permission."""

    def register(function):
        REACHES.setdefault(permission, []).append(function)
        return function

    return register


def in_reach(reader, *permissions):
    """Whom this reader may act for by all of these: never oneself, never a member of staff, never an erased row."""
    autodiscover_modules("merging")
    found = Person.objects.filter(username=None, erased_at=None).exclude(pk=reader.pk)
    for permission in permissions:
        wanted = Q(pk__in=[])
        for function in REACHES.get(permission, []):
            wanted |= function(reader)
        found = found.filter(pk__in=Person.objects.filter(wanted).values("pk"))
    return found


def may_at_all(reader, permission) -> bool:
    """Whether a page of this permission is the reader's job at all."""
    autodiscover_modules("merging")
    return any(may(reader, permission) for may in ANYWHERE)


def where(reader, permission, field) -> Q:
    """A condition on rows that point at a place: where the reader may do this."""
    autodiscover_modules("merging")
    wanted = Q(pk__in=[])
    for scope in SCOPES:
        wanted |= scope(reader, permission, field)
    return wanted


def ask_reach(reader, permission, *persons) -> None:
    """Raises PermissionDenied unless the reader may act for every one of them."""
    wanted = {person.pk for person in persons}
    if not reader.is_active or in_reach(reader, permission).filter(pk__in=wanted).count() != len(wanted):
        raise PermissionDenied


def place_of(person):
    """The neighbourhood somebody belongs to, or None."""
    autodiscover_modules("merging")
    return next((place for home in HOMES if (place := home(person)) is not None), None)


def card_of(person) -> list[tuple[str, str]]:
    """What stands on the card of a person when two are compared."""
    autodiscover_modules("merging")
    return [line for card in CARDS for line in card(person)]


def is_settled(person) -> bool:
    """Known under a name others already rely on: changing it needs somebody of the office."""
    autodiscover_modules("merging")
    return person.is_staff_member or any(settled(person) for settled in SETTLED)
