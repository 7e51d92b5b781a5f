"""Always a human (red line 15): every page shows a number somebody answers, set by the office it belongs to."""

import pytest
from django.urls import reverse

from tests.house.matrix import DOORS, things
from tests.house.test_matrix import knock
from tests.sights import people, web
from tongxin.journal.models import Event
from tongxin.places.contact import office_number
from tongxin.places.models import Place
from tongxin.refused import Refused
from tongxin.web import context

NUMBER = "021-52521234"
NO_PAGE = {"web:livez", "web:readyz", *people.NO_PAGE, *web.NO_PAGE}


def not_pages() -> set[str]:
    """GET addresses that answer with a file or a piece of a page, as the sights tell."""
    from importlib import import_module
    from pathlib import Path

    rooms = [import_module(f"tests.sights.{path.stem}") for path in Path(people.__file__).parent.glob("*.py")]
    return {name for room in rooms for name in getattr(room, "NO_PAGE", {})} | NO_PAGE


@pytest.fixture
def one_number(world):
    Place.objects.exclude(pk=None).update(contact_phone="")
    Place.objects.filter(pk=world.district.pk).update(contact_phone=NUMBER)
    return NUMBER


def bare(world, reader, doors) -> list[str]:
    """Pages without a number."""
    made, client, found = things(world), world.client(reader), []
    for door in doors:
        if door.method != "GET" or door.name in not_pages():
            continue
        answer = knock(world, door, client, made)
        is_page = answer.status_code == 200 and "text/html" in answer.headers["Content-Type"] and not answer.streaming
        text = answer.content.decode() if is_page else ""
        if "<main" in text and NUMBER not in text:
            found.append(str(door))
    return found


@pytest.mark.parametrize("who", ["alan", "wang", "he", "newcomer"])
def test_every_page_shows_a_number(world, one_number, who):
    assert bare(world, getattr(world, who), DOORS) == []


def test_every_public_page_shows_a_number(world, one_number):
    assert bare(world, None, [door for door in DOORS if door.visitors]) == []


@pytest.mark.parametrize("path", ["/nothing/here/", "/d/XXXXXX/"])
def test_pages_of_errors_too(world, one_number, path):
    answer = world.client(None).get(path)
    assert answer.status_code == 404 and NUMBER in answer.content.decode()


def test_red_twin_without_the_last_resort_visitors_would_see_none(world, one_number, monkeypatch):
    monkeypatch.setattr(context, "district_phone", lambda: "")
    assert bare(world, None, [door for door in DOORS if door.name == "people:privacy"]) == ["GET people:privacy"]


def test_the_nearest_office_answers(world, one_number):
    assert world.neighbourhood.human == "021-62000000"
    here = Place.objects.get(pk=world.buildings[0].pk)
    assert here.human == NUMBER
    Place.objects.filter(pk=world.subdistrict.pk).update(contact_phone="021-60000001")
    assert Place.objects.get(pk=world.buildings[0].pk).human == "021-60000001"


def test_the_office_changes_its_number_and_the_foot_changes_at_once(world):
    client = world.client(world.wang)
    url = reverse("web:contact", args=[world.neighbourhood.pk])
    client.post(url, {"phone": "021 5252 9999", "hours": "工作日9:00–17:00"})
    assert "021-52529999" in world.client(world.alan).get("/people/me/").content.decode()
    assert Event.objects.get(verb="place.contact").actor_id == world.wang.pk


@pytest.mark.parametrize(
    ("who", "place", "status"),
    [("wang", "neighbourhood", 200), ("wang", "subdistrict", 404), ("wang", "far", 404), ("shen", "neighbourhood", 200),
     ("he", "district", 200), ("zhou", "neighbourhood", 403), ("far_secretary", "neighbourhood", 404)],
)  # fmt: skip
def test_who_may_change_which(world, who, place, status):
    answer = world.client(getattr(world, who)).get(reverse("web:contact", args=[getattr(world, place).pk]))
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("021-62000000", "021-62000000"), ("（021）6200 0000", "021-62000000"), ("0512-6200000", "0512-6200000"),
     ("021-62000000转803", "021-62000000-803"), ("13800001234", "13800001234"), ("12345", "12345"), ("400-820-8820", "400-820-8820")],
)  # fmt: skip
def test_numbers_people_can_dial(typed, kept):
    assert office_number(typed) == kept


@pytest.mark.parametrize("typed", ["", "62000000", "021-1234", "居委会", "<b>021-62000000</b>", "0215252123412345678"])
def test_numbers_nobody_can_dial_are_refused_in_words(typed):
    with pytest.raises(Refused, match="请"):
        office_number(typed)


def test_a_bad_number_stays_in_the_box(world):
    page = (
        world.client(world.wang)
        .post(reverse("web:contact", args=[world.neighbourhood.pk]), {"phone": "62000000"})
        .content.decode()
    )
    assert "请带区号" in page and "62000000" in page
    assert Place.objects.get(pk=world.neighbourhood.pk).contact_phone == "021-62000000"
