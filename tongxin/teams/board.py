"""The coverage of a 居村 (双楼长覆盖): every building with its two leaders, by the squad that answers for it."""

import re
from dataclasses import dataclass, field

from tongxin.access.models import Appointment
from tongxin.access.policy import Permission, Role
from tongxin.access.rules import can, places_where
from tongxin.places.models import Level, Place

from .models import Membership, Responsibility, Squad

LEADERS = (Role.RESIDENT_LEADER, Role.ONLINE_LEADER)
_NUMBER = re.compile(r"(\d+)\s*(?:号楼|号|幢|栋)$")


def units_for(reader) -> list[Place]:
    """The 居村 whose teams the reader may see, also when it is a single building there."""
    seen = places_where(reader, Permission.VIEW_TEAM)
    units = seen.at_level(Level.NEIGHBOURHOOD).select_related("parent").order_by("path")
    if units:
        return list(units)
    parts = seen.at_level(Level.ESTATE, Level.BUILDING)[:50].with_ancestors()
    return list({place.neighbourhood.pk: place.neighbourhood for place in parts if place.neighbourhood}.values())


@dataclass
class Tile:
    """One building with who leads it."""

    building: Place
    number: str
    unit: str
    resident: str = ""
    online: str = ""

    @property
    def vacant(self) -> int:
        return (not self.resident) + (not self.online)

    @property
    def gap(self) -> str:
        if self.vacant == 2:
            return "两位都空缺"
        return "缺线上楼长" if self.resident else "缺楼组长"


@dataclass
class Area:
    """What one squad answers for; `squad` is None for buildings nobody answers for."""

    squad: Squad | None
    leaders: list = field(default_factory=list)
    estates: dict = field(default_factory=dict)  # estate name → tiles

    @property
    def tiles(self):
        return [tile for tiles in self.estates.values() for tile in tiles]


class Board:
    """Everything the coverage page shows, read with a constant number of queries."""

    def __init__(self, unit: Place, *, reader):
        self.unit, self.full = unit, can(reader, Permission.VIEW_ROSTER, unit)
        self.may_invite = can(reader, Permission.INVITE_LEADER, unit)
        buildings = places_where(reader, Permission.VIEW_TEAM).current().under(unit).at_level(Level.BUILDING)
        buildings = list(buildings.select_related("parent").order_by("parent__path"))
        buildings.sort(key=lambda place: (place.parent.path, _order(place)))
        self.areas = self._areas(buildings)

    def _areas(self, buildings) -> list[Area]:
        here = Responsibility.objects.filter(building__in=[place.pk for place in buildings], until=None)
        duty = dict(here.values_list("building_id", "squad_id"))
        squads = Squad.objects.filter(team__place=self.unit, until=None)
        areas = {squad.pk: Area(squad) for squad in squads} | {None: Area(None)}
        names = self._leaders(buildings)
        for place in buildings:
            match = _NUMBER.search(place.name)
            number, unit = (match[1], "号") if match else (place.name, "")
            at = names.get(place.pk, {})
            tile = Tile(place, number, unit, at.get(Role.RESIDENT_LEADER, ""), at.get(Role.ONLINE_LEADER, ""))
            areas[duty.get(place.pk)].estates.setdefault(place.parent.name, []).append(tile)
        for squad, name in self._squad_leaders():
            if squad in areas:
                areas[squad].leaders.append(name)
        return [area for area in areas.values() if area.estates]

    def _leaders(self, buildings):
        posts = Appointment.objects.current().filter(role__in=LEADERS, place__in=[place.pk for place in buildings])
        names: dict[int, dict] = {}
        for post in posts.select_related("person").order_by("deputy", "pk"):
            names.setdefault(post.place_id, {}).setdefault(post.role, self.name(post.person))
        return names

    def _squad_leaders(self):
        posts = Appointment.objects.current().filter(role=Role.SQUAD_LEADER, place=self.unit).select_related("person")
        people = {post.person_id: post.person for post in posts}
        squads = Membership.objects.current().filter(person__in=people, squad__isnull=False)
        return [(squad, self.name(people[pk])) for pk, squad in squads.values_list("person_id", "squad_id")]

    def name(self, person) -> str:
        """Offices read names; others the form of address a person chose, else a masked name."""
        return person.name if self.full else person.shown_as

    @property
    def tiles(self):
        return [tile for area in self.areas for tile in area.tiles]

    @property
    def size(self) -> int:
        return len(self.tiles)

    @property
    def both(self) -> int:
        return sum(not tile.vacant for tile in self.tiles)

    @property
    def share(self) -> str:
        return f"{100 * self.both / len(self.tiles):.1f}%" if self.tiles else "—"

    @property
    def vacancies(self) -> int:
        return sum(tile.vacant for tile in self.tiles)

    @property
    def uncovered(self) -> int:
        """Buildings that no squad answers for."""
        return sum(len(area.tiles) for area in self.areas if area.squad is None)

    @property
    def gaps(self) -> list[Tile]:
        """Named, the emptiest first."""
        return sorted((tile for tile in self.tiles if tile.vacant), key=lambda tile: -tile.vacant)


def _order(place):
    match = _NUMBER.search(place.name)
    return (int(match[1]) if match else 10_000, place.name)
