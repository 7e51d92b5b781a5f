"""谁可以认领、为什么合适: near first, what suits, what is not for the young; a wider street where the publisher opens it."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tongxin.access.models import appoint
from tongxin.access.policy import Role
from tongxin.journal.models import Event, kind_of
from tongxin.notifications.reminders import remind
from tongxin.people.models import AgeBand
from tongxin.places.models import Datum, Place
from tongxin.tasks import offers, reach
from tongxin.tasks.models import AGREEMENT, Claim, Risk, Task
from tongxin.tasks.models import task as models
from tongxin.teams.models import Membership
from tongxin.workflow.transitions import Refused


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def text(response) -> str:
    assert response.status_code == 200, response.status_code
    return response.content.decode()


# open to the whole street


def test_a_task_opened_to_the_street_is_seen_and_claimed_by_the_neighbours(world):
    task = world.task(open_to=world.subdistrict, title="街上的")
    assert task in Task.objects.open_for(world.neighbour)
    client = world.client(world.neighbour)
    assert "街上的" in text(client.get("/tasks/"))
    assert "认领这个任务" in text(client.get(f"/tasks/{task.pk}/"))
    assert client.post(f"/tasks/{task.pk}/claim/").status_code == 302
    assert fresh(task).claims.get().person == world.neighbour


def test_whoever_claimed_from_next_door_may_also_withdraw(world):
    task = world.task(open_to=world.subdistrict)
    claim = task.claim(by=world.neighbour)
    claim.withdraw(by=world.neighbour)
    assert (fresh(claim).status, fresh(task).taken) == ("withdrawn", 0)


def test_the_street_is_no_further_than_the_street(world):
    """Another 街镇, a registrant, the office: none of them volunteers below the street."""
    task = world.task(open_to=world.subdistrict)
    for stranger in (world.outsider, world.newcomer, world.he, world.far_secretary):
        with pytest.raises(PermissionDenied):
            fresh(task).claim(by=stranger)
    for stranger in (world.outsider, world.newcomer, world.far_secretary):
        assert not Task.objects.visible_to(stranger).exists()
        assert world.client(stranger).get(f"/tasks/{task.pk}/").status_code == 404


def test_a_draft_is_nobodys_business_next_door(world):
    task = world.task(open_to=world.subdistrict, status="draft")
    assert task not in Task.objects.visible_to(world.neighbour)
    assert world.client(world.neighbour).get(f"/tasks/{task.pk}/").status_code == 404


def test_red_twin_a_rule_that_asks_for_any_post_lets_the_next_district_in(world, monkeypatch):
    monkeypatch.setattr(reach, "serving", lambda person: [world.neighbourhood])
    task = world.task(open_to=world.subdistrict)
    assert task.claim(by=world.outsider).status == "claimed"


def test_the_question_and_the_condition_agree(world):
    tasks = [world.task(), world.task(open_to=world.subdistrict), world.task(place=world.sibling)]
    for person in (world.alan, world.zhou, world.neighbour, world.outsider, world.newcomer, world.wang, world.shen):
        listed = set(Task.objects.filter(reach.claimable(person)))
        assert listed == {task for task in tasks if reach.may_claim(person, fresh(task))}
        seen = set(Task.objects.visible_to(person))
        assert seen == {task for task in tasks if fresh(task).readable_by(person)}


def test_verifying_stays_with_the_place_of_the_task(world):
    sibling_captain = world.member("邻队长", world.sibling)
    appoint(sibling_captain, Role.CAPTAIN, world.sibling, by=None)
    task = world.past_task(open_to=world.subdistrict)
    claim = world.claimed(task, world.neighbour)
    fresh(claim).report(by=world.neighbour, hours=task.planned_hours)
    with pytest.raises(PermissionDenied):
        fresh(claim).verify(by=sibling_captain)
    fresh(claim).verify(by=world.zhou)
    assert fresh(claim).status == "verified"


def test_claiming_at_home_asks_nothing_more_than_before(world):
    def asked(person, task):
        reach.may_claim(person, task)  # the posts are loaded
        with CaptureQueriesContext(connection) as captured:
            reach.may_claim(person, task)
        return len(captured)

    task = Task.objects.select_related("place").get(pk=world.task(open_to=world.subdistrict).pk)
    assert asked(world.alan, task) == 0


# near first, and why it suits


@pytest.fixture
def spread(world):
    """One task in each ring around 阿兰's building, the furthest the soonest."""
    start = timezone.now() + dt.timedelta(days=1)
    rings = [
        ("街镇", world.sibling, world.subdistrict), ("居村", world.neighbourhood, None),
        ("小区", world.buildings[1], None), ("同楼", world.buildings[0], None),
    ]  # fmt: skip
    for n, (title, place, open_to) in enumerate(rings):
        at = start + dt.timedelta(hours=n)
        world.task(title=title, place=place, open_to=open_to, starts_at=at, ends_at=at + dt.timedelta(hours=1))


def titles(person, **given):
    return [task.title for task in Task.objects.open_for(person, **given)]


def test_the_nearest_stands_first_and_full_ones_last(world, spread):
    assert titles(world.alan, home=world.buildings[0]) == ["同楼", "小区", "居村", "街镇"]
    assert titles(world.alan, home=world.estate) == ["小区", "同楼", "居村", "街镇"]
    assert titles(world.alan) == ["居村", "小区", "同楼", "街镇"]
    Task.objects.filter(title="同楼").update(taken=2)
    assert titles(world.alan, home=world.buildings[0]) == ["小区", "居村", "街镇", "同楼"]
    page = text(world.client(world.alan).get("/tasks/?which=near"))
    assert ("小区</a>" in page, "居村</a>" in page) == (True, False)


def test_red_twin_by_time_alone_the_other_end_of_the_street_stands_first(world, spread, monkeypatch):
    monkeypatch.setattr(reach, "distance_rank", lambda person, home: models.Value(0))
    assert titles(world.alan, home=world.buildings[0])[0] == "街镇"


def test_the_card_says_why_it_suits(world):
    Membership.objects.filter(person=world.alan).update(skills="教用手机、写写记记", times="周末")
    saturday = timezone.localtime().replace(hour=9, minute=0) + dt.timedelta(days=7)
    saturday += dt.timedelta(days=(5 - saturday.weekday()) % 7)
    times = {"starts_at": saturday, "ends_at": saturday + dt.timedelta(hours=1)}
    world.task(title="手机课", place=world.buildings[0], skill="教用手机", **times)
    page = text(world.client(world.alan).get("/tasks/"))
    assert "同一栋楼 · 您愿意教用手机 · 周末您方便" in page
    assert "您愿意" not in text(world.client(world.wu).get("/tasks/"))


def test_a_distance_needs_two_positions_in_one_datum(world):
    one, other = world.buildings[:2]
    assert offers.distance(one, other) is None
    spots = [("121.395000", "31.255000"), ("121.397000", "31.255000")]
    for place, (east, north) in zip((one, other), spots, strict=True):
        Place.objects.filter(pk=place.pk).update(longitude=east, latitude=north, datum=Datum.GCJ02)
    one, other = fresh(one), fresh(other)
    assert offers.distance(one, other) == pytest.approx(190, abs=3)
    world.task(title="隔壁楼", place=other)
    assert "同一小区，步行约2分钟" in text(world.client(world.alan).get("/tasks/"))
    other.datum = Datum.WGS84
    assert offers.distance(one, other) is None


def test_the_list_and_the_place_in_line_cost_the_same_whatever_their_number(world):
    def cost():
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/tasks/").status_code == 200
        return len(captured)

    def wait_for(number):
        for n in range(number):
            start = timezone.now() + dt.timedelta(days=1, hours=n)
            task = world.task(seats=1, starts_at=start, ends_at=start + dt.timedelta(hours=1))
            for person in (world.zhou, world.wu, world.alan):
                fresh(task).claim(by=person)

    client = world.client(world.alan)
    wait_for(1)
    client.get("/tasks/")
    few = cost()
    wait_for(9)
    assert cost() == few
    assert text(client.get("/tasks/")).count("您在候补第2位") == 10


# age, agreement


def test_the_young_take_nothing_with_a_risk(world):
    world.alan.tell_age(AgeBand.MINOR)
    world.task(title="低", risk=Risk.LOW).claim(by=world.alan)
    for fields in ({"risk": Risk.SOME}, {"risk": Risk.HIGH}, {"minors": False}):
        with pytest.raises(Refused, match="成年人"):
            world.task(**fields).claim(by=fresh(world.alan), read_risk=True, agreed=True)


def test_red_twin_without_the_guard_a_schoolboy_is_on_the_roof(world, monkeypatch):
    world.alan.tell_age(AgeBand.MINOR)
    monkeypatch.setattr(Task, "too_young", lambda self, by: None)
    claim = world.task(risk=Risk.HIGH).claim(by=world.alan, read_risk=True, agreed=True)
    assert claim.status == "claimed"


def test_age_is_told_by_oneself_and_only_the_band(world):
    client = world.client(world.alan)
    client.post("/tasks/age/", {"band": "70+"})
    assert fresh(world.alan).age_band == AgeBand.OLDER
    assert Event.objects.filter(verb="person.age").get().facts == {}
    task = world.task(risk=Risk.HIGH)
    assert "先打电话问问联系人" in text(client.get(f"/tasks/{task.pk}/"))
    client.post("/tasks/age/", {"band": "12"})
    assert fresh(world.alan).age_band == AgeBand.OLDER
    client.post("/tasks/age/", {"band": ""})
    assert fresh(world.alan).age_band == ""


def test_a_high_risk_asks_for_the_agreement_and_keeps_its_version(world):
    task = world.task(risk=Risk.HIGH)
    client = world.client(world.alan)
    assert 'name="agreed"' in text(client.get(f"/tasks/{task.pk}/"))
    assert client.post(f"/tasks/{task.pk}/claim/", {"read_risk": "1"}).status_code == 409
    client.post(f"/tasks/{task.pk}/claim/", {"read_risk": "1", "agreed": "1"})
    assert Claim.objects.get().agreement == AGREEMENT
    assert world.task(risk=Risk.SOME).claim(by=world.wu, read_risk=True).agreement == ""


def test_red_twin_without_the_reasons_nobody_agreed_to_anything(world, monkeypatch):
    monkeypatch.setattr(Task, "needs_agreement", False)
    assert world.task(risk=Risk.HIGH).claim(by=world.alan, read_risk=True).agreement == ""


# done when it suits


@pytest.fixture
def flexible(world):
    now = timezone.now()
    return world.task(
        title="排版", flexible=True, hours="2.0", from_home=True, starts_at=now - dt.timedelta(days=1),
        ends_at=now + dt.timedelta(days=5),
    )  # fmt: skip


def test_what_one_does_when_it_suits_is_open_until_its_end(world, flexible):
    assert fresh(flexible).planned_hours == 2
    assert flexible in Task.objects.open_for(world.alan)
    claim = fresh(flexible).claim(by=world.alan)
    page = text(world.client(world.alan).get(f"/tasks/{flexible.pk}/"))
    assert "之间自己安排" in page
    assert "约2小时" in page
    over = world.task(
        flexible=True,
        hours=1,
        starts_at=timezone.now() - dt.timedelta(days=3),
        ends_at=timezone.now() - dt.timedelta(days=1),
    )
    assert over not in Task.objects.open_for(world.alan)
    with pytest.raises(Refused, match="来不及"):
        over.claim(by=world.alan)
    assert claim.status == "claimed"


def test_it_never_clashes(world, flexible):
    fresh(flexible).claim(by=world.alan)
    assert offers.offer(world.task(), world.alan).clash is False


def reminded() -> set:
    events = Event.objects.filter(verb="task.remind", subject_kind=kind_of(Task))
    return set(events.values_list("subject_id", flat=True))


def test_it_is_recalled_two_days_before_its_end_and_not_the_evening_before_its_start(world, time_machine):
    time_machine.move_to("2026-11-23T19:00:00+08:00", tick=False)
    day = dt.timedelta(days=1)
    now = timezone.now()
    fields = {"flexible": True, "hours": 1, "taken": 1}
    begins = world.task(title="明天开始", starts_at=now + day, ends_at=now + 6 * day, **fields)
    ends = world.task(title="后天到期", starts_at=now - 3 * day, ends_at=now + 2 * day, **fields)
    evening = world.task(title="明晚的", starts_at=now + day, ends_at=now + day + dt.timedelta(hours=1), taken=1)
    assert remind() == 2
    assert reminded() == {ends.pk, evening.pk}
    assert remind() == 0
    time_machine.move_to("2026-11-24T19:00:00+08:00", tick=False)
    assert remind() == 0
    assert begins.pk not in reminded()


def test_the_database_wants_hours_where_the_times_do_not_say_them(world):
    for wrong in ({"flexible": True}, {"hours": 30}, {"hours": 0}):
        with pytest.raises(IntegrityError), transaction.atomic():
            world.task(**wrong)


def test_a_flexible_task_from_the_form(world):
    start = timezone.localdate() + dt.timedelta(days=1)
    form = {
        "title": "在家排版", "place": world.neighbourhood.pk, "spot": "在家", "date": start.isoformat(), "starts": "08:00",
        "ends": "20:00", "until": (start + dt.timedelta(days=6)).isoformat(), "flexible": "on", "hours": "2", "seats": "2",
        "family": "home", "factor": "ordinary", "risk": "low", "from_home": "on", "publish": "1",
    }  # fmt: skip
    assert world.client(world.zhou).post("/tasks/new/", form).status_code == 302
    task = Task.objects.get()
    assert (task.flexible, task.planned_hours, task.ends_at - task.starts_at) == (
        True,
        2,
        dt.timedelta(days=6, hours=12),
    )
