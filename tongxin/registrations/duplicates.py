"""Perhaps the same person twice (可能重复): what speaks for it, enough to judge by, and what was judged already.

Names and numbers are sealed, so that the database cannot compare them: it is done here, for one neighbourhood and for
those of the 街镇 who have left or moved away. A human decides; nothing is merged by itself.
"""

from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher

from django.db.models import Q
from django.urls import reverse

from tongxin.access.policy import Permission as P
from tongxin.access.rules import can
from tongxin.people.names import clean_name, surname
from tongxin.places.models import Level

from .models import Registration, ToldApart
from .models.states import OVER, Status

GONE_AT_MOST = 300  # of the 街镇, the newest who left or moved away
TAIL = 4
ALIKE = 0.6


@dataclass(frozen=True)
class Likeness:
    """One other person who may be the same, with what speaks for it."""

    registration: Registration
    signs: tuple[str, ...]
    seen: bool  # whether the reader may open it
    merge_url: str = ""

    @property
    def came(self) -> str:
        return "街镇名册登记" if self.registration.by_roster else "本人报到"


def likenesses_of(registration, reader) -> list[Likeness]:
    """Who may be the same person, the likeliest first; six statements however many there are."""
    mine, found = registration.person, {}
    for other in _pool(registration):
        if other.person_id not in found and (signs := _signs(registration, other)):
            found[other.person_id] = (other, signs)
    apart = ToldApart.among([mine.pk, *found])
    likely = [pair for pk, pair in found.items() if tuple(sorted((mine.pk, pk))) not in apart]
    likely.sort(key=lambda pair: (-len(pair[1]), -pair[0].pk))
    return [
        Likeness(other, signs, can(reader, P.VIEW_REGISTRATION, other.place), _merge_url(registration, other, reader))
        for other, signs in likely
    ]


def _pool(registration):
    street = registration.place.ancestor(Level.SUBDISTRICT) or registration.place
    rows = Registration.objects.exclude(person=registration.person_id).select_related("person", "place", "home")
    here = rows.filter(place=registration.place_id).exclude(status=Status.TRANSFERRED).order_by("-pk")
    gone = rows.filter(Q(status__in=OVER) | Q(status=Status.MOVING), place__path__under=street.path).order_by("-pk")
    return [*here, *gone[:GONE_AT_MOST]]


def _signs(one, other) -> tuple[str, ...]:
    """What speaks for the two being one; empty when it is not enough to ask."""
    name, theirs = clean_name(one.person.name), clean_name(other.person.name)
    tail = bool(one.person.phone_index and other.person.phone_index) and _tail(one) == _tail(other)
    building = one.home_id is not None and one.home_id == other.home_id
    near = surname(name) == surname(theirs) and SequenceMatcher(None, name, theirs, autojunk=False).ratio() >= ALIKE
    if not (name == theirs or (tail and surname(name) == surname(theirs)) or (building and near)):
        return ()
    said = [
        ("姓名相同" if name == theirs else "姓名相近", True),
        ("住同一处", building),
        (f"手机号后{TAIL}位相同", tail),
    ]
    return tuple(words for words, holds in said if holds)


def _tail(registration) -> str:
    return registration.person.local_phone[-TAIL:]


def _merge_url(one, other, reader) -> str:
    """Where the two are merged, for who may do it at both ends; the act itself belongs to the room of people."""
    if not all(can(reader, P.MERGE_PEOPLE, end.place) for end in (one, other)):
        return ""
    return reverse("people:merge", args=[one.person_id, other.person_id])


def namesakes(registrations) -> set[int]:
    """Which of these (waiting ones) share their name with somebody open in the same neighbourhood: for the chip of a list."""
    waiting = [one for one in registrations if one.status == Status.SUBMITTED]
    if not waiting:
        return set()
    # For the neighbourhoods of this page alone: every name has to be unsealed.
    rows = Registration.objects.filter(place__in={one.place_id for one in waiting}, status__in=Registration.OPEN)
    there = list(rows.select_related("person").only("place_id", "person__uid", "person__name"))
    names = Counter((one.place_id, clean_name(one.person.name)) for one in there)
    same = {key for key, count in names.items() if count > 1}
    groups = {}
    for one in there:
        if (key := (one.place_id, clean_name(one.person.name))) in same:
            groups.setdefault(key, set()).add(one.person_id)
    apart = ToldApart.among([pk for group in groups.values() for pk in group]) if groups else set()
    return {
        one.pk
        for one in waiting
        for group in [groups.get((one.place_id, clean_name(one.person.name)), set()) - {one.person_id}]
        if any(tuple(sorted((one.person_id, pk))) not in apart for pk in group)
    }
