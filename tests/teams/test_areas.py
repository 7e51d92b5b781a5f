"""包干: every building has exactly one squad, by the rule the office knows."""

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from tongxin.places.models import Level, Place
from tongxin.teams.areas import assign_areas
from tongxin.teams.models import Responsibility, Squad, Team


@pytest.fixture
def unit(world):
    """万里名轩居委会 with three squads and two estates: 名轩 1–2号 (given), 新苑 1–3号."""
    world.unit = world.sibling
    world.three = [Squad.objects.create(team=Team.of(world.unit), name=f"第{name}分队") for name in "一二三"]
    world.second = Place.objects.create(level=Level.ESTATE, name="新苑", parent=world.unit)
    world.new = [
        Place.objects.create(level=Level.BUILDING, name=f"{n}号楼", address=f"新村路9弄{n}号", parent=world.second)
        for n in (1, 2, 3)
    ]
    return world


def live(world, squad, *homes):
    for home in homes:
        world.member("住户", world.unit, squad=squad, home=home)


def squads(world):
    rows = Responsibility.objects.filter(building__path__startswith=world.unit.path, until=None)
    return {row.building.address[-5:]: row.squad.name for row in rows.select_related("building", "squad")}


def test_a_squad_answers_for_where_its_members_live_then_the_estate_then_the_smallest(unit):
    one, two, three = unit.three
    live(unit, one, unit.sibling_buildings[0])
    live(unit, one, unit.sibling_buildings[0])
    live(unit, two, unit.sibling_buildings[0])  # fewer than the first squad's
    live(unit, two, unit.second)  # only the estate is known of this one
    assert assign_areas([unit.unit.pk]) == 5
    assert squads(unit) == {
        "99弄1号": "第一分队", "99弄2号": "第一分队", "路9弄1号": "第二分队", "路9弄2号": "第二分队", "路9弄3号": "第二分队",
    }  # fmt: skip
    assert not Responsibility.objects.filter(squad=three).exists()


def test_the_rest_goes_to_the_smallest_squad(unit):
    live(unit, unit.three[0], unit.unit)  # the home is nowhere near
    assign_areas([unit.unit.pk])
    assert set(squads(unit).values()) == {"第二分队"}  # of two empty ones the lower


def test_a_tie_goes_to_the_lower_squad(unit):
    live(unit, unit.three[2], unit.new[0])
    live(unit, unit.three[1], unit.new[0])
    assign_areas([unit.unit.pk])
    assert squads(unit)["路9弄1号"] == "第二分队"


def test_what_is_given_stays_and_a_second_time_gives_nothing(unit):
    Responsibility.objects.create(squad=unit.three[2], building=unit.new[0])
    live(unit, unit.three[0], *unit.new)
    assert assign_areas([unit.unit.pk]) == 4 and assign_areas([unit.unit.pk]) == 0
    assert squads(unit)["路9弄1号"] == "第三分队"


def test_nobody_gets_a_building_of_another_neighbourhood(unit):
    live(unit, unit.three[0], unit.far_buildings[0])
    assign_areas([unit.unit.pk])
    assert not Responsibility.objects.filter(building__in=unit.far_buildings).exists()
    assert assign_areas([unit.far.pk]) == 0  # no squads there


def test_the_database_allows_one_squad_a_building(unit):
    assign_areas([unit.unit.pk])
    with pytest.raises(IntegrityError):
        Responsibility.objects.create(squad=unit.three[2], building=unit.new[0])


def test_the_number_of_statements_does_not_grow(unit):
    def statements(*units):
        with CaptureQueriesContext(connection) as seen:
            assign_areas([place.pk for place in units])
        return len(seen)

    few = statements(unit.unit)
    Responsibility.objects.filter(building__path__startswith=unit.unit.path).delete()
    assert statements(unit.unit, unit.neighbourhood, unit.far) == few
