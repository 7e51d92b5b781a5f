"""Responsibility areas (包干): which squad answers for which building, so that every building has exactly one."""

from collections import Counter, defaultdict

from django.db.models import Count, Exists, OuterRef, Q

from tongxin.access.models import today
from tongxin.places.models import Level, Place

from .models import Membership, Responsibility, Squad

LOOKUP = 500  # neighbourhoods asked about at once


def assign_areas(neighbourhoods, *, since=None) -> int:
    """Give every building of these 居村 (ids) that has no squad yet its squad; returns how many were given.

    A squad answers for the buildings its members live in (most members wins, then the lower squad), then for those of an
    estate where it has members, then the smallest squad for the rest. Rows that are open stay as they are; a 居村 without
    squads gets none.
    """
    wanted, given = sorted(neighbourhoods), 0
    for start in range(0, len(wanted), LOOKUP):
        given += _assign(wanted[start : start + LOOKUP], since or today())
    return given


def _assign(neighbourhoods, since) -> int:
    squads = defaultdict(list)  # 居村 → [(members, squad)], lower squads first
    size = Count("memberships", filter=Q(memberships__until=None))
    rows = Squad.objects.filter(team__place__in=neighbourhoods, until=None).annotate(size=size).order_by("pk")
    for pk, place, members in rows.values_list("pk", "team__place_id", "size"):
        squads[place].append((members, pk))
    homes = _members_at_home(neighbourhoods)
    duties = []
    for building, estate, unit in _buildings_without_squad(neighbourhoods):
        if squads[unit]:
            squad = _most(homes[building]) or _most(homes[estate]) or min(squads[unit])[1]
            duties.append(Responsibility(squad_id=squad, building_id=building, since=since))
    Responsibility.objects.bulk_create(duties)
    return len(duties)


def _members_at_home(neighbourhoods):
    """Place (building or estate) → Counter of members by squad. A member counts for their building and for its estate."""
    members = Membership.objects.filter(
        team__place__in=neighbourhoods, until=None, squad__isnull=False, home__isnull=False
    )
    homes = defaultdict(Counter)
    rows = members.values_list("squad_id", "home_id", "home__parent_id", "home__level")
    for squad, home, above, level in rows:
        homes[home][squad] += 1
        if level == Level.BUILDING:
            homes[above][squad] += 1
    return homes


def _buildings_without_squad(neighbourhoods):
    """(building, what it stands in, 居村) of every building that nobody answers for."""
    duty = Responsibility.objects.filter(building=OuterRef("pk"), until=None)
    buildings = Place.objects.current().filter(~Exists(duty), level=Level.BUILDING)
    in_estates = buildings.filter(parent__parent__in=neighbourhoods).values_list("pk", "parent_id", "parent__parent_id")
    directly = buildings.filter(parent__in=neighbourhoods).values_list("pk", "parent_id", "parent_id")
    yield from in_estates.order_by("pk")
    yield from directly.order_by("pk")


def _most(squads: Counter):
    """The squad with the most members there; the lower one when two have as many."""
    return min(squads, key=lambda squad: (-squads[squad], squad)) if squads else None
