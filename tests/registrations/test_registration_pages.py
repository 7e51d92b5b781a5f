"""The desk's queue, the captain's list and one's own page: who sees what, and that nothing costs more with more rows."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tongxin.journal.models import Event
from tongxin.people.models import Kind
from tongxin.registrations.models import Registration

Status = Registration.Status
QUEUE, CONTACTS = reverse("registrations:queue"), reverse("registrations:contacts")
MINE, JOIN = reverse("registrations:mine"), reverse("registrations:join")


def url(name, registration):
    return reverse(f"registrations:{name}", args=[registration.pk])


def fresh(registration):
    return Registration.objects.get(pk=registration.pk)


def text(answer):
    return answer.content.decode()


# who opens what


@pytest.mark.parametrize(
    ("who", "status"),
    [("wang", 200), ("zhou", 200), ("shen", 200), ("far_secretary", 200),
     ("alan", 403), ("wu", 403), ("he", 403), ("auditor", 403), ("admin", 403), ("newcomer", 403), (None, 302)],
)  # fmt: skip
def test_who_opens_the_queue(world, who, status):
    assert world.client(who and getattr(world, who)).get(QUEUE).status_code == status


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("wang", 200),
        ("zhou", 200),
        ("shen", 200),
        ("far_secretary", 404),
        ("alan", 404),
        ("he", 404),
        ("newcomer", 404),
    ],
)
def test_other_places_do_not_exist(world, who, status):
    assert world.client(getattr(world, who)).get(url("detail", world.registration)).status_code == status


@pytest.mark.parametrize(
    ("who", "status"), [("zhou", 200), ("wang", 200), ("shen", 403), ("alan", 403), ("newcomer", 403)]
)
def test_who_opens_the_captains_list(world, who, status):
    assert world.client(getattr(world, who)).get(CONTACTS).status_code == status


def test_the_queue_of_one_place_never_shows_another(world):
    far = world.register("远方之人", place=world.far)
    world.register("许文博")
    page = text(world.client(world.wang).get(QUEUE))
    assert "许文博" in page and "远方之人" not in page and far.person.masked_phone not in page


@pytest.mark.parametrize("verb", ["accept", "refuse", "call", "note_contact"])
@pytest.mark.parametrize(("who", "status"), [("far_secretary", 404), ("alan", 404), (None, 302)])
def test_no_verb_reaches_another_place(world, verb, who, status):
    client = world.client(who and getattr(world, who))
    answer = client.post(url(verb, world.registration), {"template": "other", "words": "x", "result": "reached"})
    assert answer.status_code in (status, 403) and fresh(world.registration).status == Status.SUBMITTED


def test_a_clerk_reads_and_changes_nothing(world):
    clerk = world.client(world.shen)
    detail, queue = text(clerk.get(url("detail", world.register("许文博")))), text(clerk.get(QUEUE))
    assert "许文博" in queue and 'name="pick"' not in queue and "预览并通过" not in queue
    assert "不归您办" in detail and clerk.post(url("accept", world.registration), {}).status_code == 403


def test_no_number_in_clear_on_any_list(world):
    accepted = world.register("许文博")
    accepted.accept(by=world.wang)
    pages = [
        world.client(world.wang).get(QUEUE), world.client(world.wang).get(url("detail", world.registration)),
        world.client(world.zhou).get(CONTACTS), world.client(world.newcomer).get(MINE),
    ]  # fmt: skip
    numbers = [person.local_phone for person in (world.newcomer, accepted.person, world.zhou)]
    assert not [number for page in pages for number in numbers if number in text(page)]


def test_getting_never_changes_anything(world):
    captain = world.client(world.zhou)
    for name in ("accept", "refuse", "call", "note_contact"):
        assert captain.get(url(name, world.registration)).status_code == 405
    assert captain.get(reverse("registrations:accept_batch")).status_code == 405


# the queue


def test_the_chips_count_what_they_show(world):
    world.register("许文博")
    world.register("何佳怡").accept(by=world.wang)
    world.joined(world.register("严志强"))
    page = world.client(world.wang).get(QUEUE)
    assert [(chip["label"], chip["count"]) for chip in page.context["chips"]] == [
        ("待审核", 1), ("待联络", 1), ("待本人确认入队", 0), ("已入队", 1), ("未通过", 0),
    ]  # fmt: skip
    assert "何佳怡" in text(world.client(world.wang).get(QUEUE, {"status": "accepted"}))


@pytest.mark.parametrize("query", [{"status": "nonsense"}, {"page": "999"}, {"page": "x"}, {"status": "submittedx"}])
def test_a_made_up_filter_shows_the_first_list(world, query):
    assert world.registration.person.name in text(world.client(world.wang).get(QUEUE, query))


def test_the_earliest_due_stands_first_with_its_state_in_words(world):
    late, today, later = world.register("许文博"), world.register("何佳怡"), world.register("严志强")
    for registration, days in ((late, -2), (today, 0), (later, 3)):
        due = timezone.localtime().replace(hour=23, minute=59) + dt.timedelta(days=days)
        Registration.objects.filter(pk=registration.pk).update(due_at=due)
    rows = world.client(world.wang).get(QUEUE).context["rows"]
    assert [row.registration.pk for row in rows] == [late.pk, today.pk, later.pk]
    assert [(row.due_kind, row.due_word) for row in rows][:2] == [("late", "已超期"), ("wait", "今天")]


def test_the_same_name_in_one_neighbourhood_is_pointed_out(world):
    one, two = world.register("许文博"), world.register("许文博")
    world.register("许文博", place=world.sibling)
    rows = {row.registration.pk: row.twin for row in world.client(world.shen).get(QUEUE).context["rows"]}
    assert rows == {one.pk: True, two.pk: True, max(rows): False}
    page = text(world.client(world.wang).get(url("detail", one)))
    assert "可能是同一位" in page and "姓名相同" in page and reverse("registrations:detail", args=[two.pk]) in page


def test_the_batch_lists_names_and_effect_and_then_does_it(world):
    both = [world.register("许文博"), world.register("何佳怡")]
    secretary = world.client(world.wang)
    preview = text(secretary.get(reverse("registrations:preview"), {"pick": [r.pk for r in both]}))
    assert "通过这2人的报到" in preview and "许文博、何佳怡" in preview and "2个工作日" in preview
    assert [fresh(r).status for r in both] == [Status.SUBMITTED] * 2
    secretary.post(reverse("registrations:accept_batch"), {"pick": [r.pk for r in both]})
    assert [fresh(r).status for r in both] == [Status.ACCEPTED] * 2


def test_a_batch_skips_other_places_and_what_was_done_meanwhile(world):
    done, far = world.register("许文博"), world.register("远方之人", place=world.far)
    done.accept(by=world.wang)
    secretary = world.client(world.wang)
    preview = text(secretary.get(reverse("registrations:preview"), {"pick": [done.pk, far.pk, "x", "9" * 30, "²"]}))
    assert "没有可以通过的" in preview and "远方之人" not in preview
    answer = secretary.post(reverse("registrations:accept_batch"), {"pick": [done.pk, far.pk]}, follow=True)
    assert "已通过0人" in text(answer) and "许文博没有办" in text(answer)
    assert fresh(far).status == Status.SUBMITTED


def test_a_clerk_cannot_send_the_batch(world):
    answer = world.client(world.shen).post(reverse("registrations:accept_batch"), {"pick": world.registration.pk})
    assert answer.status_code == 403 and fresh(world.registration).status == Status.SUBMITTED


def queries(client, path):
    client.get(path)  # the first page of a session also writes the session
    with CaptureQueriesContext(connection) as done:
        assert client.get(path).status_code == 200
    return len(done)


@pytest.mark.parametrize(
    ("who", "path", "verb"), [("wang", QUEUE, None), ("shen", QUEUE, None), ("zhou", CONTACTS, "accept")]
)
def test_more_rows_cost_no_more_queries(world, who, path, verb):
    def add(*names):
        for name in names:
            registration = world.register(name, home=world.buildings[0])
            if verb:
                getattr(registration, verb)(by=world.wang)
                registration.note_contact(by=world.zhou, result="later")

    client = world.client(getattr(world, who))
    add("许文博")
    few = queries(client, path)
    add("何佳怡", "严志强", "曹海峰")
    assert queries(client, path) == few


# one registration


def test_accepting_from_the_page_confirms_the_kind(world):
    page = text(world.client(world.wang).get(url("detail", world.registration)))
    assert "确认人员类别" in page and "需要另行同意" not in page
    world.client(world.wang).post(url("accept", world.registration), {"kind": Kind.ABLE})
    assert (fresh(world.registration).status, fresh(world.registration).declared_kind()) == (Status.ACCEPTED, Kind.ABLE)


def test_a_kind_nobody_agreed_to_cannot_be_chosen(world):
    answer = world.client(world.wang).post(url("accept", world.registration), {"kind": Kind.UNITED_FRONT})
    assert answer.status_code == 200 and fresh(world.registration).status == Status.SUBMITTED


def test_a_specific_identity_is_read_by_named_roles_alone(world):
    special = world.register("何佳怡", kind=Kind.UNITED_FRONT, sensitive=True)
    pages = {
        name: text(world.client(getattr(world, name)).get(url("detail", special))) for name in ("wang", "shen", "zhou")
    }
    assert {name for name, page in pages.items() if "统战人士" in page} == {"wang"}


@pytest.mark.parametrize(
    ("sent", "words"), [({}, "请选一个原因"), ({"template": "other"}, "请写明原因"), ({"template": "没有的"}, "")]
)
def test_a_refusal_without_a_reason_comes_back_with_what_was_typed(world, sent, words):
    answer = world.client(world.wang).post(url("refuse", world.registration), sent)
    assert answer.status_code == 200 and words in text(answer) and fresh(world.registration).status == Status.SUBMITTED


def test_the_person_reads_the_reason_and_how_to_go_on(world):
    sent = {"template": "不住在本居村，请到您住的居村报到", "words": "您的楼属于万里名轩"}
    world.client(world.wang).post(url("refuse", world.registration), sent)
    page = text(world.client(world.newcomer).get(MINE))
    assert "不住在本居村" in page and "您的楼属于万里名轩" in page and "重新报到" in page


def test_somebody_was_quicker_is_said_in_words(world):
    world.registration.accept(by=world.wang)
    answer = world.client(world.wang).post(url("refuse", world.registration), {"template": "other", "words": "晚了"})
    assert answer.status_code == 409 and "待联络" in text(answer)


# the captain


@pytest.fixture
def accepted(world):
    world.registration.accept(by=world.wang)
    return world.registration


def test_an_empty_list_says_so_calmly(world):
    assert "现在没有人在等电话" in text(world.client(world.zhou).get(CONTACTS))


def test_three_buttons_one_tap_each(world, accepted):
    page = text(world.client(world.zhou).get(CONTACTS))
    assert [word for word in ("已联系", "未接通", "改约") if f">{word}</button>" in page] == [
        "已联系",
        "未接通",
        "改约",
    ]
    assert accepted.person.masked_phone in page


def test_one_tap_shows_the_number_once_and_is_journalled(world, accepted):
    captain = world.client(world.zhou)
    assert f"tel:{accepted.person.local_phone}" in text(captain.post(url("call", accepted)))
    assert Event.objects.filter(verb="person.reveal", actor_id=world.zhou.pk).count() == 1
    assert accepted.person.local_phone not in text(captain.get(CONTACTS))


def test_tried_in_vain_stays_on_the_list_with_the_try(world, accepted):
    captain = world.client(world.zhou)
    captain.post(url("note_contact", accepted), {"result": "no_answer"})
    page = text(captain.get(CONTACTS))
    assert accepted.person.name in page and "未接通" in page.split("</form>")[0] + page


def test_a_result_that_does_not_exist_is_refused_in_words(world, accepted):
    answer = world.client(world.zhou).post(url("note_contact", accepted), {"result": "x"})
    assert answer.status_code == 409 and accepted.contacts.count() == 0


# one's own page


def test_my_page_without_a_registration_shows_the_way(world):
    assert reverse("registrations:start") in text(world.client(world.outsider).get(MINE))


@pytest.mark.parametrize("steps", range(5))
def test_my_page_at_every_step(world, steps):
    moves = [("accept", world.wang), ("contact", world.zhou), ("join", world.newcomer)]
    for verb, by in moves[:steps]:
        getattr(world.registration, verb)(by=by)
    page = text(world.client(world.newcomer).get(MINE))
    assert 'aria-current="step"' in page and "谁办的，什么时候" in page


def test_the_newcomer_opens_the_captains_number_by_pressing(world, accepted):
    me = world.client(world.newcomer)
    assert world.zhou.masked_phone in text(me.get(MINE))
    assert f"tel:{world.zhou.local_phone}" in text(me.post(reverse("registrations:call_captain")))
    assert Event.objects.get(verb="person.reveal").actor_id == world.newcomer.pk


def test_without_a_captain_the_neighbourhoods_own_line_is_shown(world, accepted):
    world.zhou.appointments.filter(role="captain").get().end(by=None)
    page = text(world.client(world.newcomer).get(MINE))
    assert world.neighbourhood.contact_phone in page


def test_joining_is_not_offered_before_the_call(world, accepted):
    me = world.client(world.newcomer)
    assert "现在还不用确认" in text(me.get(JOIN)) and me.post(JOIN, {"read": "on"}).status_code == 409


def test_joining_without_a_registration_does_not_exist(world):
    assert world.client(world.outsider).get(JOIN).status_code == 404
    assert world.client(world.outsider).post(reverse("registrations:call_captain")).status_code == 404


def test_who_is_signed_in_and_has_checked_in_is_told_before_filling_in(world):
    start = reverse("registrations:start")
    note = "不用再填"
    assert note in text(world.client(world.newcomer).get(start))
    assert note not in text(world.client(None).get(start)) and note not in text(world.client(world.outsider).get(start))
