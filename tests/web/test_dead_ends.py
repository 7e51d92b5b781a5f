"""Where somebody would be stuck: an address that takes only a press, a door code mistyped, a figure of a day still going on."""

import datetime as dt

import pytest
from django.utils import timezone

from tongxin.web.templatetags.tongxin import as_of


def test_an_address_for_buttons_opened_by_itself_says_so_and_leads_home(world):
    task = world.task()
    answer = world.client(world.alan).get(f"/tasks/{task.pk}/claim/")
    assert answer.status_code == 405 and "POST" in answer["Allow"]
    page = answer.content.decode()
    assert "这一步请从页面上办" in page and 'href="/"' in page


def test_a_button_pressed_the_wrong_way_keeps_the_bare_answer(world):
    assert world.client(world.alan).post("/tasks/").content == b""


@pytest.mark.parametrize("code", ["NOPE99", "0O1IL", "x" * 200])
def test_a_mistyped_door_code_says_what_a_code_looks_like(db, client, code):
    answer = client.get(f"/d/{code}")
    page = answer.content.decode()
    assert answer.status_code == 404
    assert f"没有找到门牌码“{code[:12]}”" in page and "我要报到" in page


def test_a_figure_never_holds_for_the_future():
    today = timezone.localdate()
    assert not as_of(today).endswith("24:00")
    assert as_of(today - dt.timedelta(days=1)).endswith("24:00")
