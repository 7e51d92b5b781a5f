"""模板、系列、照着再发: nothing typed twice; a series makes each date once and stops when told."""

import datetime as dt
import re

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.utils import timezone

from tongxin.journal.models import Event
from tongxin.tasks import builtin, recurrence
from tongxin.tasks.models import Every, Family, Series, Task, TaskTemplate, make_coming
from tongxin.tasks.models import series as module
from tongxin.workflow.models import CalendarDay
from tongxin.workflow.transitions import Refused, open_moves

D = dt.date


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def rhythm(every, first, since, until):
    return recurrence.days(every, first, since=since, until=until)


# on which days


def test_every_week_and_every_second_week_keep_their_weekday():
    first = D(2026, 11, 24)
    weekly = rhythm(Every.WEEK, first, first, D(2026, 12, 15))
    assert weekly == [D(2026, 11, 24), D(2026, 12, 1), D(2026, 12, 8), D(2026, 12, 15)]
    # Asked from the middle on, the second weeks stay the same ones.
    assert rhythm(Every.FORTNIGHT, first, D(2026, 11, 30), D(2027, 1, 6)) == [
        D(2026, 12, 8), D(2026, 12, 22), D(2027, 1, 5),
    ]  # fmt: skip


def test_the_second_tuesday_of_every_month():
    days = rhythm(Every.MONTH, D(2026, 11, 10), D(2026, 11, 1), D(2027, 3, 31))
    assert days == [D(2026, 11, 10), D(2026, 12, 8), D(2027, 1, 12), D(2027, 2, 9), D(2027, 3, 9)]
    assert recurrence.in_words(Every.MONTH, D(2026, 11, 10)) == "每月第2个周二"


def test_a_fifth_weekday_means_the_last_one_also_in_a_leap_february():
    first = D(2028, 1, 31)  # the fifth Monday
    days = rhythm(Every.MONTH, first, first, D(2028, 5, 31))
    assert days == [D(2028, 1, 31), D(2028, 2, 28), D(2028, 3, 27), D(2028, 4, 24), D(2028, 5, 29)]
    assert recurrence.in_words(Every.MONTH, first) == "每月最后一个周一"
    assert rhythm(Every.WEEK, D(2028, 2, 22), D(2028, 2, 22), D(2028, 3, 7)) == [
        D(2028, 2, 22), D(2028, 2, 29), D(2028, 3, 7),
    ]  # fmt: skip


def test_public_holidays_are_known_and_the_district_has_the_last_word(world):
    new_year, sunday = D(2026, 1, 1), D(2026, 1, 11)
    assert recurrence.festivals([new_year, sunday]) == {new_year}
    CalendarDay.objects.create(day=new_year, working=True)
    CalendarDay.objects.create(day=sunday, working=False)
    assert recurrence.festivals([new_year, sunday]) == {sunday}
    assert recurrence.festivals([D(2033, 10, 1)]) == {D(2033, 10, 1)}


# a series


@pytest.fixture
def begin(world):
    def begin(*, by=None, **fields):
        first = timezone.localdate() + dt.timedelta(days=1)
        given = {
            "place": world.neighbourhood, "title": "楼道巡查", "spot": "南门", "risk_text": "量力而行", "seats": 3,
            "every": Every.WEEK, "first": first, "until": first + dt.timedelta(days=60), "starts": dt.time(9),
            "ends": dt.time(10, 30), "bring": "手套",
        }  # fmt: skip
        return Series.begin(by=by or world.zhou, **given | fields)

    return begin


def test_a_series_opens_what_comes_within_two_weeks(world, begin):
    series = begin()
    made = list(series.tasks.order_by("starts_at"))
    assert [task.series_date for task in made] == [series.first, series.first + dt.timedelta(days=7)]
    assert {(task.status, task.contact, task.seats, task.bring) for task in made} == {("open", world.zhou, 3, "手套")}
    assert timezone.localtime(made[0].starts_at).time() == dt.time(9)
    made[0].claim(by=world.alan)
    assert [fresh(task).taken for task in made] == [1, 0]


def test_the_clock_makes_each_date_once(begin):
    series = begin()
    assert make_coming() == 0
    later = timezone.now() + dt.timedelta(days=7)
    assert [make_coming(now=later), make_coming(now=later)] == [1, 0]
    assert series.tasks.count() == 3
    event = Event.objects.filter(verb="task.draft").order_by("id").last()
    assert (event.actor_id, event.facts) == (None, {"series": series.pk})


def test_two_clocks_at_once_make_one(begin):
    series = begin()
    day = series.tasks.earliest("series_date").series_date
    assert series._make(day) is False
    assert series.tasks.filter(series_date=day).count() == 1


def test_red_twin_what_the_constraint_cannot_recognise_stands_twice(begin):
    """Without the date of the series on it the database would let a second worker make the same task again."""
    task = begin().tasks.earliest("series_date")
    twin = fresh(task)
    twin.pk, twin._state.adding, twin.series_date = None, True, None
    twin.save()
    assert Task.objects.filter(starts_at=task.starts_at).count() == 2
    twin.series_date = task.series_date
    with pytest.raises(IntegrityError):
        twin.save()


def test_one_date_is_cancelled_or_moved_alone_and_not_made_again(world, begin):
    series = begin()
    first, second = series.tasks.order_by("starts_at")
    first.cancel(by=world.zhou, reason="下雨")
    second.change(
        by=world.zhou, starts_at=second.starts_at + dt.timedelta(days=1), ends_at=second.ends_at + dt.timedelta(days=1)
    )
    assert make_coming() == 0
    assert [fresh(first).status, fresh(second).status, fresh(series).status] == ["cancelled", "open", "running"]


def test_a_stopped_series_makes_nothing_more_and_what_stands_may_stay(world, begin):
    series = begin()
    series.stop(by=world.wang, reason="天冷了")
    assert make_coming(now=timezone.now() + dt.timedelta(days=7)) == 0
    assert set(series.tasks.values_list("status", flat=True)) == {"open"}
    assert "stop" not in {move.name for move in open_moves(fresh(series), world.wang)}
    with pytest.raises(Refused):
        fresh(series).stop(by=world.wang, reason="再停")


def test_red_twin_a_clock_that_forgets_to_look_goes_on_after_the_stop(world, begin):
    series = begin()
    series.stop(by=world.wang, reason="天冷了")
    assert fresh(series).make_coming(now=timezone.now() + dt.timedelta(days=7)) == 1


def test_stopping_can_call_off_what_stands(world, begin):
    series = begin()
    claim = series.tasks.earliest("starts_at").claim(by=world.alan)
    series.stop(by=world.wang, reason="天冷了", cancel_coming=True)
    assert set(series.tasks.values_list("status", flat=True)) == {"cancelled"}
    assert fresh(claim).status == "dropped"


def test_holidays_are_skipped_where_asked(world, begin, time_machine):
    time_machine.move_to("2026-09-22T10:00:00+08:00", tick=False)
    days = {"first": D(2026, 9, 24), "until": D(2026, 10, 8)}
    plain, skipping = begin(**days), begin(**days, skip_holidays=True)
    assert plain.dates(since=D(2026, 9, 1), until=D(2026, 12, 1)) == [D(2026, 9, 24), D(2026, 10, 1), D(2026, 10, 8)]
    assert skipping.dates(since=D(2026, 9, 1), until=D(2026, 12, 1)) == [D(2026, 9, 24), D(2026, 10, 8)]


def test_a_contact_who_left_the_post_holds_the_series_until_another_takes_over(world, begin):
    series = begin()
    world.zhou.appointments.get(role="captain").end(by=world.wang)
    later = timezone.now() + dt.timedelta(days=7)
    assert make_coming(now=later) == 0
    client = world.client(world.wang)
    assert "联系人已不负责这里" in client.get("/tasks/series/").content.decode()
    client.post(f"/tasks/series/{series.pk}/take/")
    assert "联系人已不负责这里" not in client.get("/tasks/series/").content.decode()
    assert make_coming(now=later) == 1
    assert series.tasks.latest("starts_at").contact == world.wang


def test_red_twin_without_the_question_the_clock_publishes_for_somebody_who_left(world, begin, monkeypatch):
    begin()
    world.zhou.appointments.get(role="captain").end(by=world.wang)
    monkeypatch.setattr(module, "can", lambda *_: True)
    assert make_coming(now=timezone.now() + dt.timedelta(days=7)) == 1


def test_a_series_is_no_longer_than_a_year_and_only_publishers_begin_one(world, begin):
    first = timezone.localdate() + dt.timedelta(days=1)
    for until in (first + dt.timedelta(days=400), first - dt.timedelta(days=1)):
        with pytest.raises(Refused, match="一年"):
            begin(until=until)
    for person in (world.alan, world.wu, world.far_secretary):
        with pytest.raises(PermissionDenied):
            begin(by=person)
    assert Series.objects.count() == 0


def test_the_same_form_sent_twice_is_one_series(begin):
    assert begin(submit_key="s1") == begin(submit_key="s1")
    assert Task.objects.count() == 2


# templates and copies


def test_a_task_is_kept_as_a_template_and_published_with_two_answers(world):
    task = world.task(title="门厅整理", seats=3, bring="手套")
    client = world.client(world.zhou)
    client.post(f"/tasks/{task.pk}/keep/")
    template = TaskTemplate.objects.get(title="门厅整理")
    assert (template.place, template.hours, template.seats) == (world.neighbourhood, 1.5, 3)
    page = client.get(f"/tasks/templates/{template.pk}/use/").content.decode()
    shown = re.findall(r'<input type="(?!hidden)[^>]*name="(\w+)"|name="(\w+)"[^>]*type="(?!hidden)', page)
    assert {name for pair in shown for name in pair if name} <= {"date", "starts", "seats"}
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    answer = client.post(
        f"/tasks/templates/{template.pk}/use/", {"date": tomorrow.isoformat(), "starts": "18:30", "seats": "5"}
    )
    assert answer.status_code == 302
    made = Task.objects.latest("pk")
    assert (made.title, made.spot, made.seats, made.bring, made.status) == ("门厅整理", task.spot, 5, "手套", "open")
    assert made.planned_hours == template.hours


def test_keeping_it_again_says_it_anew(world):
    task = world.task(seats=3)
    TaskTemplate.keep(task, by=world.zhou)
    Task.objects.filter(pk=task.pk).update(spot="北门")
    kept = TaskTemplate.keep(fresh(task), by=world.zhou)
    assert TaskTemplate.objects.filter(place=world.neighbourhood).count() == 1
    assert kept.spot == "北门"
    kept.retire(by=world.wang)
    assert kept not in TaskTemplate.objects.usable_by(world.zhou)
    assert TaskTemplate.keep(fresh(task), by=world.zhou) != kept


def test_templates_stay_in_their_place_and_those_of_the_house_are_everybodys(world):
    kept = TaskTemplate.keep(world.task(), by=world.zhou)
    house = TaskTemplate.objects.filter(place=None)
    assert {row["title"] for row in builtin.rows()} == set(house.values_list("title", flat=True))
    assert set(house.values_list("family", flat=True)) == set(Family.values)
    assert kept not in TaskTemplate.objects.usable_by(world.far_secretary)
    assert house.first() in TaskTemplate.objects.usable_by(world.far_secretary)
    for person in (world.alan, world.wu, world.far_secretary):
        with pytest.raises(PermissionDenied):
            TaskTemplate.keep(world.task(), by=person)
        with pytest.raises(PermissionDenied):
            kept.retire(by=person)
    with pytest.raises(PermissionDenied):
        house.first().retire(by=world.wang)


def test_a_template_of_the_house_asks_where_to_meet(world):
    template = TaskTemplate.objects.get(place=None, title="台风前检查门窗")
    client = world.client(world.wang)
    tomorrow = (timezone.localdate() + dt.timedelta(days=1)).isoformat()
    form = {"date": tomorrow, "starts": "09:00", "seats": "6"}
    address = f"/tasks/templates/{template.pk}/use/"
    assert "没有填集合地点" in client.post(address, form).content.decode()
    client.post(address, form | {"spot": "居委门口"})
    made = Task.objects.get()
    assert (made.spot, made.risk, made.family, made.place) == ("居委门口", "some", "emergency", world.neighbourhood)


def test_a_copy_stands_a_week_later(world):
    task = world.task(title="浇花", bring="水壶")
    page = world.client(world.zhou).get(f"/tasks/new/?like={task.pk}").content.decode()
    week_later = (timezone.localtime(task.starts_at) + dt.timedelta(days=7)).date()
    for value in ("浇花", "水壶", week_later.isoformat(), f"{timezone.localtime(task.starts_at):%H:%M}"):
        assert f'value="{value}"' in page
    assert world.client(world.far_secretary).get(f"/tasks/new/?like={task.pk}").status_code == 404
    assert world.client(world.zhou).get("/tasks/new/?like=x").status_code == 200


def test_the_next_task_is_half_written_by_the_last_one(world):
    world.task(title="上次的", spot="北门岗亭", insurance="已投保", seats=7)
    page = world.client(world.zhou).get("/tasks/new/").content.decode()
    for value in ("北门岗亭", "已投保", "7"):
        assert f'value="{value}"' in page
    assert "上次的" not in page


# the form


def filled(world, **overrides):
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    given = {
        "title": "花坛补种", "summary": "", "place": world.neighbourhood.pk, "spot": "南门", "date": tomorrow.isoformat(),
        "starts": "18:30", "ends": "20:00", "seats": "4", "family": "home", "factor": "ordinary", "risk": "low",
        "risk_text": "", "publish": "1",
    }  # fmt: skip
    return given | overrides


def test_the_form_makes_a_series(world):
    until = timezone.localdate() + dt.timedelta(days=30)
    client = world.client(world.zhou)
    answer = client.post("/tasks/new/", filled(world, repeat="week", repeat_until=until.isoformat()), follow=True)
    assert "系列排好了" in answer.content.decode()
    assert (Series.objects.get().until, Task.objects.filter(status="open").count()) == (until, 2)
    answer = client.post(f"/tasks/series/{Series.objects.get().pk}/stop/", {"reason": "放假", "cancel_coming": "on"})
    assert answer.status_code == 302
    assert not Task.objects.filter(status="open").exists()
    assert "已停止" in client.get("/tasks/series/").content.decode()


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ({"repeat": "week"}, "没有填重复到哪天"),
        ({"repeat": "week", "repeat_until": "2020-01-01"}, "最长一年"),
        ({"repeat": "week", "repeat_until": "2990-01-01"}, "最长一年"),
        ({"flexible": "on"}, "没有填大约几小时"),
        ({"flexible": "on", "hours": "1.3"}, "按半小时填"),
        ({"flexible": "on", "hours": "2", "repeat": "week", "repeat_until": "2026-12-31"}, "一次发一个"),
    ],
)
def test_a_wrong_form_says_what_is_wrong(world, overrides, words):
    assert words in world.client(world.zhou).post("/tasks/new/", filled(world, **overrides)).content.decode()
    assert Task.objects.count() == Series.objects.count() == 0


@pytest.mark.parametrize(("risk", "words"), [("low", "量力而行"), ("some", "两人一组"), ("high", "书面协议")])
def test_the_safety_text_follows_the_risk_unless_somebody_wrote_their_own(world, risk, words):
    client = world.client(world.zhou)
    client.post("/tasks/new/", filled(world, risk=risk, risk_text=builtin.SAFE))
    assert words in Task.objects.latest("pk").risk_text
    client.post("/tasks/new/", filled(world, risk=risk, risk_text="自己写的"))
    assert Task.objects.latest("pk").risk_text == "自己写的"


def test_a_task_may_stand_in_a_building_and_be_open_to_the_whole_street(world):
    client = world.client(world.zhou)
    client.post("/tasks/new/", filled(world, place=world.buildings[1].pk, reach="wide"))
    task = Task.objects.get()
    assert (task.place, task.open_to) == (world.buildings[1], world.subdistrict)
