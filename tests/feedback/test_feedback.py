"""Complaints and suggestions: from anybody, past the unit they are about, answered in working days, the writer hidden."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import FieldError, PermissionDenied
from django.db.models import Q
from django.test import Client
from django.utils import timezone

from tongxin.access.models import appoint
from tongxin.access.policy import Role
from tongxin.feedback import limits, models
from tongxin.feedback.clockwork import end_what_nobody_rates, tell_what_is_late
from tongxin.feedback.models import Feedback
from tongxin.feedback.retention import forget_old_feedback
from tongxin.journal.models import Event
from tongxin.notifications.deliver import deliver
from tongxin.notifications.models import Notice
from tongxin.people.erasure import erase
from tongxin.workflow.transitions import CLOCK, Refused

S = Feedback.Status
WORDS = "居委窗口中午没有人"
MONDAY = dt.datetime(2026, 11, 23, 4, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _monday():
    with time_machine.travel(MONDAY, tick=False) as clock:
        yield clock


def leave(world, **more):
    given = {"kind": "complaint", "words": WORDS, "about_kind": "unit", "about": world.neighbourhood}
    return Feedback.send(**(given | more))


@pytest.fixture
def left(world):
    """One without an account, about 中浩云, with a telephone number."""
    return leave(world, contact="13911112222", way="phone")[0]


@pytest.fixture
def form(world):
    return {
        "kind": "complaint",
        "words": WORDS,
        "about_kind": "unit",
        "unit": str(world.neighbourhood.pk),
        "way": "link",
    }


def fresh(feedback):
    return Feedback.objects.get(pk=feedback.pk)


# leaving it ----------------------------------------------------------------------------------------------------------


def test_anybody_leaves_words_without_an_account(world, form):
    client = Client()
    assert "投诉建议" in client.get("/people/sign-in/").content.decode()
    answer = client.post("/feedback/", form, follow=True)
    feedback = Feedback.objects.get()
    page = answer.content.decode()
    assert feedback.number in page and answer.redirect_chain[0][0] in page and "11月30日前答复" in page
    assert feedback.place == world.district and feedback.person is None
    assert Client().get(answer.redirect_chain[0][0]).status_code == 200  # from any browser


@pytest.mark.parametrize("who", [None, "alan", "wang"])
def test_the_way_in_is_on_every_kind_of_page(world, who):
    client = world.client(who and getattr(world, who))
    page = client.get("/people/privacy/" if who is None else "/", follow=True).content.decode()
    assert 'href="/feedback/"' in page


def test_the_secret_link_is_kept_only_as_a_hash(world):
    feedback, token = leave(world)
    assert len(token) >= 43 and token not in str(Feedback.objects.values().get())
    assert Feedback.by_token(token) == feedback
    assert Feedback.by_token(token[:-1] + "x") is None and Feedback.by_token("") is None


def test_unknown_links_are_not_there(world):
    assert Client().get("/feedback/t/nothing/").status_code == 404
    assert Client().post("/feedback/t/nothing/rate/", {"happy": "yes"}).status_code == 404


def test_the_same_form_twice_is_one(world, form):
    key = {"key": "a" * 64}
    links = {Client().post("/feedback/", form | key)["Location"] for _ in range(2)}
    assert len(links) == 1 and Feedback.objects.count() == 1


def test_forms_say_what_is_missing(world, form):
    page = Client().post("/feedback/", {"kind": ""}).content.decode()
    assert "还没有写" in page and "请选一种" in page
    assert "请选一个单位" in Client().post("/feedback/", form | {"unit": ""}).content.decode()
    assert "请留一个电话" in Client().post("/feedback/", form | {"way": "phone"}).content.decode()
    assert not Feedback.objects.exists()


def test_ones_own_neighbourhood_need_not_be_looked_for(world):
    page = world.client(world.alan).get("/feedback/").content.decode()
    assert f'<option value="{world.neighbourhood.pk}" selected>' in page


def test_the_page_costs_the_same_with_many_units(world, django_assert_max_num_queries):
    with django_assert_max_num_queries(5):
        Client().get("/feedback/")


# whom it reaches -----------------------------------------------------------------------------------------------------


def test_it_goes_past_the_unit_it_is_about(world, left):
    deliver()
    assert Notice.objects.filter(person=world.he, kind="feedback_new").exists() is False  # the digest tells
    for one in (world.wang, world.shen, world.zhou, world.far_secretary, world.admin, world.auditor):
        assert world.client(one).get("/feedback/desk/").status_code == 403
        assert world.client(one).get(f"/feedback/desk/{left.pk}/").status_code == 403
        assert not Notice.objects.filter(person=one, kind__startswith="feedback").exists()
    page = world.client(world.he).get("/feedback/desk/").content.decode()
    assert left.number in page and "中浩云居委会" in page


def test_nobody_handles_what_names_them(world):
    about_he, _ = leave(world, words="何老师电话里很凶", about_kind="staff")
    assert world.client(world.he).get(f"/feedback/desk/{about_he.pk}/").status_code == 404
    with pytest.raises(Refused, match="另一位同事"):
        about_he.take_up(by=world.he)
    deliver()
    assert Notice.objects.filter(person=world.auditor, kind="feedback_nobody").exists()
    other = world.staff("乔安", "qiao", Role.DISTRICT, world.district, "乔老师")
    about_he.take_up(by=other)
    assert fresh(about_he).handler == other


def test_without_the_guard_they_would(world, monkeypatch):
    """The red twin of the conflict of interest."""
    about_he, _ = leave(world, words="何老师电话里很凶", about_kind="staff")
    monkeypatch.setattr(Feedback, "is_about", lambda self, person: False)
    about_he.take_up(by=world.he)
    assert fresh(about_he).status == S.IN_HAND


def test_nobody_handles_what_is_about_their_own_unit_or_their_own_words(world):
    both = world.staff("戴双", "dai", Role.DISTRICT, world.district, "戴老师")
    appoint(both, Role.SECRETARY, world.neighbourhood, by=None)
    about_unit, _ = leave(world)
    own, _ = leave(world, about=world.far, person=both)
    both = type(both).objects.get(pk=both.pk)
    assert set(Feedback.objects.for_handler(both)) == set()
    for one in (about_unit, own):
        with pytest.raises(Refused):
            one.take_up(by=both)


def test_others_may_do_nothing(world, left):
    for one in (world.alan, world.wang, world.shen, world.auditor):
        with pytest.raises(PermissionDenied):
            left.take_up(by=one)
        with pytest.raises(PermissionDenied):
            left.open_contact(by=one)


# who wrote it --------------------------------------------------------------------------------------------------------


def test_the_desk_does_not_show_who_wrote(world):
    feedback, _ = leave(world, person=world.alan)
    feedback.take_up(by=world.he)
    client = world.client(world.he)
    text = (
        client.get(f"/feedback/desk/{feedback.pk}/").content.decode() + client.get("/feedback/desk/").content.decode()
    )
    for word in (world.alan.name, world.alan.masked_name, world.alan.shown_as, world.alan.local_phone):
        assert word not in text


def test_the_journal_does_not_know_who_wrote(world):
    feedback, _ = leave(world, person=world.alan)
    feedback.take_up(by=world.he)
    feedback.answer(by=world.he, words="已请居委安排午间值班")
    feedback.rated(happy=False, why="昨天还是没有人")
    events = Event.objects.about(feedback)
    assert {event.actor_id for event in events} == {None, world.he.pk}
    assert str(world.alan.pk) not in [str(value) for event in events for value in event.facts.values()]
    assert {event.place_id for event in events} == {world.district.pk}  # nor which unit it is about


def test_nothing_searches_by_the_writer(world):
    """A red line: no address takes a writer, whatever is asked; and nothing in the database leads from a person to it."""
    leave(world, person=world.alan)
    client = world.client(world.he)
    plain = client.get("/feedback/desk/").content.decode()
    for name in ("person", "reporter", "writer", "q", "by", "contact", "phone"):
        asked = client.get("/feedback/desk/", {name: world.zhou.pk}).content.decode()
        assert Feedback.objects.get().number in asked and asked.count("<tr>") == plain.count("<tr>")
    with pytest.raises(FieldError):
        list(type(world.alan).objects.filter(Q(feedback__isnull=False)))


def test_the_contact_opens_to_the_handler_alone_and_is_journalled(world, left):
    other = world.staff("乔安", "qiao", Role.DISTRICT, world.district, "乔老师")
    left.take_up(by=world.he)
    assert "13911112222" not in world.client(world.he).get(f"/feedback/desk/{left.pk}/").content.decode()
    assert world.client(other).post(f"/feedback/desk/{left.pk}/contact/").status_code == 409
    assert not Event.objects.filter(verb="feedback.open_contact").exists()
    assert "13911112222" in world.client(world.he).post(f"/feedback/desk/{left.pk}/contact/").content.decode()
    assert Event.objects.get(verb="feedback.open_contact").actor_id == world.he.pk
    assert b"13911112222" not in bytes(Feedback.objects.values_list("contact", flat=True).get())


def test_without_the_guard_a_colleague_would_read_it(world, left, monkeypatch):
    """The red twin."""
    monkeypatch.setattr(models, "in_my_hand", lambda feedback, by: None)
    other = world.staff("乔安", "qiao", Role.DISTRICT, world.district, "乔老师")
    assert left.open_contact(by=other) == "13911112222"


# its life ------------------------------------------------------------------------------------------------------------


def test_answered_and_satisfied(world):
    feedback, token = leave(world)
    feedback.take_up(by=world.he)
    world.client(world.he).post(f"/feedback/desk/{feedback.pk}/answer/", {"words": "从下周起午间有人"})
    page = Client().get(f"/feedback/t/{token}/").content.decode()
    assert "从下周起午间有人" in page and "满意" in page
    Client().post(f"/feedback/t/{token}/rate/", {"happy": "yes"})
    assert (fresh(feedback).status, fresh(feedback).satisfied) == (S.CLOSED, True)


def test_not_satisfied_starts_the_clock_again_but_once(world, _monday):
    feedback, token = leave(world)
    rate = lambda: Client().post(f"/feedback/t/{token}/rate/", {"happy": "no", "why": "没有用"})  # noqa: E731
    feedback.take_up(by=world.he)
    feedback.answer(by=world.he, words="知道了")
    _monday.shift(dt.timedelta(days=3))
    rate()
    again = fresh(feedback)
    assert again.status == S.REOPENED and again.due_at > feedback.due_at and again.again_words == "没有用"
    again.take_up(by=world.he)
    again.answer(by=world.he, words="已安排")
    with pytest.raises(Refused, match="再办过一次"):
        fresh(feedback).reopen(by=CLOCK, why="还是没有用")
    rate()
    assert (fresh(feedback).status, fresh(feedback).satisfied) == (S.CLOSED, False)


def test_only_the_writer_rates(world, left):
    left.take_up(by=world.he)
    left.answer(by=world.he, words="好")
    for verb in (left.content, left.still_unhappy, left.close):
        with pytest.raises(Refused):
            verb(by=world.he)
    theirs, _ = leave(world, person=world.alan)
    assert world.client(world.zhou).post(f"/feedback/mine/{theirs.pk}/rate/", {"happy": "yes"}).status_code == 404


def test_the_handler_answers_and_a_colleague_may_take_over(world, left):
    other = world.staff("乔安", "qiao", Role.DISTRICT, world.district, "乔老师")
    left.take_up(by=world.he)
    with pytest.raises(Refused, match="另一位同事"):
        left.answer(by=other, words="好")
    left.take_up(by=other)
    left.answer(by=other, words="好")
    assert fresh(left).status == S.ANSWERED


def test_silence_closes_it_and_counts_apart(world, left, _monday):
    left.take_up(by=world.he)
    left.answer(by=world.he, words="好")
    _monday.shift(dt.timedelta(days=13))
    assert end_what_nobody_rates(timezone.now()) == 0
    _monday.shift(dt.timedelta(days=5))
    assert (end_what_nobody_rates(timezone.now()), end_what_nobody_rates(timezone.now())) == (1, 0)
    assert (fresh(left).status, fresh(left).satisfied) == (S.CLOSED, None)


def test_late_is_told_once_and_later_to_who_watches(world, left, _monday):
    told = lambda who, kind: Notice.objects.filter(person=who, kind=kind).count()  # noqa: E731
    _monday.shift(dt.timedelta(days=8))
    assert (tell_what_is_late(timezone.now()), tell_what_is_late(timezone.now())) == (1, 0)
    deliver()
    assert (told(world.he, "feedback_overdue"), told(world.auditor, "feedback_escalated")) == (1, 0)
    _monday.shift(dt.timedelta(days=9))
    assert tell_what_is_late(timezone.now()) == 1
    deliver()
    assert (told(world.he, "feedback_overdue"), told(world.auditor, "feedback_escalated")) == (1, 1)
    notice = Notice.objects.get(kind="feedback_escalated")
    page = world.client(world.auditor).get(notice.url)
    assert page.status_code == 200 and "告诉审计员" in page.content.decode()
    body = Notice.objects.get(kind="feedback_escalated").body
    assert left.number in body and WORDS not in body


def test_ones_own_is_told_in_the_app_and_never_by_text(world):
    feedback, _ = leave(world, person=world.alan)
    feedback.take_up(by=world.he)
    feedback.answer(by=world.he, words="从下周起午间有人")
    deliver()
    notices = Notice.objects.filter(person=world.alan, kind__startswith="feedback")
    assert notices.count() == 2 and not notices.exclude(text="").exists()
    page = world.client(world.alan).get("/feedback/mine/").content.decode()
    assert "从下周起午间有人" in page and "不满意" in page
    assert "从下周起午间有人" not in world.client(world.zhou).get("/feedback/mine/").content.decode()


# floods --------------------------------------------------------------------------------------------------------------


def test_a_flood_is_held_for_a_look_never_refused(world, form, settings):
    settings.FEEDBACK_A_DAY = 2
    for n in range(4):
        assert Client().post("/feedback/", form | {"key": f"{n}" * 64}).status_code == 302
    assert [one.status for one in Feedback.objects.all()] == [S.RECEIVED, S.RECEIVED, S.HELD, S.HELD]
    assert Client(REMOTE_ADDR="10.1.2.3").post("/feedback/", form).status_code == 302
    assert Feedback.objects.last().status == S.RECEIVED  # another network is another day
    assert world.client(world.alan).post("/feedback/", form | {"named": "on"}).status_code == 302
    assert Feedback.objects.last().status == S.RECEIVED  # so is somebody we know
    held = Feedback.objects.filter(status=S.HELD)
    held[0].let_in(by=world.he)
    held[0].set_aside(by=world.he, reason="广告")
    assert sorted(Feedback.objects.values_list("status", flat=True))[0] == S.CLOSED


def test_without_the_count_nothing_is_held(world, form, settings, monkeypatch):
    """The red twin."""
    settings.FEEDBACK_A_DAY = 0
    monkeypatch.setattr(models, "too_many_from", lambda network: False)
    Client().post("/feedback/", form)
    assert Feedback.objects.get().status == S.RECEIVED


def test_the_network_is_kept_nowhere(world, form, _monday):
    from tongxin.channels.models import Attempt

    Client(REMOTE_ADDR="10.1.2.3").post("/feedback/", form)
    first = Attempt.objects.get().key
    assert "10.1.2.3" not in str(list(Attempt.objects.values())) + str(list(Feedback.objects.values()))
    _monday.shift(dt.timedelta(days=1))
    limits.too_many_from("10.1.2.3")
    assert Attempt.objects.exclude(key=first).exists()  # tomorrow it is another key


# what remains --------------------------------------------------------------------------------------------------------


def test_after_its_time_only_the_count_is_left(world, _monday):
    feedback, token = leave(world, person=world.alan, contact="13911112222")
    young, _ = leave(world)
    for one in (feedback, young):
        one.take_up(by=world.he)
        one.answer(by=world.he, words="好")
        one.rated(happy=True)
    Feedback.objects.filter(pk=feedback.pk).update(closed_at=timezone.now() - dt.timedelta(days=200))
    before = timezone.now() - dt.timedelta(days=180)
    assert (forget_old_feedback(before), forget_old_feedback(before)) == (1, 0)
    old = fresh(feedback)
    assert (old.words, old.answer_words, old.contact, old.person, Feedback.by_token(token)) == ("", "", "", None, None)
    assert fresh(young).words == WORDS
    assert Feedback.objects.counts() == {"closed": 2}
    assert world.client(world.he).get(f"/feedback/desk/{feedback.pk}/").status_code == 200


def test_an_erased_person_is_no_writer_any_more(world):
    feedback, _ = leave(world, person=world.alan, contact="13911112222")
    erase(world.alan, by=world.alan)
    assert (fresh(feedback).person, fresh(feedback).contact, fresh(feedback).words) == (None, "", WORDS)


def test_the_desk_costs_the_same_with_many(world, django_assert_max_num_queries):
    client = world.client(world.he)
    for n in range(30):
        leave(world, words=f"第{n}件")
    client.get("/feedback/desk/")
    with django_assert_max_num_queries(14):
        assert client.get("/feedback/desk/").status_code == 200
