"""The pages of the tasks room: plain forms, a constant number of queries, nothing of other places."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tongxin.service.models import Entry
from tongxin.tasks.models import Claim, Risk, Task

MOST_QUERIES, MOST_BYTES = 12, 60_000
VERB_QUERIES = 10


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def text(response) -> str:
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def queries(client, *, get=None, post=None, **data) -> list[str]:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        response = client.get(get) if get else client.post(post, data)
    assert response.status_code in (200, 302), response.status_code
    # Opening and closing a transaction or a savepoint is no question to the database.
    plain = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    return [q["sql"] for q in captured.captured_queries if not q["sql"].startswith(plain)]


def many(world, number):
    start = timezone.now() + dt.timedelta(days=1)
    for n in range(number):
        world.task(title=f"任务{n}", starts_at=start + dt.timedelta(hours=n), ends_at=start + dt.timedelta(hours=n + 1))


def reports(world, number):
    claims = []
    for n in range(number):
        end = timezone.now() - dt.timedelta(hours=1 + 3 * n)  # one after the other: nobody is in two places at once
        task = world.past_task(title=f"做完的{n}", starts_at=end - dt.timedelta(hours=2), ends_at=end)
        claim = world.claimed(task, world.alan)
        fresh(claim).report(by=world.alan, hours=claim.task.planned_hours)
        claims.append(claim)
    return claims


# finding and claiming


def test_the_list_costs_the_same_whatever_its_size(world):
    client = world.client(world.alan)
    few_tasks = many(world, 3)
    client.get("/tasks/")
    few = queries(client, get="/tasks/")
    many(world, 60)
    Task.objects.first().claim(by=world.alan)
    lots = queries(client, get="/tasks/")
    page = client.get("/tasks/")
    assert few_tasks is None
    assert len(lots) == len(few) <= MOST_QUERIES
    assert text(page).count("<article") == 20
    assert len(page.content) <= MOST_BYTES
    assert len(queries(client, get="/tasks/?which=short&page=2")) <= MOST_QUERIES + 1  # how many there are without it


def test_what_i_may_take_stands_first(world):
    soon = timezone.now() + dt.timedelta(hours=3)
    mine = world.task(title="我的", starts_at=soon, ends_at=soon + dt.timedelta(hours=1))
    full = world.task(title="满了", seats=1, starts_at=soon, ends_at=soon + dt.timedelta(hours=1))
    world.task(title="可以认领")
    fresh(mine).claim(by=world.alan)
    fresh(full).claim(by=world.wu)
    page = text(world.client(world.alan).get("/tasks/"))
    places = [page.index(f">{title}<") for title in ("可以认领", "满了", "我的")]
    assert places == sorted(places)
    for words in ("认领：可以认领", "您已认领", "人齐了", "附近可认领 2", "我认领的 1"):
        assert words in page


def test_each_card_says_what_i_can_do(world):
    start = timezone.now() + dt.timedelta(days=1)
    held = world.task(title="手上的", starts_at=start, ends_at=start + dt.timedelta(hours=2))
    fresh(held).claim(by=world.alan)
    world.task(title="同时的", starts_at=start, ends_at=start + dt.timedelta(hours=1))
    world.task(
        title="要读的",
        risk=Risk.SOME,
        starts_at=start + dt.timedelta(days=1),
        ends_at=start + dt.timedelta(days=1, hours=1),
    )
    full = world.task(
        title="排队的", seats=1, starts_at=start + dt.timedelta(days=2), ends_at=start + dt.timedelta(days=2, hours=1)
    )
    fresh(full).claim(by=world.wu)
    page = text(world.client(world.alan).get("/tasks/"))
    for words in ("与您另一个安排同时", "先读说明：要读的", "排候补：排队的", "您已认领"):
        assert words in page


@pytest.mark.parametrize("which", ["tonight", "weekend", "home", "short"])
def test_filters_keep_what_they_say(world, which, time_machine):
    time_machine.move_to("2026-11-23T10:00:00+08:00", tick=False)  # a Monday
    at = lambda day, hour: timezone.make_aware(dt.datetime(2026, 11, day, hour))  # noqa: E731
    hours = lambda n: dt.timedelta(hours=n)  # noqa: E731
    when = {
        "tonight": {"starts_at": at(23, 19), "ends_at": at(23, 21)},
        "weekend": {"starts_at": at(29, 9), "ends_at": at(29, 11)},
        "home": {"starts_at": at(25, 9), "ends_at": at(25, 11), "from_home": True},
        "short": {"starts_at": at(25, 9), "ends_at": at(25, 9) + hours(1)},
    }
    for key, fields in when.items():
        world.task(title=f"是{key}", **fields)
    page = text(world.client(world.alan).get(f"/tasks/?which={which}"))
    assert re.findall(r">是(\w+)</a>", page) == [which]


def test_an_unknown_filter_shows_everything(world):
    world.task(title="还在")
    assert "还在" in text(world.client(world.alan).get("/tasks/?which=%01&page=999999"))


def test_claiming_takes_few_queries_and_leads_to_the_arrangement(world):
    task = world.task()
    client = world.client(world.alan)
    client.get("/tasks/")
    asked = queries(client, post=f"/tasks/{task.pk}/claim/")
    assert len(asked) <= VERB_QUERIES
    page = text(client.get(f"/tasks/{task.pk}/"))
    assert "已认领，谢谢您" in page
    assert "我来不了" in page


def test_htmx_gets_the_card_back(world):
    task = world.task()
    answer = world.client(world.alan).post(f"/tasks/{task.pk}/claim/", headers={"HX-Request": "true"})
    assert text(answer).strip().startswith("<article")
    assert "您已认领" in text(answer)


def test_a_risky_task_asks_to_read_first(world):
    task = world.task(risk=Risk.SOME, risk_text="有登高，两人一组，系好安全带")
    client = world.client(world.alan)
    page = text(client.get(f"/tasks/{task.pk}/"))
    assert "系好安全带" in page
    assert 'name="read_risk"' in page
    assert client.post(f"/tasks/{task.pk}/claim/").status_code == 409
    assert client.post(f"/tasks/{task.pk}/claim/", {"read_risk": "1"}).status_code == 302


def test_the_waiting_list_tells_my_place(world):
    task = world.task(seats=1)
    for person in (world.zhou, world.wu):
        fresh(task).claim(by=person)
    client = world.client(world.alan)
    client.post(f"/tasks/{task.pk}/claim/")
    assert "您在候补第2位" in text(client.get(f"/tasks/{task.pk}/"))


def test_the_contacts_number_is_masked_until_asked_for(world):
    task = world.task()
    client = world.client(world.alan)
    page = text(client.get(f"/tasks/{task.pk}/"))
    assert "周队长" in page
    assert world.zhou.masked_phone in page
    assert world.zhou.local_phone not in page
    shown = client.post(f"/people/{world.zhou.pk}/reveal/", {"reason": "任务联系"})
    assert world.zhou.local_phone in text(shown)
    assert (
        world.client(world.outsider).post(f"/people/{world.zhou.pk}/reveal/", {"reason": "任务联系"}).status_code == 404
    )


def test_other_places_are_not_there(world):
    task = world.task()
    claim = fresh(task).claim(by=world.alan)
    for stranger in (world.neighbour, world.outsider, world.far_secretary, world.he, world.newcomer):
        client = world.client(stranger)
        assert client.get(f"/tasks/{task.pk}/").status_code == 404
        for path in (f"{task.pk}/claim", f"{task.pk}/publish", f"{task.pk}/cancel", f"claims/{claim.pk}/withdraw",
                     f"claims/{claim.pk}/report", f"claims/{claim.pk}/verify"):  # fmt: skip
            assert client.post(f"/tasks/{path}/", {"reason": "x", "hours": "1"}).status_code in (403, 404), path
        assert task.title not in text(client.get("/tasks/"))
    assert fresh(claim).status == "claimed"


def test_volunteers_see_nobody_elses_name(world):
    task = world.task()
    fresh(task).claim(by=world.wu)
    page = text(world.client(world.alan).get(f"/tasks/{task.pk}/"))
    assert world.wu.name not in page
    assert "在册的人" not in page
    assert world.wu.name in text(world.client(world.zhou).get(f"/tasks/{task.pk}/"))
    assert world.alan.name not in text(world.client(world.wu).get(f"/tasks/{task.pk}/"))


# withdrawing and reporting


def test_my_tasks_offer_the_next_step(world):
    coming, over = world.task(title="要来的"), world.past_task(title="做完的")
    fresh(coming).claim(by=world.alan)
    claim = world.claimed(over, world.alan)
    client = world.client(world.alan)
    page = text(client.get("/tasks/mine/"))
    assert "我来不了：要来的" in page
    assert "登记时长：做完的" in page
    form = text(client.get(f"/tasks/claims/{claim.pk}/report/"))
    assert re.search(r'<option value="2.0" selected', form)
    client.post(f"/tasks/claims/{claim.pk}/report/", {"hours": "2.0", "note": ""})
    assert fresh(claim).hours == 2
    assert "待核验" in text(client.get("/tasks/mine/"))
    client.post(f"/tasks/claims/{Claim.objects.get(task=coming).pk}/withdraw/")
    assert "要来的" in text(client.get("/tasks/mine/?which=over"))


def test_my_tasks_cost_the_same_whatever_their_number(world):
    client = world.client(world.alan)
    reports(world, 2)
    client.get("/tasks/mine/")
    few = queries(client, get="/tasks/mine/")
    reports(world, 15)
    assert len(queries(client, get="/tasks/mine/")) == len(few) <= MOST_QUERIES


def test_impossible_hours_are_answered_on_the_form(world):
    claim = world.claimed(world.past_task(), world.alan)
    answer = world.client(world.alan).post(f"/tasks/claims/{claim.pk}/report/", {"hours": "99"})
    assert "t-field bad" in text(answer)
    assert fresh(claim).status == "claimed"


def test_a_report_too_early_says_so(world):
    claim = fresh(world.task()).claim(by=world.alan)
    client = world.client(world.alan)
    assert "任务还没有开始" in text(client.get(f"/tasks/claims/{claim.pk}/report/"))
    assert client.post(f"/tasks/claims/{claim.pk}/report/", {"hours": "1.5"}).status_code == 409


# publishing


def form_of(page) -> dict:
    return {"submit_key": re.search(r'name="submit_key" value="(\w+)"', page)[1]}


def filled(world, **overrides):
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    given = {
        "title": "花坛补种", "summary": "", "place": world.neighbourhood.pk, "spot": "南门", "date": tomorrow.isoformat(),
        "starts": "18:30", "ends": "20:00", "seats": "4", "family": "home", "factor": "ordinary", "risk": "low",
        "risk_text": "量力而行", "publish": "1",
    }  # fmt: skip
    return given | overrides


def test_a_captain_publishes_and_sends_the_form_twice(world):
    client = world.client(world.zhou)
    page = text(client.get("/tasks/new/"))
    assert f'value="{world.neighbourhood.pk}" selected' in page
    for _ in range(2):
        answer = client.post("/tasks/new/", filled(world) | form_of(page))
        assert answer.status_code == 302
    task = Task.objects.get()
    assert (task.status, task.planned_hours, timezone.localtime(task.starts_at).hour) == ("open", 1.5, 18)
    assert "花坛补种" in text(world.client(world.alan).get("/tasks/"))


def test_a_draft_is_published_later(world):
    client = world.client(world.wang)
    form = filled(world)
    del form["publish"]
    client.post("/tasks/new/", form)
    task = Task.objects.get()
    assert "花坛补种" in text(client.get("/tasks/board/?status=draft"))
    assert world.client(world.alan).get(f"/tasks/{task.pk}/").status_code == 404
    client.post(f"/tasks/{task.pk}/publish/")
    assert fresh(task).status == "open"


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ({"ends": "18:00"}, "结束要晚于开始"),
        ({"date": "2020-01-01"}, "已经过去"),
        ({"date": "2999-01-01"}, "太远"),
        ({"date": "明天"}, "t-field bad"),
        ({"seats": "0"}, "t-field bad"),
        ({"seats": "99999999999999999999"}, "t-field bad"),
        ({"place": "99999999999999999999"}, "t-field bad"),
        ({"title": "x" * 61}, "t-field bad"),
    ],
)
def test_a_wrong_form_says_what_is_wrong(world, overrides, words):
    assert words in text(world.client(world.zhou).post("/tasks/new/", filled(world, **overrides)))
    assert Task.objects.count() == 0


def test_nobody_publishes_at_another_place(world):
    assert "t-field bad" in text(world.client(world.zhou).post("/tasks/new/", filled(world, place=world.sibling.pk)))
    assert Task.objects.count() == 0


@pytest.mark.parametrize("path", ["board", "new"])
def test_only_publishers_have_a_board(world, path):
    for person in (world.alan, world.wu, world.shen, world.he):
        assert world.client(person).get(f"/tasks/{path}/").status_code == 403


def test_the_board_costs_the_same_whatever_its_size(world):
    client = world.client(world.zhou)
    many(world, 2)
    client.get("/tasks/board/")
    few = queries(client, get="/tasks/board/")
    many(world, 18)
    for task in Task.objects.all():
        task.claim(by=world.alan)
    page = text(client.get("/tasks/board/"))
    assert len(queries(client, get="/tasks/board/")) == len(few) <= MOST_QUERIES
    assert page.count(world.alan.name) == 20


def test_cancelling_asks_why_and_lists_who_will_be_told(world):
    task = world.task()
    fresh(task).claim(by=world.alan)
    client = world.client(world.zhou)
    assert world.alan.name in text(client.get(f"/tasks/{task.pk}/cancel/"))
    assert "t-field bad" in text(client.post(f"/tasks/{task.pk}/cancel/", {"reason": ""}))
    client.post(f"/tasks/{task.pk}/cancel/", {"reason": "下大雨"})
    assert fresh(task).status == "cancelled"
    assert "取消时在册" in text(client.get("/tasks/board/?status=cancelled"))
    assert client.post(f"/tasks/{task.pk}/cancel/", {"reason": "再来"}).status_code == 409


# verifying


def test_ten_reports_are_verified_in_one_press(world):
    claims = reports(world, 10)
    client = world.client(world.zhou)
    page = text(client.get("/tasks/verify/?all=1"))
    assert page.count(" checked>") == 10
    answer = client.post("/tasks/verify/", {"ids": [claim.pk for claim in claims]}, follow=True)
    assert "已核验10条" in text(answer)
    assert Entry.objects.filter(person=world.alan).count() == 10
    assert "没有等您核验的时长" in text(client.get("/tasks/verify/"))


def test_own_hours_are_shown_with_the_reason_and_left_out(world):
    own = world.claimed(world.past_task(), world.zhou)
    fresh(own).report(by=world.zhou, hours=own.task.planned_hours)
    client = world.client(world.zhou)
    assert "自己的时长请别人核验" in text(client.get("/tasks/verify/"))
    assert "自己的时长请别人核验" in text(client.post("/tasks/verify/", {"ids": [own.pk]}, follow=True))
    assert client.post(f"/tasks/claims/{own.pk}/verify/").status_code == 409
    assert Entry.objects.count() == 0


def test_more_than_planned_is_marked(world):
    claim = world.claimed(world.past_task(), world.alan)
    fresh(claim).report(by=world.alan, hours=claim.task.planned_hours + 1)
    assert "比计划长" in text(world.client(world.zhou).get("/tasks/verify/"))


@pytest.mark.parametrize("ids", [[], ["x"], ["-1"], ["9" * 30], ["１２"]])
def test_a_batch_of_nonsense_verifies_nothing(world, ids):
    reports(world, 1)
    answer = world.client(world.zhou).post("/tasks/verify/", {"ids": ids}, follow=True)
    assert "还没有勾选" in text(answer)
    assert Entry.objects.count() == 0


def test_a_batch_reaches_no_other_place(world):
    claims = reports(world, 1)
    world.client(world.far_secretary).post("/tasks/verify/", {"ids": [claims[0].pk]})
    assert Entry.objects.count() == 0


def test_the_verify_page_costs_the_same_whatever_its_size(world):
    client = world.client(world.zhou)
    reports(world, 2)
    client.get("/tasks/verify/")
    few = queries(client, get="/tasks/verify/")
    reports(world, 20)
    assert len(queries(client, get="/tasks/verify/")) == len(few) <= MOST_QUERIES


def test_only_who_may_verify_has_the_page(world):
    for person in (world.alan, world.shen, world.he):
        assert world.client(person).get("/tasks/verify/").status_code == 403


def test_what_i_withdrew_from_is_near_me_again_whoever_else_is_in(world):
    task = world.task(title="退出过的")
    fresh(task).claim(by=world.alan)
    fresh(task).claims.get(person=world.alan).withdraw(by=world.alan)
    fresh(task).claim(by=world.wu)
    assert list(Task.objects.open_for(world.alan).not_held_by(world.alan)) == [task]
    assert not Task.objects.open_for(world.wu).not_held_by(world.wu).exists()
