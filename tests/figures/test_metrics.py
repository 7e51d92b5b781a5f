"""Figures as of a day: what they count, and that the number is the number of its rows."""

import datetime as dt
import io
import json

import pytest
from django.core.management import CommandError, call_command

from tests.world import LONG_AGO
from tongxin.figures.counting import UNKNOWN, Headcount
from tongxin.figures.metrics import METRICS, figures_of, percent
from tongxin.people.models import Category, Kind
from tongxin.places.models import Level, Place
from tongxin.teams.models import Membership, Team

TODAY = dt.date(2026, 11, 20)


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [
        (5762, 8957, 64.3),
        (1, 3, 33.3),
        (2, 3, 66.7),
        (1, 2000, 0.1),  # exactly 0.05 goes up
        (3, 2000, 0.2),  # exactly 0.15, which binary floating point holds as a little less
        (2049, 20000, 10.2),  # 10.245
        (1, 2001, 0.0),
        (0, 7, 0.0),
        (7, 7, 100.0),
        (0, 0, None),
    ],
)
def test_a_share_has_one_decimal_half_up(part, whole, said):
    assert percent(part, whole) == said


def test_the_figures_of_the_small_world(world):
    figures = figures_of(world.district, TODAY)
    assert figures["members_by_kind"].pop(Kind.PARTY) == 4
    assert figures["members_by_kind"].pop(Kind.UNITED_FRONT) == 1
    assert set(figures.pop("members_by_kind").values()) == {0}
    assert figures == {
        "district": "310107", "code": "310107", "name": "普陀区", "as_of": "2026-11-20",
        "subdistricts": 2, "neighbourhoods": 3, "covered_neighbourhoods": 3, "buildings": 8,
        "members": 5, "in_service_party_members": 4, "in_service_party_share": 80.0,
    }  # fmt: skip


@pytest.mark.parametrize("level", ["district", "subdistrict", "neighbourhood", "far"])
def test_every_number_is_the_number_of_its_rows(world, level):
    place = getattr(world, level)
    Membership.begin(world.person("没有类别"), team=world.team, by=None, since=LONG_AGO)
    head = Headcount(place, TODAY)
    for key, metric in METRICS.items():
        if metric.unit != "%":
            assert metric.at(place, TODAY) == metric.rows_at(place, TODAY).count(), key
    for kind, n in head.by_kind().items():
        assert head.rows_of(kind).count() == n
    share = METRICS["in_service_party_share"]
    assert share.at(place, TODAY) == percent(share.rows_at(place, TODAY).count(), head.memberships.count())
    assert sum(head.by_kind().values()) == head.number_of()


def test_the_parts_add_up_to_the_whole(world):
    head = Headcount(world.district, TODAY)
    for sub in (world.subdistrict, world.far_subdistrict):
        inside = [unit.pk for unit in head.units.values() if unit.parent == sub.pk]
        assert head.number_of(pk=sub.pk) == sum(head.number_of(pk=pk) for pk in inside)
        assert head.building_count(sub.pk) == sum(head.building_count(pk) for pk in inside)
        assert head.number_of(pk=sub.pk) == Headcount(sub, TODAY).number_of()
        assert head.building_count(sub.pk) == Headcount(sub, TODAY).buildings.count()


def test_who_joins_later_was_not_there_and_who_leaves_is_gone_that_day(world):
    world.member("后来的人", world.neighbourhood, since=dt.date(2026, 6, 1))
    Membership.objects.get(person=world.alan).leave(by=None, on=dt.date(2026, 9, 1))
    members = METRICS["members"]
    assert members.at(world.district, dt.date(2026, 3, 1)) == 0
    assert members.at(world.district, dt.date(2026, 5, 31)) == 5
    assert members.at(world.district, dt.date(2026, 6, 1)) == 6
    assert members.at(world.district, dt.date(2026, 8, 31)) == 6
    assert members.at(world.district, dt.date(2026, 9, 1)) == 5


def test_red_twin_without_dates_the_past_would_change(world, monkeypatch):
    world.member("后来的人", world.neighbourhood, since=dt.date(2026, 6, 1))
    monkeypatch.setattr("tongxin.teams.models.MembershipQuerySet.on", lambda self, day: self)
    assert METRICS["members"].at(world.district, dt.date(2026, 5, 31)) == 6


def test_a_kind_counts_from_its_own_day(world):
    changed = Category.objects.get(person=world.alan)
    Category.objects.filter(pk=changed.pk).update(until=dt.date(2026, 7, 1))
    Category.objects.create(person=world.alan, kind=Kind.ABLE, since=dt.date(2026, 7, 1))
    assert Headcount(world.district, dt.date(2026, 6, 30)).by_kind()[Kind.PARTY] == 4
    after = Headcount(world.district, dt.date(2026, 7, 1)).by_kind()
    assert (after[Kind.PARTY], after[Kind.ABLE]) == (3, 1)


def test_one_person_counts_once_even_in_two_teams(world):
    Membership.objects.filter(person=world.alan).update(until=dt.date(2027, 1, 1))  # leaves next year
    Membership.objects.create(person=world.alan, team=Team.of(world.far), since=dt.date(2026, 10, 1))
    head = Headcount(world.district, TODAY)
    assert head.number_of() == head.memberships.count() == 5
    assert head.number_of(pk=world.far.pk) == 2
    assert head.memberships.get(person=world.alan).team.place == world.far


def test_a_member_without_a_kind_is_listed_as_such(world):
    Membership.begin(world.person("没有类别"), team=world.team, by=None, since=LONG_AGO)
    assert figures_of(world.district, TODAY)["members_by_kind"][UNKNOWN] == 1


def test_the_register_of_that_day_gives_the_denominator(world):
    Place.objects.create(
        level=Level.NEIGHBOURHOOD,
        name="新居委会",
        code="310107021010",
        parent=world.subdistrict,
        since=dt.date(2026, 6, 1),
    )
    early, late = (figures_of(world.district, day) for day in (dt.date(2026, 5, 31), TODAY))
    assert (early["neighbourhoods"], late["neighbourhoods"]) == (3, 4)
    assert (early["covered_neighbourhoods"], late["covered_neighbourhoods"]) == (3, 3)
    assert [unit.name for unit in Headcount(world.district, TODAY).uncovered()] == ["新居委会"]


def test_a_place_that_moved_belongs_to_where_it_was(world):
    world.sibling.move(to=world.far_subdistrict, on=dt.date(2026, 8, 1), by=None)
    for day, here, there in [(dt.date(2026, 7, 31), 4, 1), (dt.date(2026, 8, 1), 3, 2)]:
        head = Headcount(world.district, day)
        assert [head.number_of(pk=sub.pk) for sub in (world.subdistrict, world.far_subdistrict)] == [here, there]
        assert head.building_count(world.subdistrict.pk) == (6 if here == 4 else 4)


def test_members_of_a_merged_place_move_with_the_register_but_the_sum_stays(world):
    world.sibling.merge_into(other=world.neighbourhood, on=dt.date(2026, 8, 1), by=None)
    head = Headcount(world.district, TODAY)
    assert (head.number_of(), len(head.of_level(Level.NEIGHBOURHOOD)), len(head.covered())) == (5, 2, 2)
    assert head.building_count() == head.buildings.count()


def test_a_kind_copied_from_another_row_is_not_counted(world):
    """The memo must not open what the row itself would not."""
    from tongxin.people.vault import BrokenSeal

    assert Headcount(world.district, TODAY).by_kind()[Kind.UNITED_FRONT] == 1
    stolen = Category.objects.values_list("kind", flat=True).get(person=world.wu)
    Category.objects.filter(person=world.alan).update(kind=stolen)
    with pytest.raises(BrokenSeal):
        Headcount(world.district, TODAY).by_kind()


def said(*args) -> str:
    out = io.StringIO()
    call_command("figures", *args, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("code", "members"),
    [("310107", 5), ("310107000000", 5), ("310107021", 4), ("310107021000", 4), ("310107021008", 3)],
)
def test_the_command_knows_codes_of_all_lengths(world, code, members):
    figures = json.loads(said(code, "--as-of", "2026-11-20", "--json"))
    assert figures["members"] == members
    assert figures["district"] == "310107"


def test_the_command_shows_small_numbers_and_a_readable_table(world):
    text = said("310107021008")
    assert "第二梯队  3名" in text
    assert "统战人士  1" in text


def test_the_command_uses_the_codes_of_that_day(world):
    world.sibling.recode(code="310107021099", on=dt.date(2026, 8, 1), by=None)
    assert json.loads(said("310107021009", "--as-of", "2026-07-31", "--json"))["members"] == 1
    with pytest.raises(CommandError):
        said("310107021009", "--as-of", "2026-08-01", "--json")


@pytest.mark.parametrize(("args", "words"), [(["999999"], "请核对代码"), (["310107", "--as-of", "昨天"], "2023-03-03")])
def test_what_the_command_cannot_do_it_says_plainly(world, args, words):
    with pytest.raises(CommandError, match=words) as refused:
        said(*args)
    assert refused.value.returncode == 1
