"""Which place a row means: 街镇 and 居村 by whatever name the office uses, and the building by its address."""

import difflib
import re
import unicodedata
from dataclasses import dataclass, field

from tongxin.places.models import Level, Place
from tongxin.places.spelling import pinyin_of

CLOSE = 0.5  # below this likeness a suggestion would only puzzle
_BLANK = re.compile(r"\s+")
_OF_SUBDISTRICT = re.compile(r"(街道办事处|街道办|人民政府|街道|镇|乡)$")
_OF_NEIGHBOURHOOD = re.compile(r"(居民委员会|村民委员会|居民区|居委会|村委会|居委|村委)$")
_DIGITS = str.maketrans("0123456789", "零一二三四五六七八九")
_DOOR = re.compile(r"(.*?\d+(?:[-之]\d+)?)\s*(?:号楼|号|幢|栋|座)")


def plain(text: str) -> str:
    """Half-width, without blanks."""
    return _BLANK.sub("", unicodedata.normalize("NFKC", text))


def _keys(name: str, ending) -> tuple[str, str, str, str]:
    """Under which words a place is found, the strictest first: as it is, without its ending, in loose spelling, without 村."""
    exact = plain(name)
    stem = ending.sub("", exact) or exact
    loose = (stem.removesuffix("社区") or stem).translate(_DIGITS)
    return exact, stem, loose, loose.removesuffix("村") or loose


def door(text: str) -> str:
    """An address down to its door number: "曹杨路217弄1号302室", "曹杨路217弄1号楼" → "曹杨路217弄1号"."""
    match = _DOOR.match(plain(text))
    return f"{match[1]}号" if match else plain(text)


class Names:
    """Places of one level under one parent, found by their names in several strictnesses."""

    def __init__(self, places, ending):
        self.ending, self.shelves, self.places = ending, ({}, {}, {}, {}), list(places)
        for place in self.places:
            for shelf, key in zip(self.shelves, _keys(place.name, ending), strict=True):
                shelf.setdefault(key, []).append(place)

    def candidates(self, text) -> list[Place]:
        """The places it may mean, by the strictest reading that fits any."""
        for shelf, key in zip(self.shelves, _keys(text, self.ending), strict=True):
            if key in shelf:
                return shelf[key]
        return []

    def find(self, text) -> Place | None:
        """The one place meant; None when there is none, or when the words fit several."""
        found = self.candidates(text)
        return found[0] if len(found) == 1 else None

    def silent(self, name) -> str:
        """The ending that says what it is, not which (居委会)."""
        return match[0] if (match := self.ending.search(name)) else ""

    def nearest(self, text) -> Place | None:
        """The place whose name looks or sounds most like it; None when nothing comes close."""
        stem = _keys(text, self.ending)[1]
        # Without one character in common nothing comes close, and the dictionary of sounds need not be loaded.
        if not any(set(stem) & set(place.name.removesuffix(self.silent(place.name))) for place in self.places):
            return None
        looks, sounds = difflib.SequenceMatcher(b=stem), difflib.SequenceMatcher(b=pinyin_of(stem).split())
        best, likeness = None, CLOSE
        for place in self.places:
            silent = self.silent(place.name)
            looks.set_seq1(place.name.removesuffix(silent))
            sounds.set_seq1(place.pinyin.split()[: -len(silent) or None])
            for matcher in (looks, sounds):
                # The cheap upper bound first: nearly all names fall there.
                if matcher.real_quick_ratio() > likeness and matcher.quick_ratio() > likeness:
                    ratio = matcher.ratio()
                    if ratio > likeness:
                        best, likeness = place, ratio
        return best


@dataclass(slots=True)
class Answer:
    """What was found for a 居村; when nothing was, the column to mend and why."""

    place: Place | None = None
    column: str = ""
    code: str = ""
    reason: str = ""


@dataclass
class Homes:
    """Estates and buildings of one 居村."""

    estates: dict = field(default_factory=dict)  # plain name → id
    doors: dict = field(default_factory=dict)  # (estate name or "", door) → [building ids]

    def add(self, building, estate_name, name, address):
        doors = {door(address), door(name)} - {""}
        for estate in (plain(estate_name), ""):
            for key in doors:
                self.doors.setdefault((estate, key), []).append(building)

    def find(self, estate, address) -> int | None:
        for key in ((plain(estate), door(address)), ("", door(address))):
            if len(found := self.doors.get(key, ())) == 1:
                return found[0]
        return None


class Gazetteer:
    """The register below one place, read once; every answer is remembered. Homes are known only `within` a part of it."""

    def __init__(self, root: Place, within: Place):
        self.root, self.within = root, within
        rows = list(Place.objects.current().under(root).at_level(Level.SUBDISTRICT, Level.NEIGHBOURHOOD))
        self.subdistricts = {place.pk: place for place in rows if place.level == Level.SUBDISTRICT}
        units = [place for place in rows if place.level == Level.NEIGHBOURHOOD]
        self.streets = Names(self.subdistricts.values(), _OF_SUBDISTRICT)
        self.units = {
            pk: Names([unit for unit in units if unit.parent_id == pk], _OF_NEIGHBOURHOOD) for pk in self.subdistricts
        }
        self.all_units = Names(units, _OF_NEIGHBOURHOOD)
        self.homes = self._homes()
        self._answers: dict[tuple[str, str], Answer] = {}
        self._at_home: dict[tuple[int, str, str], tuple[int, bool]] = {}

    def _homes(self) -> dict[int, Homes]:
        below = Place.objects.current().under(self.within)
        homes: dict[int, Homes] = {}
        estates = {}
        for pk, unit, name in below.at_level(Level.ESTATE).values_list("pk", "parent_id", "name"):
            estates[pk] = (unit, name)
            homes.setdefault(unit, Homes()).estates.setdefault(plain(name), pk)
        rows = below.at_level(Level.BUILDING).values_list("pk", "parent_id", "name", "address")
        for pk, parent, name, address in rows:
            unit, estate = estates.get(parent, (parent, ""))
            homes.setdefault(unit, Homes()).add(pk, estate, name, address)
        return homes

    def neighbourhood(self, street: str, unit: str) -> Answer:
        """The 居村 a row means; the 街镇 tells namesakes apart and may be left out where a name is the only one."""
        if (street, unit) not in self._answers:
            self._answers[street, unit] = self._neighbourhood(street, unit)
        return self._answers[street, unit]

    def _neighbourhood(self, street, unit) -> Answer:
        if not unit:
            return Answer(None, "neighbourhood", "no_place", "没有填居村，请补上")
        if not street:
            return self._without_street(unit)
        above = self.streets.find(street)
        if above is None:
            near = self.streets.nearest(street)
            hint = f"是不是“{near.name}”？" if near else "请核对街镇名称"
            return Answer(None, "subdistrict", "unknown_place", f"{self.root.name}没有“{street}”，{hint}")
        names = self.units[above.pk]
        if found := names.find(unit):
            return Answer(found)
        if elsewhere := self.all_units.find(unit):
            there = self.subdistricts[elsewhere.parent_id].name
            return Answer(
                None,
                "neighbourhood",
                "unknown_place",
                f"{above.name}没有“{unit}”，{there}有“{elsewhere.name}”，请核对街镇",
            )
        near = names.nearest(unit) or self.all_units.nearest(unit)
        hint = f"是不是{self._label(near, above)}？" if near else "请核对居村名称"
        return Answer(None, "neighbourhood", "unknown_place", f"{above.name}没有“{unit}”，{hint}")

    def _without_street(self, unit) -> Answer:
        if found := self.all_units.find(unit):
            return Answer(found)
        if namesakes := self.all_units.candidates(unit):
            where = "、".join(self.subdistricts[place.parent_id].name for place in namesakes)
            return Answer(None, "subdistrict", "ambiguous_place", f"{where}都有“{unit}”，请填写街镇")
        near = self.all_units.nearest(unit)
        hint = f"是不是“{near.name}”？" if near else "请核对居村名称"
        return Answer(None, "neighbourhood", "unknown_place", f"{self.root.name}没有“{unit}”，{hint}")

    def _label(self, place, above) -> str:
        street = self.subdistricts[place.parent_id]
        return f"“{place.name}”" if street.pk == above.pk else f"{street.name}的“{place.name}”"

    def home(self, unit: Place, estate: str, address: str) -> tuple[int, bool]:
        """(id of the building, else the estate, else the 居村; whether the building was found)."""
        key = (unit.pk, estate, address)
        if key not in self._at_home:
            homes = self.homes.get(unit.pk) or Homes()
            building = homes.find(estate, address) if address else None
            self._at_home[key] = (building or homes.estates.get(plain(estate)) or unit.pk, building is not None)
        return self._at_home[key]
