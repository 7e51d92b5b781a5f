"""The register page: what was there on a day, and how it came to be so."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tongxin.places.models import Level, Place


def show(world, who, place=None, **query):
    url = reverse("web:register_place", args=[place.pk], query=query) if place else reverse("web:register", query=query)
    return world.client(getattr(world, who)).get(url)


@pytest.mark.parametrize(
    ("who", "sees", "not_there"),
    [
        ("he", ["万里街道", "长风新村街道", "师大一村居委会"], []),
        ("auditor", ["万里街道", "师大一村居委会"], []),
        ("admin", ["万里街道"], []),
        ("shen", ["万里街道", "中浩云居委会", "万里名轩居委会"], ["师大一村居委会", "长风新村街道"]),
        ("wang", ["中浩云居委会", "富平路18弄1号"], ["万里名轩", "师大一村"]),
    ],
)
def test_the_register_begins_where_the_reader_answers(world, who, sees, not_there):
    text = show(world, who).content.decode()
    assert all(name in text for name in sees)
    assert not any(name in text for name in not_there)


@pytest.mark.parametrize(("who", "status"), [("alan", 403), ("zhou", 403), ("newcomer", 403)])
def test_volunteers_have_no_register(world, who, status):
    assert show(world, who).status_code == status


@pytest.mark.parametrize(
    ("who", "place", "status"),
    [
        ("wang", "neighbourhood", 200), ("wang", "sibling", 404), ("wang", "subdistrict", 404), ("shen", "sibling", 200),
        ("shen", "far", 404), ("shen", "far_estate", 404), ("he", "far_estate", 200), ("alan", "neighbourhood", 404),
    ],
)  # fmt: skip
def test_other_places_are_not_there(world, who, place, status):
    assert show(world, who, getattr(world, place)).status_code == status


def test_a_building_shows_its_door(world):
    building = world.buildings[0]
    for page in (show(world, "wang"), show(world, "wang", building), show(world, "wang", world.estate)):
        assert reverse("web:door", args=[building.short_code]) in page.content.decode()


def test_a_day_of_the_past_shows_names_and_belongings_of_that_day(world):
    world.sibling.rename(name="新名轩居委会", on=dt.date(2026, 8, 1), by=None)
    world.sibling.move(to=world.far_subdistrict, on=dt.date(2026, 9, 1), by=None)
    old, new = (show(world, "he", as_of=day).context["branches"] for day in ("2026-07-31", "2026-09-01"))
    inside = [{b["place"].name_then: [p.name_then for p in b["inside"]] for b in branches} for branches in (old, new)]
    assert inside[0] == {"长风新村街道": ["师大一村居委会"], "万里街道": ["中浩云居委会", "万里名轩居委会"]}
    assert inside[1] == {"长风新村街道": ["师大一村居委会", "新名轩居委会"], "万里街道": ["中浩云居委会"]}


def test_the_history_names_every_version_and_what_became_of_it(world):
    world.sibling.rename(name="新名轩居委会", on=dt.date(2026, 8, 1), by=None)
    world.sibling.merge_into(other=world.neighbourhood, on=dt.date(2026, 9, 1), by=None)
    text = show(world, "shen", world.sibling).content.decode()
    assert "万里名轩居委会" in text
    assert "新名轩居委会" in text
    assert reverse("web:register_place", args=[world.neighbourhood.pk]) in text
    assert "这一天登记册里还没有（或已经没有）这个地方" in text
    assert "这一天登记册里还没有" not in show(world, "shen", world.sibling, as_of="2026-08-31").content.decode()


def test_search_finds_by_initials_inside_the_own_area_only(world):
    found = show(world, "he", q="wlmx").context["page"].object_list
    assert {place.name for place in found} >= {"万里名轩居委会", "万里名轩"}
    assert not show(world, "wang", q="wlmx").context["page"].object_list
    assert "没有找到" in show(world, "wang", q="wlmx").content.decode()


def test_red_twin_without_the_scope_the_search_finds_everything(world, monkeypatch):
    monkeypatch.setattr("tongxin.web.register_views.places_where", lambda *args: Place.objects.all())
    assert show(world, "wang", q="wlmx").context["page"].object_list


def test_a_day_that_is_none_is_said_beside_the_field(world):
    assert "日期看不懂" in show(world, "he", as_of="昨天").content.decode()


@pytest.mark.parametrize("where", ["top", "neighbourhood", "found"])
def test_more_places_are_not_more_queries(world, where):
    client = world.client(world.he)
    url = {
        "top": reverse("web:register"),
        "neighbourhood": reverse("web:register_place", args=[world.neighbourhood.pk]),
        "found": reverse("web:register", query={"q": "居委"}),
    }[where]

    def queries():
        client.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        return len(captured)

    few = queries()
    for n in range(20):
        other = Place.objects.create(
            level=Level.NEIGHBOURHOOD, name=f"第{n}居委会", code=f"3101070220{n:02}", parent=world.subdistrict
        )
        Place.objects.create(level=Level.BUILDING, name=f"{n}号楼", address=f"某路{n}号", parent=other)
        Place.objects.create(level=Level.BUILDING, name=f"{n}号楼", address=f"某弄{n}号", parent=world.estate)
    assert queries() == few
    assert few <= 20
