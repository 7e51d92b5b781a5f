"""Who stood where on one day: loaded once, in a handful of statements whatever the size, and counted in memory.

The kinds (人员类别) are sealed row by row, so the database cannot group by them: they are opened here, each once while
the process lives.
"""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Count, Exists, F, OuterRef, Q

from tongxin.people.models import Category, Kind
from tongxin.places.models import Level, Place, PlaceVersion
from tongxin.teams.models import Membership

UNKNOWN = "未填写"  # a member whose kind nobody has entered or confirmed
KINDS = [*Kind.values, UNKNOWN]


@dataclass(frozen=True)
class Unit:
    """A 街镇 or 居村 as the register had it that day."""

    pk: int
    level: str
    name: str
    code: str
    parent: int | None
    valid: bool


# (category, sealed kind) → kind. The row is part of the key: a value copied to another row still has to open there.
_OPENED: dict[tuple[int, bytes], str] = {}
_MOST = 400_000


def _open(sealed: list[tuple[int, bytes]]) -> dict[tuple[int, bytes], str]:
    """Open the kinds of many categories, each only once while the process lives."""
    missing = [key for key in sealed if key not in _OPENED]
    if missing:
        if len(_OPENED) > _MOST:
            _OPENED.clear()
        rows = (
            Category.objects.filter(pk__in=[pk for pk, _ in missing]) if len(missing) < 500 else Category.objects.all()
        )
        uids = dict(rows.values_list("pk", "uid"))
        _OPENED.update({(pk, blob): Category(uid=uids[pk], kind=blob).kind for pk, blob in missing})
    return _OPENED


def standing(day):
    """Memberships that hold on that day, one for each person: of two, the one joined last."""
    here = Membership.objects.on(day)
    if not here.filter(until__isnull=False).exists():
        return here  # of memberships without an end a person has one, by constraint
    later = here.filter(person=OuterRef("person"))
    later = later.filter(Q(since__gt=OuterRef("since")) | Q(since=OuterRef("since"), pk__gt=OuterRef("pk")))
    return here.filter(~Exists(later))


class Headcount:
    """Everything the figures of a place (and of every place below it) need, as of one day."""

    def __init__(self, place, day):
        self.place, self.day = place, day

    @cached_property
    def moved(self) -> dict[int, int]:
        """Places that belonged elsewhere that day: place → parent then."""
        elsewhere = PlaceVersion.objects.as_of(self.day).exclude(parent=F("place__parent"))
        return dict(elsewhere.filter(parent__isnull=False).values_list("place_id", "parent_id"))

    @cached_property
    def below(self):
        """Every place under this one that day, whether or not it was still valid."""
        return Place.objects.under(self.place, on=self.day)

    @cached_property
    def units(self) -> dict[int, Unit]:
        """街镇 and 居村 in register order (by the code of that day)."""
        found = (
            self.below.at_level(Level.SUBDISTRICT, Level.NEIGHBOURHOOD).named_at(self.day).order_by("code_then", "pk")
        )
        return {
            place.pk: Unit(
                pk=place.pk,
                level=place.level,
                name=place.name_then,
                code=place.code_then,
                parent=self.moved.get(place.pk, place.parent_id),
                valid=place.is_valid_on(self.day),
            )
            for place in found
        }

    @cached_property
    def memberships(self):
        """The rows behind 第二梯队: one membership for each person."""
        return standing(self.day).filter(team__place__in=list(self.units))

    @cached_property
    def members(self) -> list[tuple[int, int, str]]:
        """(membership, unit, kind) of each person in a team."""
        kinds = self._kinds()
        rows = self.memberships.values_list("pk", "team__place_id", "person_id")
        return [(pk, unit, kinds.get(person, UNKNOWN)) for pk, unit, person in rows]

    def _kinds(self) -> dict[int, str]:
        that_day = Q(since__lte=self.day) & (Q(until=None) | Q(until__gt=self.day))
        in_a_team = Membership.objects.on(self.day).filter(team__place__in=list(self.units)).values("person")
        rows = Category.objects.filter(that_day, primary=True, person__in=in_a_team).exclude(kind=None)
        rows = [(person, (pk, bytes(blob))) for person, pk, blob in rows.values_list("person_id", "pk", "kind")]
        opened = _open([sealed for _, sealed in rows])
        return {person: opened[sealed] for person, sealed in sorted(rows, key=lambda row: row[1][0])}

    @cached_property
    def by_unit_and_kind(self) -> Counter:
        return Counter((unit, kind) for _, unit, kind in self.members)

    @cached_property
    def buildings(self):
        """The rows behind 楼栋."""
        return self.below.at_level(Level.BUILDING).as_of(self.day)

    @cached_property
    def buildings_by_unit(self) -> Counter:
        """Buildings of each 居村, by what its estates belonged to that day."""
        here = Counter()
        whole = self.buildings.exclude(pk__in=list(self.moved)).order_by()
        whole = whole.values_list("parent_id", "parent__level", "parent__parent_id")
        alone = self.buildings.filter(pk__in=list(self.moved)) if self.moved else []
        for parent, level, above, n in whole.annotate(n=Count("pk")):
            here[parent if level == Level.NEIGHBOURHOOD else self.moved.get(parent, above)] += n
        for building in alone:
            parent = Place.objects.get(pk=self.moved[building.pk])  # a single building moved: a handful in a lifetime
            here[parent.pk if parent.level == Level.NEIGHBOURHOOD else self.moved.get(parent.pk, parent.parent_id)] += 1
        return here

    # the same, for one place of this headcount --------------------------------------------------------------------

    def ids_under(self, pk: int | None = None) -> set[int]:
        """The units of a place: all of them for the place that was loaded, the 居村 of a 街镇, or the 居村 alone."""
        if pk is None or pk == self.place.pk:
            return set(self.units)
        return {unit.pk for unit in self.units.values() if pk in (unit.pk, unit.parent)}

    def of_level(self, level, pk=None) -> list[Unit]:
        """The units of that level which the register held that day, in register order."""
        ids = self.ids_under(pk)
        return [unit for unit in self.units.values() if unit.level == level and unit.valid and unit.pk in ids]

    def covered(self, pk=None) -> list[Unit]:
        """居村 of that day's register with at least one member in a team."""
        return [unit for unit in self.of_level(Level.NEIGHBOURHOOD, pk) if unit.pk in self._staffed]

    def uncovered(self, pk=None) -> list[Unit]:
        return [unit for unit in self.of_level(Level.NEIGHBOURHOOD, pk) if unit.pk not in self._staffed]

    @cached_property
    def _staffed(self) -> set[int]:
        return {unit for unit, _ in self.by_unit_and_kind}

    def number_of(self, kind=None, pk=None) -> int:
        """Persons of a kind (or of all) under a place."""
        ids = self.ids_under(pk)
        return sum(n for (unit, one), n in self.by_unit_and_kind.items() if unit in ids and kind in (None, one))

    def by_kind(self, pk=None) -> dict[str, int]:
        """Every kind with its number; 未填写 only when there is somebody."""
        ids = self.ids_under(pk)
        counted = Counter()
        for (unit, kind), n in self.by_unit_and_kind.items():
            if unit in ids:
                counted[kind] += n
        return {kind: counted[kind] for kind in KINDS if counted[kind] or kind != UNKNOWN}

    def rows_of(self, kind=None, pk=None):
        """The memberships behind `number_of`."""
        if kind is None and pk is None:
            return self.memberships
        ids = self.ids_under(pk)
        return Membership.objects.filter(
            pk__in=[row for row, unit, one in self.members if unit in ids and kind in (None, one)]
        )

    def building_count(self, pk=None) -> int:
        ids = self.ids_under(pk)
        return sum(n for unit, n in self.buildings_by_unit.items() if unit in ids)
