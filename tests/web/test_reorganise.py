"""The district's page of reorganisations: a preview first, then done, with its history."""

import datetime as dt

import pytest
from django.urls import reverse

from tongxin.access.models import today
from tongxin.journal.models import Event
from tongxin.notifications.deliver import deliver
from tongxin.notifications.models import Notice
from tongxin.places.models import Place
from tongxin.teams.checks import problems
from tongxin.teams.models import Membership, Reorganisation

LIST = reverse("web:reorganise")


def page(kind, place):
    return f"{reverse('web:reorganise_new', args=[kind])}?place={place.pk}"


def split_form(world, **more):
    return {
        "on": f"{today()}", "name0": "甲居委会", "code0": "310107021018", "name1": "乙居委会", "code1": "310107021019",
        f"estate{world.estate.pk}": "1", "rest": "0",
    } | more  # fmt: skip


@pytest.mark.parametrize("who", ["wang", "shen", "zhou", "alan", "auditor", "admin"])
def test_nobody_else_gets_in(world, who):
    client = world.client(getattr(world, who))
    assert client.get(LIST).status_code == client.post(page("split", world.neighbourhood)).status_code == 403
    assert Reorganisation.objects.count() == 0


def test_choose_look_do_and_read_afterwards(world):
    client = world.client(world.he)
    assert "拆分" in client.get(LIST).content.decode()
    assert world.neighbourhood.name in client.get(reverse("web:reorganise_new", args=["split"])).content.decode()
    assert world.estate.name in client.get(page("split", world.neighbourhood)).content.decode()
    seen = client.post(page("split", world.neighbourhood), split_form(world)).content.decode()
    assert "3名队员换到新的队伍" in seen and "乙居委会 1人" in seen
    assert not Reorganisation.objects.exists() and not Place.objects.filter(name="甲居委会").exists()
    answer = client.post(page("split", world.neighbourhood), split_form(world, sure="1"), follow=True)
    assert "办好了" in answer.content.decode() and "甲居委会" in answer.content.decode()
    assert Membership.objects.get(person=world.alan, until=None).team.place.name == "乙居委会"
    assert list(problems()) == []
    register = client.get(reverse("web:register_place", args=[world.neighbourhood.pk])).content.decode()
    assert "甲居委会" in register


def test_everybody_who_moved_is_told_that_nothing_is_lost(world):
    deliver()
    world.client(world.he).post(
        page("merge", world.neighbourhood), {"on": today(), "target": world.sibling.pk, "sure": 1}
    )
    deliver()
    told = Notice.objects.filter(kind="membership_moved")
    assert {notice.person for notice in told} == {world.alan, world.zhou, world.wu}
    assert Notice.objects.get(kind="reorganised").person == world.wang
    assert told.first().title == "您所在的居委改为万里名轩居委会" and "队伍和时长都还在" in told.first().body


def test_what_is_missing_is_said_in_the_form(world):
    client = world.client(world.he)
    wrong = split_form(world, code1="12", rest="3")
    text = client.post(page("split", world.neighbourhood), wrong).content.decode()
    assert "请写12位统计用区划代码" in text and "还没有写名称和代码" in text
    past = split_form(world, on=f"{today() - dt.timedelta(days=1)}")
    assert client.post(page("split", world.neighbourhood), past).status_code == 409
    same = split_form(world, code1="310107021018")
    assert client.post(page("split", world.neighbourhood), same).status_code == 409


def test_a_code_in_use_is_refused_before_anything_happens(world):
    events = Event.objects.count()
    given = split_form(world, code0=world.sibling.code, sure="1")
    assert world.client(world.he).post(page("split", world.neighbourhood), given).status_code == 409
    assert Event.objects.count() == events and Place.objects.get(pk=world.neighbourhood.pk).until is None


def test_for_a_day_to_come_it_waits_and_can_be_called_off(world):
    client = world.client(world.he)
    later = f"{today() + dt.timedelta(days=10)}"
    given = {"on": later, "name": "中浩云社区居委会", "sure": "1"}
    answer = client.post(page("rename", world.neighbourhood), given, follow=True)
    assert "自动办理" in answer.content.decode()
    one = Reorganisation.objects.get()
    client.post(reverse("web:reorganise_cancel", args=[one.pk]), {"reason": "方案有变"})
    assert "已取消" in client.get(LIST).content.decode()
    assert "方案有变" in client.get(reverse("web:reorganised", args=[one.pk])).content.decode()


def test_estates_and_members_are_chosen_by_name(world):
    client = world.client(world.he)
    assert world.estate.name in client.get(page("transfer", world.neighbourhood)).content.decode()
    assert "陈阿兰（第一分队）" in client.get(page("members", world.neighbourhood)).content.decode()
    mine = Membership.objects.get(person=world.alan).pk
    given = {"on": today(), "target": world.sibling.pk, "members": [mine], "sure": "1"}
    client.post(page("members", world.neighbourhood), given)
    assert Membership.objects.get(person=world.alan, until=None).team.place == world.sibling
    far = given | {"target": world.far.pk}
    assert "field-error" in client.post(page("members", world.neighbourhood), far).content.decode() or (
        Membership.objects.filter(team__place=world.far, person=world.alan).count() == 0
    )


def test_another_kind_or_place_is_not_found(world):
    client = world.client(world.he)
    assert client.get(reverse("web:reorganise_new", args=["nothing"])).status_code == 404
    assert client.get(reverse("web:reorganised", args=[10**9])).status_code == 404
