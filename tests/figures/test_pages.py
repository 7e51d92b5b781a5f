"""The figures pages: who sees which place, where a number leads, and what stays closed."""

import datetime as dt
import io
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import CalamineWorkbook

from tests.world import LONG_AGO
from tongxin.figures import opening
from tongxin.figures.metrics import METRICS
from tongxin.journal.models import Event
from tongxin.people.models import Kind
from tongxin.places.models import Level, Place

DAY = {"as_of": "2026-11-20"}


def rows(place, metric, **query):
    return reverse("figures:rows", args=[place.pk, metric], query=DAY | query)


def crowd(world, place, number, kind=Kind.PARTY):
    return [world.member(f"群众{n}", place, kind=kind) for n in range(number)]


@pytest.fixture
def busy(world):
    """Enough people for the numbers to show."""
    crowd(world, world.neighbourhood, 8)
    crowd(world, world.sibling, 7, Kind.ABLE)
    crowd(world, world.far, 9)
    return world


@pytest.mark.parametrize(
    ("who", "place"),
    [("he", "普陀区"), ("shen", "万里街道"), ("wang", "中浩云居委会"), ("auditor", "普陀区")],
)
def test_everybody_starts_at_the_place_they_answer_for(busy, who, place):
    page = busy.client(getattr(busy, who)).get(reverse("figures:district"))
    assert page.status_code == 200
    assert f"<h1>{place}数据总览</h1>" in page.content.decode()


@pytest.mark.parametrize(("who", "status"), [("alan", 403), ("zhou", 403), ("wu", 403), ("admin", 403), (None, 302)])
def test_others_are_told_it_is_not_theirs(world, who, status):
    person = getattr(world, who) if who else None
    assert world.client(person).get(reverse("figures:district")).status_code == status


@pytest.mark.parametrize(
    ("who", "place", "status"),
    [
        ("wang", "neighbourhood", 200), ("wang", "sibling", 404), ("wang", "subdistrict", 404), ("wang", "district", 404),
        ("shen", "subdistrict", 200), ("shen", "neighbourhood", 200), ("shen", "far", 404), ("shen", "district", 404),
        ("he", "district", 200), ("he", "far", 200), ("auditor", "far", 200), ("alan", "neighbourhood", 404),
        ("far_secretary", "neighbourhood", 404), ("admin", "district", 404),
    ],
)  # fmt: skip
def test_other_places_are_not_there(busy, who, place, status):
    client, here = busy.client(getattr(busy, who)), getattr(busy, place)
    assert client.get(reverse("figures:place", args=[here.pk])).status_code == status
    assert client.get(rows(here, "buildings")).status_code == status
    assert client.get(reverse("figures:export", args=[here.pk])).status_code == status


@pytest.mark.parametrize(
    ("who", "metric", "kind", "status"),
    [
        ("wang", "members", "", 200), ("shen", "members", "", 200), ("he", "members", "", 200),
        ("auditor", "members", "", 403), ("auditor", "in_service_party_share", "", 403),
        ("shen", "in_service_party_members", "", 200), ("he", "in_service_party_share", "", 200),
        ("wang", "members_by_kind", Kind.UNITED_FRONT, 200), ("he", "members_by_kind", Kind.DELEGATE, 200),
        ("shen", "members_by_kind", Kind.UNITED_FRONT, 403), ("shen", "members_by_kind", Kind.DELEGATE, 403),
        ("shen", "members", Kind.UNITED_FRONT, 403), ("auditor", "members_by_kind", Kind.UNITED_FRONT, 403),
        # what is left when all other lists are taken away would be the same list
        ("shen", "members_by_kind", Kind.VOLUNTEER, 403), ("shen", "members_by_kind", "未填写", 403),
        ("shen", "members_by_kind", Kind.PARTY, 200),
    ],
)  # fmt: skip
def test_the_people_behind_a_number_open_to_the_named_permissions(world, who, metric, kind, status):
    page = world.client(getattr(world, who)).get(rows(world.neighbourhood, metric, kind=kind))
    assert page.status_code == status
    if status == 403:
        assert "这份明细不向您的岗位开放" in page.content.decode()
        assert world.wu.masked_phone not in page.content.decode()


def test_red_twin_without_the_guard_the_clerk_reads_the_list(world, monkeypatch):
    monkeypatch.setattr("tongxin.figures.views.why_closed", lambda *args: None)
    page = world.client(world.shen).get(rows(world.neighbourhood, "members_by_kind", kind=Kind.UNITED_FRONT))
    assert world.wu.masked_phone in page.content.decode()


def test_the_guard_asks_at_the_place_itself(world):
    assert opening.why_closed(world.wang, world.neighbourhood, Kind.UNITED_FRONT) is None
    assert opening.why_closed(world.wang, world.sibling) is not None


def test_people_are_masked_and_opening_a_kind_is_on_record(world):
    page = world.client(world.he).get(rows(world.neighbourhood, "members_by_kind", kind=Kind.UNITED_FRONT))
    text = page.content.decode()
    assert "吴**" in text
    assert world.wu.masked_phone in text
    assert "吴文博" not in text
    assert world.wu.local_phone not in text
    event = Event.objects.get(verb="figures.rows")
    assert (event.actor_id, event.place_id, event.facts["kind"]) == (world.he.pk, world.neighbourhood.pk, "统战人士")


def test_people_come_fifty_a_page(world):
    crowd(world, world.neighbourhood, 52)
    client, url = world.client(world.wang), rows(world.neighbourhood, "members")
    assert client.get(url).content.decode().count("<tr>") == 51
    assert client.get(url + "&page=2").content.decode().count("<tr>") == 6


def test_the_share_leads_to_its_people_in_four_clicks(busy):
    client = busy.client(busy.he)
    overview = client.get("/figures/?as_of=2026-11-20").content.decode()  # first click: the menu
    assert "21 ÷ 29" in overview
    assert "72.4<small>%" in overview
    page = overview
    for wanted in ["看算法和明细", "万里街道", "中浩云居委会"]:
        href = re.search(rf'href="([^"]+)"[^>]*>{wanted}', page) or re.search(
            rf'href="([^"]+)" aria-label="[^"]*{wanted}', page
        )
        answer = client.get(href[1].replace("&amp;", "&"))
        page = answer.content.decode()
        assert "as_of=2026-11-20" in href[1]
    assert answer.templates[0].name == "figures/people.html"
    assert answer.context["page"].paginator.count == 10


def test_small_cells_and_what_would_give_them_away_do_not_show(busy):
    text = busy.client(busy.he).get(rows(busy.subdistrict, "members_by_kind", kind=Kind.UNITED_FRONT)).content.decode()
    assert "&lt;5" in text
    lines = busy.client(busy.he).get(rows(busy.subdistrict, "members")).context["lines"]
    published = busy.client(busy.he).get(rows(busy.subdistrict, "members")).context["published"]
    assert published.number(busy.neighbourhood.pk, Kind.UNITED_FRONT).text == "<5"
    assert published.number(busy.neighbourhood.pk, Kind.PARTY).value is None  # else 11 − 10 = 1
    assert [line.unit.name for line in lines] == ["中浩云居委会", "万里名轩居委会"]


def test_past_days_show_the_past_and_coming_days_are_refused(busy):
    client = busy.client(busy.he)
    before = client.get("/figures/?as_of=2026-03-01")
    assert before.context["members"].value == 0
    ahead = client.get("/figures/?as_of=2099-01-01")
    assert "截止日在今天之后" in ahead.content.decode()
    assert ahead.context["as_of"] < dt.date(2099, 1, 1)
    assert "日期看不懂" in client.get("/figures/?as_of=昨天").content.decode()


def test_uncovered_neighbourhoods_are_named(busy):
    Place.objects.create(level=Level.NEIGHBOURHOOD, name="空居委会", code="310107021010", parent=busy.subdistrict)
    client = busy.client(busy.he)
    overview = client.get(reverse("figures:district"))
    assert (overview.context["covered"], overview.context["neighbourhoods"]) == (3, 4)
    assert "空居委会" in overview.content.decode()
    listed = client.get(rows(busy.district, "covered_neighbourhoods"))
    assert listed.context["page"].paginator.count == 3
    assert "空居委会" in listed.content.decode()


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("level", ["district", "subdistrict", "neighbourhood"])
def test_every_number_opens(busy, metric, level):
    assert busy.client(busy.he).get(rows(getattr(busy, level), metric)).status_code == 200


@pytest.mark.parametrize("query", ["nonsense/", "members/?kind=坏人"])
def test_unknown_metrics_and_kinds_are_not_there(world, query):
    assert world.client(world.he).get(f"/figures/{world.district.pk}/{query}").status_code == 404


def test_definitions_say_every_metric(world):
    text = world.client(world.he).get(reverse("figures:definitions")).content.decode()
    assert all(metric.definition in text for metric in METRICS.values())


def queries(client, url) -> int:
    client.get(url)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


@pytest.mark.parametrize("url", ["overview", "members", "people", "buildings"])
def test_more_people_are_not_more_queries(world, url):
    address = {
        "overview": "/figures/",
        "members": rows(world.district, "members"),
        "people": rows(world.neighbourhood, "members"),
        "buildings": rows(world.district, "buildings"),
    }[url]
    client = world.client(world.he)
    few = queries(client, address)
    crowd(world, world.neighbourhood, 15)
    for n in range(12):
        other = Place.objects.create(
            level=Level.NEIGHBOURHOOD, name=f"居{n}", code=f"3101070220{n:02}", parent=world.subdistrict
        )
        world.member(f"人{n}", other, since=LONG_AGO)
        Place.objects.create(level=Level.BUILDING, name=f"{n}号楼", address=f"某路{n}号", parent=other)
    assert queries(client, address) == few
    assert few <= 16


def test_an_export_says_who_when_and_what_for(busy):
    client, url = busy.client(busy.he), reverse("figures:export", args=[busy.district.pk])
    assert "请写明用途" in client.post(url, {"purpose": ""}).content.decode()
    assert not Event.objects.filter(verb="figures.export").exists()
    answer = client.post(url, {"purpose": "=区委办季度汇总", "as_of": "2026-11-20"})
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    words = "".join(str(cell) for row in sheet for cell in row)
    assert "何老师" in words
    assert "=区委办季度汇总" in words
    assert "310107021" in words
    assert sheet[-1][:2] == ["310107", "合计"]
    event = Event.objects.get(verb="figures.export")
    assert (event.reason, event.actor_id, event.facts["as_of"]) == ("=区委办季度汇总", busy.he.pk, "2026-11-20")


def test_an_export_hides_what_the_page_hides(busy):
    answer = busy.client(busy.he).post(
        reverse("figures:export", args=[busy.subdistrict.pk]), {"purpose": "区委办季度汇总"}
    )
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    header = next(at for at, row in enumerate(sheet) if row[0] == "代码")
    column = sheet[header].index("统战人士")
    assert [row[column] for row in sheet[header + 1 :]] == ["<5", 0, "<5"]
