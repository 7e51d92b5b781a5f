"""The calendar feed: one's own tasks, readable by calendar programs, nobody's name, an address that ends by a press."""

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

import icalendar
import pytest
import time_machine
from django.core.cache import cache
from django.utils import timezone

from tongxin.interop import calendar as ics
from tongxin.interop import limits
from tongxin.interop.models import CalendarFeed
from tongxin.journal.models import Event, record
from tongxin.tasks.models import Claim, Task


@pytest.fixture
def address(world):
    """阿兰's feed."""
    return f"/interop/calendar/{CalendarFeed.start(world.alan, by=world.alan)}.ics"


@pytest.fixture
def read(world, address):
    """The events of the feed, by title."""

    def read():
        answer = world.client(None).get(address)
        assert answer.status_code == 200 and answer["Content-Type"] == "text/calendar; charset=utf-8"
        calendar = icalendar.Calendar.from_ical(answer.content)
        return {str(event["SUMMARY"]): event for event in calendar.walk("VEVENT")}

    return read


def raw(world, address) -> bytes:
    return world.client(None).get(address).content


def test_what_one_is_in_waits_for_and_what_is_off(world, read):
    task, full, off = (world.task(title=title, seats=seats) for title, seats in (("浇花", 2), ("扫雪", 1), ("巡楼", 2)))
    task.claim(by=world.alan)
    full.claim(by=world.wu)
    full.claim(by=world.alan)
    off.claim(by=world.alan)
    off.cancel(by=world.zhou, reason="下雨")
    world.task(title="别人的").claim(by=world.wu)
    events = read()
    assert {title: str(event["STATUS"]) for title, event in events.items()} == {
        "志愿服务：浇花": "CONFIRMED", "（候补）志愿服务：扫雪": "TENTATIVE", "（不用来了）志愿服务：巡楼": "CANCELLED",
    }  # fmt: skip
    event = events["志愿服务：浇花"]
    assert event["DTSTART"].dt == task.starts_at and event["DTEND"].dt == task.ends_at
    assert str(event["DTSTART"].params["TZID"]) == "Asia/Shanghai"
    assert str(event["URL"]).endswith(f"/tasks/{task.pk}/") and "中浩云" in str(event["LOCATION"])


def test_the_uid_stays_and_the_sequence_grows(world, read):
    task = world.task(title="浇花")
    claim = task.claim(by=world.alan)
    before = read()["志愿服务：浇花"]
    claim.withdraw(by=world.alan)
    gone = read()["（不用来了）志愿服务：浇花"]
    task.claim(by=world.alan)
    again = read()["志愿服务：浇花"]
    assert before["UID"] == gone["UID"] == again["UID"]
    assert int(before["SEQUENCE"]) < int(gone["SEQUENCE"]) < int(again["SEQUENCE"])
    assert before["DTSTAMP"].dt <= gone["DTSTAMP"].dt <= again["DTSTAMP"].dt
    record("task.reschedule", subject=task, by=world.zhou, place=task.place)  # whatever else happens to the task
    assert int(read()["志愿服务：浇花"]["SEQUENCE"]) == int(again["SEQUENCE"]) + 1


def test_a_reminder_is_no_change(world, read):
    task = world.task(title="浇花")
    task.claim(by=world.alan)
    before = int(read()["志愿服务：浇花"]["SEQUENCE"])
    record("task.remind", subject=task, place=task.place)
    assert int(read()["志愿服务：浇花"]["SEQUENCE"]) == before


def test_the_alarm_rings_the_evening_before(world, read):
    task = world.task(title="浇花")
    task.claim(by=world.alan)
    alarm = read()["志愿服务：浇花"].walk("VALARM")[0]
    rings = timezone.localtime(task.starts_at + alarm["TRIGGER"].dt)
    assert (rings.hour, rings.date()) == (18, timezone.localdate(task.starts_at) - dt.timedelta(days=1))


def test_nobodys_name_or_number_is_in_it(world, address):
    world.task().claim(by=world.alan)
    text = raw(world, address).decode().replace("\r\n ", "")
    for person in (world.alan, world.zhou, world.wu, world.wang):
        for word in (person.name, person.local_phone, person.masked_name, str(person.uid)):
            assert word not in text


def test_what_is_marked_sensitive_says_only_service(world, read, monkeypatch):
    monkeypatch.setattr(Task, "sensitive", True, raising=False)
    world.task(title="看看3号楼302的老人", spot="3号楼302").claim(by=world.alan)
    event = read()["志愿服务"]
    assert "302" not in str(event["LOCATION"])


def test_a_flexible_task_stands_on_its_last_day(world, read):
    world.task(title="写板报", flexible=True, hours=2, from_home=True).claim(by=world.alan)
    event = read()["志愿服务：写板报"]
    assert not isinstance(event["DTSTART"].dt, dt.datetime)
    assert event["DTEND"].dt - event["DTSTART"].dt == dt.timedelta(days=1)


def test_lines_are_folded_and_end_as_the_standard_says(world, address):
    world.task(title="很" * 60).claim(by=world.alan)
    content = raw(world, address)
    assert content.count(b"\n") == content.count(b"\r\n")
    assert max(len(line) for line in content.split(b"\r\n")) <= 75
    content.decode()  # no character is cut in two


def test_it_stays_constant_in_queries(world, address, django_assert_max_num_queries):
    client = world.client(None)
    for n in range(12):
        world.task(title=f"第{n}件").claim(by=world.alan)
    client.get(address)
    with django_assert_max_num_queries(7):
        client.get(address)


def test_a_real_calendar_program_reads_it(world, address, tmp_path):
    """khal, a calendar for terminals, imports the feed and shows the agenda; the waiting one and the cancelled one too."""
    with time_machine.travel(dt.datetime(2026, 11, 23, 4, 0, tzinfo=dt.UTC), tick=False):
        world.task(title="22号楼门厅整理").claim(by=world.alan)
        off = world.task(title="巡楼")
        off.claim(by=world.alan)
        off.cancel(by=world.zhou, reason="下雨")
        (tmp_path / "feed.ics").write_bytes(raw(world, address))
    folder = tmp_path / "calendar"
    folder.mkdir()
    (tmp_path / "khal.conf").write_text(
        f"[calendars]\n[[mine]]\npath = {folder}\n[locale]\nlocal_timezone = Asia/Shanghai\ndefault_timezone = Asia/Shanghai\n"
        f"timeformat = %H:%M\ndateformat = %Y-%m-%d\nlongdateformat = %Y-%m-%d\ndatetimeformat = %Y-%m-%d %H:%M\n"
        f"longdatetimeformat = %Y-%m-%d %H:%M\n[sqlite]\npath = {tmp_path}/khal.db\n[default]\ndefault_calendar = mine\n"
    )
    run = [str(Path(sys.executable).parent / "khal"), "-c", str(tmp_path / "khal.conf")]
    env = os.environ | {"HOME": str(tmp_path), "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "XDG_CACHE_HOME": str(tmp_path)}
    subprocess.run([*run, "import", "--batch", "-a", "mine", str(tmp_path / "feed.ics")], env=env, check=True)
    agenda = subprocess.run(
        [*run, "list", "--format", "{start-time} {title} {status}", "2026-11-20", "20d"],
        env=env, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    assert "12:00 志愿服务：22号楼门厅整理 CONFIRMED" in agenda
    assert "（不用来了）志愿服务：巡楼 CANCELLED" in agenda


# the address ---------------------------------------------------------------------------------------------------------


def test_pressing_again_changes_the_address_and_the_old_one_is_dead(world):
    client = world.client(world.alan)
    first = client.post("/interop/calendar/start/").context["link"]
    second = client.post("/interop/calendar/start/").context["link"]
    assert first != second and len(first.rsplit("/", 1)[1]) >= 43  # 32 random bytes
    assert world.client(None).get(first).status_code == 404
    assert world.client(None).get(second).status_code == 200


def test_the_house_keeps_only_the_hash(world):
    token = CalendarFeed.start(world.alan, by=world.alan)
    assert token not in str(list(CalendarFeed.objects.values())) + str(list(Event.objects.values()))
    assert token not in world.client(world.alan).get("/interop/calendar/").content.decode()


def test_the_page_says_when_a_calendar_last_looked(world, address):
    page = lambda: world.client(world.alan).get("/interop/calendar/").content.decode()  # noqa: E731
    assert "还没有来过" in page()
    world.client(None).get(address)
    assert "还没有来过" not in page() and "今天" in page()


def test_stopping_ends_it(world, address):
    world.client(world.alan).post("/interop/calendar/stop/")
    assert world.client(None).get(address).status_code == 404
    assert world.client(world.alan).post("/interop/calendar/stop/").status_code == 404


def test_unknown_revoked_and_closed_look_the_same(world, address):
    client = world.client(None)
    unknown = client.get("/interop/calendar/never-given.ics")
    type(world.alan).objects.filter(pk=world.alan.pk).update(is_active=False)
    closed = client.get(address)
    CalendarFeed.objects.all().delete()
    revoked = client.get(address)
    assert unknown.status_code == closed.status_code == revoked.status_code == 404
    assert unknown.content == closed.content == revoked.content


def test_without_the_look_at_the_person_a_closed_account_would_go_on(world, address, monkeypatch):
    """The red twin."""
    type(world.alan).objects.filter(pk=world.alan.pk).update(is_active=False)
    hash_of = lambda token: CalendarFeed.objects.select_related("person").first()  # noqa: E731
    monkeypatch.setattr(CalendarFeed, "behind", classmethod(lambda cls, token: hash_of(token)))
    assert world.client(None).get(address).status_code == 200


def test_asking_all_the_time_has_an_end(world, address, monkeypatch):
    monkeypatch.setattr(limits, "PER_ADDRESS", 3)
    cache.clear()
    client = world.client(None)
    answers = [client.get(address).status_code for _ in range(5)]
    assert answers == [200, 200, 200, 429, 429]
    assert client.get(address)["Retry-After"]


def test_guessing_has_an_end_too(world, monkeypatch):
    monkeypatch.setattr(limits, "PER_NETWORK", 3)
    cache.clear()
    client = world.client(None)
    assert [client.get(f"/interop/calendar/{n}.ics").status_code for n in range(5)] == [404, 404, 404, 429, 429]


def test_one_task_as_a_file_for_whoever_sees_it(world):
    task = world.task(title="浇花")
    answer = world.client(world.alan).get(f"/interop/tasks/{task.pk}.ics")
    event = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")[0]
    assert str(event["SUMMARY"]) == "志愿服务：浇花" and "attachment" in answer["Content-Disposition"]
    assert world.client(world.outsider).get(f"/interop/tasks/{task.pk}.ics").status_code == 404


def test_every_state_of_a_claim_is_thought_of():
    known = {"claimed", "reported", "corrected", "disputed", "verified"} | ics.OFF | ics.TENTATIVE
    assert set(Claim.Status.values) <= known
