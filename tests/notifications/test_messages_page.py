"""The messages page: one's own, newest first, read by a press."""

import pytest

from tongxin.notifications.models import Notice


@pytest.fixture
def notices(world):
    """25 for 阿兰, one for 老周, one for 王书记."""

    def make(person, n, **given):
        return Notice.objects.create(
            person=person, event_id=n, kind="test", title=f"消息{n}", body="请看", url="/tasks/", **given
        )

    made = [make(world.alan, n) for n in range(1, 26)]
    make(world.zhou, 900)
    make(world.wang, 901)
    return made


def test_ones_own_messages_newest_first_and_paged(world, notices):
    page = world.client(world.alan).get("/notifications/").content.decode()
    assert "消息25" in page and "消息6" in page and "消息900" not in page
    assert page.index("消息25") < page.index("消息24")
    assert "消息5<" not in page and "未读" in page
    assert "消息5<" in world.client(world.alan).get("/notifications/?page=2").content.decode()


def test_looking_alone_marks_nothing(world, notices):
    world.client(world.alan).get("/notifications/")
    assert Notice.objects.filter(person=world.alan).unread().count() == 25


def test_opening_one_marks_it_and_leads_on(world, notices):
    answer = world.client(world.alan).post(f"/notifications/{notices[0].pk}/open/")
    assert (answer.status_code, answer["Location"]) == (302, "/tasks/")
    assert Notice.objects.filter(person=world.alan).unread().count() == 24


def test_all_are_read_by_one_press(world, notices):
    world.client(world.alan).post("/notifications/read/")
    assert not Notice.objects.filter(person=world.alan).unread().exists()
    assert Notice.objects.filter(person=world.zhou).unread().exists()
    assert "都看过了" in world.client(world.alan).get("/notifications/").content.decode()


def test_the_time_it_was_read_first_stays(world, notices):
    client = world.client(world.alan)
    client.post(f"/notifications/{notices[0].pk}/open/")
    first = Notice.objects.get(pk=notices[0].pk).read_at
    client.post("/notifications/read/")
    client.post(f"/notifications/{notices[0].pk}/open/")
    assert Notice.objects.get(pk=notices[0].pk).read_at == first


def test_somebody_elses_message_is_not_there(world, notices):
    theirs = Notice.objects.get(person=world.zhou)
    assert world.client(world.alan).post(f"/notifications/{theirs.pk}/open/").status_code == 404
    assert theirs.read_at is None and Notice.objects.get(pk=theirs.pk).read_at is None


@pytest.mark.parametrize("path", ["/notifications/read/", "/notifications/1/open/"])
def test_a_link_alone_changes_nothing(world, notices, path):
    assert world.client(world.alan).get(path).status_code == 405


def test_no_messages_is_said_calmly(world):
    page = world.client(world.neighbour).get("/notifications/").content.decode()
    assert "还没有消息" in page


def test_staff_read_them_at_the_desk(world, notices):
    page = world.client(world.wang).get("/notifications/").content.decode()
    assert "消息901" in page and 'class="desk' in page
    assert 'class="phone' in world.client(world.alan).get("/notifications/").content.decode()
