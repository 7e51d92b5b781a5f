"""How figures stand on a page: every number through the same hiding, in register order, with its n."""

from dataclasses import dataclass
from functools import cached_property

from tongxin.people.models import Kind
from tongxin.places.models import Level

from .counting import UNKNOWN, Headcount, Unit
from .metrics import percent
from .suppression import Arc, suppress

SHARE_FROM = 30  # a share of fewer persons says more about them than about the place
# Rather hide a cell of an 居村 than one of a 街镇, that rather than a total, and the whole only when nothing else helps.
PRICES = {"cell": 0, "unit": 200, "subdistrict_kind": 1_000, "kind": 20_000, "subdistrict": 50_000, "whole": 10_000_000}


@dataclass(frozen=True)
class Shown:
    """A number as a page may show it: `value` is None where it is hidden."""

    value: int | None
    text: str


class Published:
    """The numbers of one district as pages show them: of the whole, each 街镇, each 居村, by kind and in all."""

    def __init__(self, district, day):
        self.district, self.head = district, Headcount(district, day)

    @cached_property
    def arcs(self) -> tuple[Arc, ...]:
        head, sums = self.head, {}
        for (unit, kind), n in sorted(head.by_unit_and_kind.items()):
            above = self._above(unit)
            for key, tail, to in [
                (("cell", unit, kind), ("row", unit), ("kind of", above, kind)),
                (("unit", unit), ("in", above), ("row", unit)),
                (("subdistrict_kind", above, kind), ("kind of", above, kind), ("kind", kind)),
                (("kind", kind), ("kind", kind), "everybody"),
                (("subdistrict", above), "whole", ("in", above)),
                (("whole",), "everybody", "whole"),
            ]:
                before = sums.get(key, (tail, to, 0))
                sums[key] = (tail, to, before[2] + n)
        return tuple(Arc(key, tail, to, n, PRICES[key[0]]) for key, (tail, to, n) in sums.items())

    def _above(self, unit: int) -> int:
        found = self.head.units[unit]
        return found.parent if found.level == Level.NEIGHBOURHOOD else unit

    @cached_property
    def _numbers(self) -> dict:
        return {arc.key: arc.value for arc in self.arcs}

    @cached_property
    def _instead(self) -> dict:
        return suppress(self.arcs)

    def number(self, pk=None, kind=None) -> Shown:
        """Persons of a kind (or in all) of the district, a 街镇 or an 居村."""
        key = self._key(pk, kind)
        if key in self._instead:
            return Shown(None, self._instead[key])
        value = self._numbers.get(key, 0)
        return Shown(value, f"{value:,}")

    def _key(self, pk, kind) -> tuple:
        if pk is None or pk == self.district.pk:
            return ("kind", kind) if kind else ("whole",)
        unit = self.head.units.get(pk)  # None: it was not part of this district that day
        if unit and unit.level == Level.SUBDISTRICT:
            return ("subdistrict_kind", pk, kind) if kind else ("subdistrict", pk)
        return ("cell", pk, kind) if kind else ("unit", pk)

    def share(self, pk=None, *, least=0) -> float | None:
        """在职党员占比; None where a part of it is hidden, or the place has fewer than `least` members."""
        part, whole = self.number(pk, Kind.PARTY), self.number(pk)
        if part.value is None or whole.value is None or whole.value < least:
            return None
        return percent(part.value, whole.value)


@dataclass(frozen=True)
class Line:
    """One unit of a table: what it is, its number, its n."""

    unit: Unit
    shown: Shown
    members: Shown
    party: Shown
    share: float | None
    covered: int
    neighbourhoods: int
    buildings: int


def parts_of(published: Published, place) -> list[Unit]:
    """What a table of the place lists: the 街镇 of a district, the 居村 of a 街镇, in register order.

    A unit the register no longer held that day is listed while it still has members, so that the sum is the total.
    """
    head, level = published.head, Level.NEIGHBOURHOOD if place.level == Level.SUBDISTRICT else Level.SUBDISTRICT
    ids = head.ids_under(place.pk)
    units = [unit for unit in head.units.values() if unit.pk in ids and unit.level == level]
    return (
        [unit for unit in units if unit.valid or head.number_of(pk=unit.pk)]
        if place.level != Level.NEIGHBOURHOOD
        else []
    )


def lines_of(published: Published, place, kind=None) -> list[Line]:
    head = published.head
    return [
        Line(
            unit=unit,
            shown=published.number(unit.pk, kind),
            members=published.number(unit.pk),
            party=published.number(unit.pk, Kind.PARTY),
            share=published.share(unit.pk, least=SHARE_FROM),
            covered=len(head.covered(unit.pk)),
            neighbourhoods=len(head.of_level(Level.NEIGHBOURHOOD, unit.pk)),
            buildings=head.building_count(unit.pk),
        )
        for unit in parts_of(published, place)
    ]


@dataclass(frozen=True)
class Bar:
    """One bar of the kinds: how long it is, and the number beside it."""

    kind: str
    shown: Shown
    width: float  # in percent of the longest


def bars_of(published: Published, place) -> list[Bar]:
    """The kinds in their fixed order; a hidden number has no bar."""
    kinds = list(Kind.values) + ([UNKNOWN] if published.head.number_of(UNKNOWN, place.pk) else [])
    numbers = [(kind, published.number(place.pk, kind)) for kind in kinds]
    longest = max([shown.value or 0 for _, shown in numbers], default=0) or 1
    return [Bar(kind, shown, width=100 * (shown.value or 0) / longest) for kind, shown in numbers]
