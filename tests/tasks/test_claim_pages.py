"""The pages after claiming: what to do next is one press away, and costs the same whatever waits."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tongxin.notifications import audience
from tongxin.notifications.deliver import deliver
from tongxin.notifications.models import Notice
from tongxin.service.models import Entry
from tongxin.tasks.models import Claim, Task
from tongxin.workflow.transitions import CLOCK

MOST_QUERIES = 14  # what waits is in the cache after the first look


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def text(answer, status=200):
    assert answer.status_code == status
    return answer.content.decode()


def queries(client, path) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len([q for q in captured.captured_queries if not q["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN"))])


def reported(world, n=0, person=None, **more):
    end = timezone.now() - dt.timedelta(hours=1 + 3 * n)
    task = world.past_task(title=f"做完的{n}", starts_at=end - dt.timedelta(hours=2), ends_at=end, **more)
    claim = world.claimed(task, person or world.alan)
    claim.report(by=claim.person, hours=Decimal(2))
    return fresh(claim)


def disputed(world, n=0):
    claim = reported(world, n)
    claim.correct(by=world.zhou, hours=Decimal(1), reason="看表")
    fresh(claim).dispute(by=world.alan, reason="我在")
    return fresh(claim)


def test_the_whole_way_of_a_correction_through_the_pages(world):
    claim = reported(world)
    captain, alan, secretary = (world.client(one) for one in (world.zhou, world.alan, world.wang))
    assert "更正" in text(captain.get("/tasks/verify/"))
    assert "t-field bad" in text(captain.post(f"/tasks/claims/{claim.pk}/correct/", {"hours": "1.0", "reason": ""}))
    captain.post(f"/tasks/claims/{claim.pk}/correct/", {"hours": "1.0", "reason": "四点就散了"})
    assert "待您确认更正" in text(alan.get("/tasks/mine/")) and "四点就散了" in text(alan.get("/tasks/mine/"))
    page = text(alan.get(f"/tasks/claims/{claim.pk}/answer/"))
    assert "四点就散了" in page and "同意，按1小时计入" in page
    assert "t-field bad" in text(alan.post(f"/tasks/claims/{claim.pk}/dispute/", {"reason": ""}))
    alan.post(f"/tasks/claims/{claim.pk}/dispute/", {"reason": "我留下收拾"})
    assert "等居村裁定" in text(alan.get("/tasks/mine/"))
    page = text(secretary.get("/tasks/disputes/"))
    assert "四点就散了" in page and "我留下收拾" in page
    secretary.post(f"/tasks/claims/{claim.pk}/decide/", {"hours": "1.5", "reason": "都问过了"})
    assert Entry.objects.get().hours == Decimal("1.5")
    assert "都问过了" in text(alan.get(f"/tasks/claims/{claim.pk}/answer/"))
    assert "没有等您裁定的时长" in text(secretary.get("/tasks/disputes/"))


def test_forgotten_is_one_tap_at_the_planned_time(world):
    claim = world.claimed(world.past_task(), world.alan)
    page = text(world.client(world.alan).get("/tasks/mine/"))
    assert "按原定2小时登记" in page and 'name="hours" value="2.0"' in page
    world.client(world.alan).post(f"/tasks/claims/{claim.pk}/report/", {"hours": "2.0"})
    assert (fresh(claim).status, fresh(claim).hours) == ("reported", 2)


def test_two_places_at_once_are_named_for_a_human_and_not_ticked(world):
    first = reported(world)
    second = world.claimed(world.past_task(title="也在那时"), world.alan)
    second.report(by=world.alan, hours=Decimal(1))
    page = text(world.client(world.zhou).get("/tasks/verify/?all=1"))
    assert "同一时间还有“也在那时”" in page and f"同一时间还有“{first.task.title}”" in page
    assert " checked>" not in page


def test_a_task_of_another_neighbourhood_is_not_named(world):
    reported(world)
    elsewhere = world.claimed(world.past_task(title="别处的事", place=world.sibling), world.alan)
    elsewhere.report(by=world.alan, hours=Decimal(1))
    page = text(world.client(world.zhou).get("/tasks/verify/"))
    assert "别的居村的任务" in page and "别处的事" not in page


@pytest.mark.parametrize(
    ("path", "who", "make"),
    [("/tasks/verify/", "zhou", reported), ("/tasks/disputes/", "wang", disputed), ("/tasks/mine/", "alan", disputed)],
)
def test_a_page_costs_the_same_whatever_waits(world, path, who, make):
    client = world.client(getattr(world, who))
    for n in range(2):
        make(world, n)
    client.get(path)
    few = queries(client, path)
    for n in range(2, 14):
        make(world, n)
    assert queries(client, path) == few <= MOST_QUERIES


def test_claims_of_others_are_no_page_of_mine(world):
    claim = reported(world)
    for path in ("answer", "report"):
        assert world.client(world.wu).get(f"/tasks/claims/{claim.pk}/{path}/").status_code == 404
    for path in ("agree", "dispute", "withdraw", "hold"):
        assert world.client(world.wu).post(f"/tasks/claims/{claim.pk}/{path}/").status_code == 404
    for path in ("correct", "decide"):
        assert world.client(world.far_secretary).get(f"/tasks/claims/{claim.pk}/{path}/").status_code == 404


def test_who_cannot_decide_has_no_list(world):
    for person in (world.alan, world.zhou, world.he, world.auditor):
        assert world.client(person).get("/tasks/disputes/").status_code == 403
        claim = disputed(world, person.pk)
        assert world.client(person).get(f"/tasks/claims/{claim.pk}/decide/").status_code == 404


def test_the_contact_sees_who_cannot_come(world):
    now = timezone.now()
    task = world.task(starts_at=now - dt.timedelta(minutes=5), ends_at=now + dt.timedelta(hours=1))
    claim = world.claimed(task, world.alan)
    world.client(world.alan).post(f"/tasks/claims/{claim.pk}/withdraw/")
    page = text(world.client(world.zhou).get(f"/tasks/{task.pk}/"))
    assert world.alan.name in page and "临时来不了" in page


# who hears what


def titles(person) -> list[str]:
    while deliver():
        pass
    return list(Notice.objects.filter(person=person).order_by("pk").values_list("title", flat=True))


def test_each_step_is_told_to_who_has_to_act(world):
    claim = disputed(world)
    assert any("时长有不同看法" in title for title in titles(world.alan))
    assert audience.deciders(None, claim) == [world.wang]
    claim.rule(by=world.wang, hours=Decimal(2), reason="问过")
    assert any(title.startswith("时长裁定好了") for title in titles(world.alan))


def test_what_the_secretary_corrected_is_told_to_the_clerk(world):
    claim = reported(world)
    claim.correct(by=world.wang, hours=Decimal(1), reason="看表")
    fresh(claim).pass_on(by=CLOCK)
    assert audience.deciders(None, fresh(claim)) == [world.shen]
    assert any(title.startswith("时长交给居村再看") for title in titles(world.alan))


def test_a_late_withdrawal_tells_the_contact_and_one_in_time_tells_nobody(world):
    early = world.task().claim(by=world.alan)
    early.withdraw(by=world.alan)
    assert not any("临时来不了" in title for title in titles(world.zhou))
    soon = timezone.now() + dt.timedelta(minutes=30)
    late = world.task(starts_at=soon, ends_at=soon + dt.timedelta(hours=1)).claim(by=world.alan)
    late.withdraw(by=world.alan)
    assert any("临时来不了" in title for title in titles(world.zhou))
    body = Notice.objects.filter(person=world.zhou, kind="claim_late").get().body
    assert world.alan.name not in body and world.alan.shown_as not in body


def test_a_released_seat_is_told_to_both_sides(world):
    now = timezone.now()
    task = world.task(starts_at=now, ends_at=now + dt.timedelta(days=9), flexible=True, hours=2)
    Task.objects.get(pk=task.pk).claim(by=world.alan).release(by=CLOCK, reason="留名额的时间到了")
    assert any("让给别的邻居" in title for title in titles(world.alan))
    assert any("空出来" in title for title in titles(world.zhou))
    assert Claim.objects.get().status == "released"
