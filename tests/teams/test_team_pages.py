"""The roster and the coverage board: each reader sees their own places, and of each member what the job needs."""

import pytest
from django.urls import reverse

from tongxin.access.models import appoint
from tongxin.access.policy import Role
from tongxin.people.models import Kind
from tongxin.places.models import Level, Place
from tongxin.teams import sheet
from tongxin.teams.finding import fits
from tongxin.teams.models import Responsibility

ROSTER, BUILDINGS = reverse("teams:roster"), reverse("teams:buildings")


def names(answer):
    return {line.name for line in answer.context["lines"]}


def roster(world, who, **query):
    return world.client(getattr(world, who)).get(ROSTER, query)


def test_offices_see_the_members_of_their_own_places(world):
    assert names(roster(world, "wang")) == {"陈阿兰", "周建国", "吴文博"}
    assert names(roster(world, "shen")) == {"陈阿兰", "周建国", "吴文博", "林家宝"}
    assert names(roster(world, "far_secretary")) == {"褚远山"}
    assert names(roster(world, "he")) == {"陈阿兰", "周建国", "吴文博", "林家宝", "褚远山"}


@pytest.mark.parametrize("who", ["alan", "zhou", "wu", "neighbour", "auditor", "admin", "newcomer"])
def test_others_do_not(world, who):
    assert roster(world, who).status_code == 403


def test_another_place_is_not_found(world):
    assert roster(world, "wang", place=world.sibling.pk).status_code == 404
    assert roster(world, "wang", place="x").status_code == 404
    assert names(roster(world, "shen", place=world.sibling.pk)) == {"林家宝"}


@pytest.mark.parametrize("typed", ["阿兰", "chenalan", "cal", "ChenA"])
def test_found_by_name_pinyin_and_initials(world, typed):
    assert names(roster(world, "shen", q=typed)) == {"陈阿兰"}


def test_found_by_the_whole_number_or_its_last_four_digits_and_only_within_scope(world):
    number = world.alan.local_phone
    assert names(roster(world, "shen", q=number)) == names(roster(world, "shen", q=number[-4:])) == {"陈阿兰"}
    assert names(roster(world, "shen", q=f"+86 {number}")) == {"陈阿兰"}
    assert names(roster(world, "far_secretary", q=number)) == names(roster(world, "far_secretary", q="阿兰")) == set()
    assert names(roster(world, "shen", q="199")) == set()  # too little to be a number: nobody is fished out


def test_surnames_are_read_as_surnames():
    assert fits("曾洁", "zengjie") and fits("单立", "sl") and fits("王敏华", "敏") and not fits("王敏华", "李")


def test_numbers_are_masked(world):
    text = roster(world, "shen").content.decode()
    assert world.alan.local_phone not in text and world.alan.masked_phone in text
    assert reverse("people:reveal", args=[world.alan.pk]) in text
    assert reverse("people:reveal", args=[world.alan.pk]) not in roster(world, "he").content.decode()


def test_delicate_kinds_open_only_to_the_named_roles_and_the_red_twin_shows_them(world, monkeypatch):
    def kind(who):
        return {line.name: line.kind for line in roster(world, who).context["lines"]}["吴文博"]

    assert kind("wang") == kind("he") == Kind.UNITED_FRONT and kind("shen") == "—"
    assert Kind.UNITED_FRONT not in roster(world, "shen").content.decode()
    monkeypatch.setattr(sheet, "can", lambda *asked: True)
    assert kind("shen") == Kind.UNITED_FRONT


def test_the_number_of_queries_does_not_grow(world, django_assert_num_queries, django_assert_max_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = world.client(world.shen)
    with CaptureQueriesContext(connection) as few:
        client.get(ROSTER)
    for n in range(60):
        world.member(f"新{chr(0x4E00 + n)}", world.neighbourhood, squad=world.squads[0], home=world.buildings[n % 4])
    client = world.client(world.shen)
    with CaptureQueriesContext(connection) as many:
        answer = client.get(ROSTER)
    assert len(many) <= len(few) and len(answer.context["lines"]) == 50


# the board


def board(world, who, **query):
    return world.client(getattr(world, who)).get(BUILDINGS, query)


def test_the_board_shows_who_answers_for_each_building(world):
    seen = board(world, "wang").context["board"]
    assert [area.squad.name for area in seen.areas] == ["第一分队", "第二分队"]
    first = seen.areas[0].tiles
    assert [(tile.number, tile.resident, tile.online) for tile in first] == [("1", "", "陈阿兰"), ("2", "吴文博", "")]
    assert seen.areas[1].leaders == ["吴文博"]
    assert (seen.both, seen.vacancies, seen.uncovered, seen.share) == (0, 6, 0, "0.0%")
    assert [tile.gap for tile in seen.gaps] == ["两位都空缺", "两位都空缺", "缺楼组长", "缺线上楼长"]


def test_a_building_with_both_counts_and_one_without_a_squad_is_named(world):
    appoint(world.zhou, Role.RESIDENT_LEADER, world.buildings[0], by=None)
    Responsibility.objects.filter(building=world.buildings[3]).delete()
    seen = board(world, "wang").context["board"]
    assert (seen.both, seen.share, seen.uncovered) == (1, "25.0%", 1) and seen.areas[-1].squad is None


def test_those_without_the_roster_see_the_chosen_form_of_address(world):
    appoint(world.zhou, Role.RESIDENT_LEADER, world.buildings[0], by=None)
    tile = board(world, "zhou").context["board"].tiles[0]
    assert (tile.resident, tile.online) == ("周队长", "陈**") and "陈阿兰" not in board(world, "zhou").content.decode()


def test_a_building_leader_sees_the_own_building(world):
    assert [tile.building for tile in board(world, "alan").context["board"].tiles] == [world.buildings[0]]


def test_offices_choose_between_their_own_neighbourhoods(world):
    seen = board(world, "shen", place=world.sibling.pk)
    assert seen.context["unit"] == world.sibling and len(seen.context["units"]) == 2
    assert board(world, "shen", place=world.far.pk).status_code == 404
    assert board(world, "he").status_code == board(world, "neighbour").status_code == 403


def test_a_neighbourhood_without_buildings_says_so(world):
    Place.objects.create(level=Level.NEIGHBOURHOOD, name="空居委会", code="310107021010", parent=world.subdistrict)
    empty = Place.objects.get(name="空居委会")
    assert "还没有楼栋" in board(world, "shen", place=empty.pk).content.decode()
