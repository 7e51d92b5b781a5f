"""My hours on the phone: mine alone, with every line, and as a workbook."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tongxin.people.models import Person
from tongxin.service.models import Rule, award, reverse
from tongxin.sheets.reading import read_workbook


@pytest.fixture
def hours(world):
    """Two lines and a correction this year, one line of 老周's."""
    today = timezone.localdate()

    def enter(person, amount, reason, **given):
        facts = {
            "factor": "ordinary",
            "place": world.neighbourhood,
            "served_on": today,
            "source": world.task(),
            "by": world.wang,
        }
        return award(person, hours=amount, reason=reason, **(facts | given))

    enter(world.alan, Decimal("1.5"), "手机小课堂", factor="skilled", by=world.zhou)
    reverse(enter(world.alan, 4, "高温天送水"), by=world.wang, reason="多记了一次")
    enter(world.zhou, 8, "周的事", by=world.wang)
    return enter


def test_one_sees_ones_hours_and_every_line(world, hours):
    page = world.client(world.alan).get("/service/").content.decode()
    for words in (
        "1.5",
        "手机小课堂",
        "×1.2",
        "周队长核验",
        "更正：高温天送水",
        "多记了一次",
        "仅您可见",
        "折合积分",
        "1.8",
    ):
        assert words in page
    assert "周的事" not in page


def test_who_has_no_hours_reads_how_to_get_some(world):
    page = world.client(world.neighbour).get("/service/").content.decode()
    assert "还没有记下的时长" in page and "看看能认领的任务" in page


def test_points_can_be_hidden_and_shown(world, hours):
    client = world.client(world.alan)
    assert client.post("/service/points/", {}).status_code == 302
    assert not Person.objects.get(pk=world.alan.pk).points_shown
    page = client.get("/service/").content.decode()
    assert "折合积分" not in page and "1.8" not in page and "手机小课堂" in page
    client.post("/service/points/", {"shown": "on"})
    assert "折合积分" in client.get("/service/").content.decode()


def lines_of(client) -> list:
    """The data rows of the downloaded workbook."""
    answer = client.get("/service/download/")
    assert "attachment" in answer["Content-Disposition"]
    rows = read_workbook(answer.content, "x.xlsx").sheets[0].rows
    cells = [row[1] for row in rows]
    head = next(n for n, row in enumerate(cells) if row[0] == "日期")
    return cells[head + 1 :]


def test_the_workbook_is_typed_and_ones_own(world, hours):
    hours(world.alan, 1, "=1+1")
    lines = lines_of(world.client(world.alan))
    assert [line[3] for line in lines] == [1.5, 4, -4, 1]
    assert str(lines[0][0]).startswith(str(timezone.localdate())) and lines[0][6] == 1.8
    assert lines[3][1] == "=1+1"  # text, not a formula
    assert "周的事" not in str(lines)


def test_hidden_points_stay_out_of_the_workbook(world, hours):
    Person.objects.filter(pk=world.alan.pk).update(points_shown=False)
    line = lines_of(world.client(world.alan))[0]
    assert line[1] == "手机小课堂" and not line[6]


def test_another_year_is_one_press_away(world, hours):
    last = timezone.localdate().year - 1
    hours(world.alan, 3, "去年的事", served_on=dt.date(last, 5, 4))
    client = world.client(world.alan)
    assert "去年的事" not in client.get("/service/").content.decode()
    assert "去年的事" in client.get(f"/service/?year={last}").content.decode()


@pytest.mark.parametrize("query", ["?year=abc", "?year=99999", "?page=0", "?page=abc"])
def test_a_strange_address_shows_this_year(world, hours, query):
    answer = world.client(world.alan).get(f"/service/{query}")
    assert answer.status_code == 200 and "手机小课堂" in answer.content.decode()


def test_the_list_is_paged_in_a_constant_number_of_queries(world, hours):
    client = world.client(world.alan)

    def queries():
        with CaptureQueriesContext(connection) as caught:
            page = client.get("/service/").content.decode()
        return len(caught), page

    queries()
    few, _ = queries()
    for n in range(25):
        hours(world.alan, Decimal("0.5"), f"第{n}件")
    many, page = queries()
    assert many == few
    assert page.count("核验") >= 18 and "共28笔" in page


def test_the_rules_are_open_to_everybody_signed_in(world):
    Rule.objects.create(
        version="v2",
        since=dt.date(2027, 1, 1),
        factors={"ordinary": "1.0", "skilled": "1.1", "hard": "1.3"},
        day_cap=8,
        year_cap=200,
    )
    page = world.client(world.alan).get("/service/rules/").content.decode()
    assert "v1" in page and "×1.3" in page and "不排名" in page


def test_a_visitor_is_asked_to_sign_in(world):
    for path in ("/service/", "/service/download/", "/service/rules/"):
        assert world.client(None).get(path).status_code == 302
