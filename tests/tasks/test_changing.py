"""改任务、换联系人: seats never below who is in, everybody in is told what is different."""

import datetime as dt
import threading

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from tongxin.access.models import appoint
from tongxin.access.policy import Role
from tongxin.journal.models import Event
from tongxin.notifications.deliver import deliver
from tongxin.notifications.models import Notice
from tongxin.tasks.checks import problems
from tongxin.tasks.models import Claim, Task
from tongxin.tasks.models import task as models
from tongxin.workflow import seats
from tongxin.workflow.transitions import Refused

LONG_ENOUGH = 0.6  # seconds; claiming takes milliseconds unless the row is held


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def facts(task):
    return Event.objects.about(task).get(verb="task.change").facts


def test_a_later_hour_is_told_to_everybody_in_and_in_line(world):
    task = world.task(seats=1)
    for person in (world.alan, world.wu):
        fresh(task).claim(by=person)
    later = {"starts_at": task.starts_at + dt.timedelta(hours=1), "ends_at": task.ends_at + dt.timedelta(hours=1)}
    fresh(task).change(by=world.zhou, spot="南门岗亭", **later)
    said = facts(task)
    assert (said["spot_from"], said["spot_to"]) == ("22号楼一楼门厅", "南门岗亭")
    assert said["when_from"] == models.in_words(task.starts_at, task.ends_at) != said["when_to"]
    deliver()
    told = Notice.objects.filter(title__contains="有变化")
    assert {notice.person_id for notice in told} == {world.alan.pk, world.wu.pk}
    assert all("南门岗亭" in notice.body and "退出" in notice.body for notice in told)


def test_more_seats_disturb_nobody_and_move_the_line_up(world):
    task = world.task(seats=1)
    claims = [fresh(task).claim(by=person) for person in (world.alan, world.wu, world.zhou)]
    fresh(task).change(by=world.wang, seats=2)
    assert [fresh(claim).status for claim in claims] == ["claimed", "claimed", "waiting"]
    assert facts(task) == {"seats_from": 1, "seats_to": 2}
    deliver()
    assert not Notice.objects.filter(title__contains="有变化").exists()
    assert list(problems()) == []


def test_nothing_different_is_no_event(world):
    task = world.task()
    fresh(task).change(by=world.zhou, spot=task.spot, seats=task.seats)
    assert not Event.objects.about(task).exists()


def test_seats_do_not_go_below_who_is_in(world):
    task = world.task(seats=3)
    for person in (world.alan, world.wu):
        fresh(task).claim(by=person)
    with pytest.raises(Refused, match="已经有2位"):
        fresh(task).change(by=world.zhou, seats=1)
    fresh(task).change(by=world.zhou, seats=2)
    assert fresh(task).seats == 2


def test_seats_lowered_while_somebody_claims_count_the_newcomer(world):
    """The page showed one person in; a second came before the button was pressed."""
    task = world.task(seats=3)
    fresh(task).claim(by=world.alan)
    stale = fresh(task)
    fresh(task).claim(by=world.wu)
    assert stale.taken == 1
    with pytest.raises(Refused, match="已经有2位"):
        stale.change(by=world.zhou, seats=1)


def test_red_twin_whoever_believes_the_page_meets_the_belt_of_the_database(world, monkeypatch):
    task = world.task(seats=3)
    fresh(task).claim(by=world.alan)
    stale = fresh(task)
    fresh(task).claim(by=world.wu)
    monkeypatch.setattr(seats, "lock", lambda holder, *fields: stale)
    with pytest.raises(IntegrityError), transaction.atomic():
        fresh(task).change(by=world.zhou, seats=1)


def claim_while_the_seats_are_lowered(world, monkeypatch, look) -> Task:
    """老周 lowers the seats to who is in; between his look and his write 吴分队长 claims. What is true afterwards."""
    task = world.task(seats=2)
    fresh(task).claim(by=world.alan)

    def come():
        fresh(task).claim(by=world.wu)
        connection.close()

    newcomer = threading.Thread(target=come)

    def look_and_linger(holder, *fields):
        seen = look(holder, *fields)
        if not newcomer.ident:
            newcomer.start()
            newcomer.join(LONG_ENOUGH)
        return seen

    monkeypatch.setattr(seats, "lock", look_and_linger)
    try:
        fresh(task).change(by=world.zhou, seats=1)
    finally:
        newcomer.join(20)
    return fresh(task)


if "postgresql" in settings.DATABASES["default"]["ENGINE"]:

    def test_whoever_comes_while_the_seats_are_lowered_stands_in_line(live_world, monkeypatch):
        task = claim_while_the_seats_are_lowered(live_world, monkeypatch, seats.lock)
        assert (task.seats, task.taken) == (1, 1)
        assert task.claims.get(person=live_world.wu).status == Claim.Status.WAITING
        assert list(problems()) == []

    def test_red_twin_looking_without_holding_the_row_runs_into_the_belt(live_world, monkeypatch):
        look = lambda holder, *fields: type(holder).objects.get(pk=holder.pk)  # noqa: E731
        with pytest.raises(IntegrityError):
            claim_while_the_seats_are_lowered(live_world, monkeypatch, look)


@pytest.mark.parametrize("status", ["draft", "closed", "cancelled"])
def test_only_what_is_open_is_changed(world, status):
    with pytest.raises(Refused, match="不能再改"):
        world.task(status=status).change(by=world.zhou, spot="南门")


def test_what_began_is_not_moved(world):
    with pytest.raises(Refused, match="已经开始"):
        world.past_task().change(by=world.zhou, spot="南门")


def test_red_twin_without_the_guard_people_stand_at_the_old_gate(world, monkeypatch):
    monkeypatch.setattr(models, "may_be_changed", lambda task, by: None)
    monkeypatch.setattr(Task, "_impossible", lambda self, before, after: None)
    task = world.past_task()
    world.claimed(task, world.alan)
    task.change(by=world.zhou, spot="南门")
    assert fresh(task).spot == "南门"


def test_the_past_and_the_impossible_are_said(world):
    task, now = world.task(), timezone.now()
    hour = dt.timedelta(hours=1)
    for wrong in ({"starts_at": now - hour, "ends_at": now + hour}, {"ends_at": task.starts_at}, {"seats": 0}):
        with pytest.raises(Refused, match="检查"):
            fresh(task).change(by=world.zhou, **wrong)


@pytest.mark.parametrize("who", ["alan", "wu", "shen", "neighbour", "far_secretary"])
def test_only_who_publishes_there_changes_and_hands_over(world, who):
    task, person = world.task(), getattr(world, who)
    with pytest.raises(PermissionDenied):
        task.change(by=person, spot="南门")
    with pytest.raises(PermissionDenied):
        task.hand_over(to=world.wang, by=person)


def test_red_twin_without_the_question_a_stranger_moves_the_task(world, monkeypatch):
    monkeypatch.setattr(models, "can", lambda *_: True)
    task = world.task()
    task.change(by=world.outsider, spot="别处")
    assert fresh(task).spot == "别处"


def test_the_contact_is_handed_over_and_hears_of_it(world):
    task = world.task()
    task.hand_over(to=world.wu, by=world.zhou)
    task.hand_over(to=world.wu, by=world.zhou)
    assert fresh(task).contact == world.wu
    event = Event.objects.about(task).get(verb="task.hand_over")
    assert event.facts == {"person": world.zhou.pk, "successor": world.wu.pk}
    deliver()
    assert [notice.person for notice in Notice.objects.filter(title__contains="接手")] == [world.wu]


def test_only_who_leads_there_becomes_the_contact(world):
    for nobody in (world.alan, world.far_secretary, world.newcomer):
        with pytest.raises(Refused, match="带队"):
            world.task().hand_over(to=nobody, by=world.wang)
    with pytest.raises(Refused, match="已取消"):
        world.task(status="cancelled").hand_over(to=world.wu, by=world.wang)


def test_the_page_changes_and_says_what_it_will_do(world):
    task = world.task()
    fresh(task).claim(by=world.alan)
    client = world.client(world.zhou)
    page = client.get(f"/tasks/{task.pk}/change/").content.decode()
    assert "已有1位在册" in page
    start = timezone.localtime(task.starts_at)
    form = {"date": start.date().isoformat(), "starts": "20:00", "ends": "21:00", "spot": "南门", "seats": "1"}
    assert client.post(f"/tasks/{task.pk}/change/", form).status_code == 302
    moved = fresh(task)
    assert (moved.spot, timezone.localtime(moved.starts_at).hour, moved.seats) == ("南门", 20, 1)
    form["ends"] = "19:00"
    assert "结束要晚于开始" in client.post(f"/tasks/{task.pk}/change/", form).content.decode()


def test_the_contact_is_chosen_among_who_leads_there(world):
    task = world.task()
    client = world.client(world.zhou)
    page = client.get(f"/tasks/{task.pk}/change/").content.decode()
    assert f'value="{world.wang.pk}"' in page
    assert f'value="{world.wu.pk}"' in page
    assert f'value="{world.far_secretary.pk}"' not in page
    client.post(f"/tasks/{task.pk}/hand-over/", {"to": world.wang.pk})
    assert fresh(task).contact == world.wang
    client.post(f"/tasks/{task.pk}/hand-over/", {"to": world.alan.pk})
    assert fresh(task).contact == world.wang


def test_rain_cancels_in_two_taps(world):
    task = world.task()
    claim = fresh(task).claim(by=world.alan)
    client = world.client(world.zhou)
    board = client.get("/tasks/board/").content.decode()
    assert f"/tasks/{task.pk}/cancel/" in board
    assert "天气不好" in client.get(f"/tasks/{task.pk}/cancel/").content.decode()
    client.post(f"/tasks/{task.pk}/cancel/", {"ready": "天气不好，为了安全取消", "reason": ""})
    assert (fresh(task).status, fresh(claim).status) == ("cancelled", "dropped")
    assert Event.objects.about(task).get(verb="task.cancel").reason == "天气不好，为了安全取消"


def test_what_is_over_waits_for_reports_under_its_own_tab_at_once(world):
    world.task(title="还没开始的")
    now = timezone.now()
    world.task(title="刚结束的", starts_at=now - dt.timedelta(hours=1), ends_at=now - dt.timedelta(minutes=1))
    client = world.client(world.zhou)
    opened, over = (client.get(f"/tasks/board/{which}").content.decode() for which in ("", "?status=over"))
    assert ("还没开始的" in opened, "刚结束的" in opened) == (True, False)
    assert ("还没开始的" in over, "刚结束的" in over) == (False, True)


def test_a_deputy_from_another_place_reads_no_full_name_of_a_guest(world):
    """A volunteer of the neighbouring 居村 helps: their register is another one."""
    task = world.task(open_to=world.subdistrict)
    fresh(task).claim(by=world.neighbour)
    fresh(task).claim(by=world.alan)
    page = world.client(world.zhou).get(f"/tasks/{task.pk}/").content.decode()
    assert world.alan.name in page
    assert world.neighbour.name not in page
    appoint(world.zhou, Role.CAPTAIN, world.sibling, by=None)
    assert world.neighbour.name in world.client(fresh(world.zhou)).get(f"/tasks/{task.pk}/").content.decode()
    assert Claim.objects.filter(task=task).count() == 2
