"""Two rows that are one person: merged by a human, undone by a human, nothing lost and nothing re-pointed."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from tongxin.access.models import Appointment, appoint
from tongxin.access.policy import Role
from tongxin.journal.models import Event
from tongxin.people import merges
from tongxin.people.merges import Merge, merge, selves
from tongxin.people.models import Person
from tongxin.refused import Refused
from tongxin.registrations.models import Registration
from tongxin.teams.models import Membership


@pytest.fixture
def twins(world):
    """Two rows of one woman in 中浩云: the second leads building 3 and joined later."""
    kept = world.member("梅双双", world.neighbourhood, squad=world.squads[0])
    gone = world.member("梅双双", world.neighbourhood, squad=world.squads[1], home=world.buildings[2])
    appoint(gone, Role.ONLINE_LEADER, world.buildings[2], by=None)
    return kept, gone


def joined(world, twins, **more):
    return merge(**({"kept": twins[0], "gone": twins[1], "by": world.wang, "reason": "当面核对，换过手机"} | more))


def posts_of(person):
    return sorted(Appointment.objects.current().filter(person=person).values_list("role", "place", "until"))


def test_the_row_that_is_gone_stands_nowhere_any_more(world, twins):
    kept, gone = twins
    joined(world, twins)
    gone.refresh_from_db()
    assert not gone.is_active and posts_of(gone) == []
    assert not Membership.objects.current().filter(person=gone).exists()
    assert Membership.objects.current().filter(person=kept).exists()
    event = Event.objects.get(verb="person.merge")
    assert (event.subject_id, event.facts["person"], event.reason) == (kept.pk, gone.pk, "当面核对，换过手机")


def test_both_numbers_lead_to_the_row_that_was_kept(world, twins, sms):
    kept, gone = twins
    joined(world, twins)
    assert Person.objects.by_phone(gone.local_phone) == kept == Person.objects.by_phone(kept.local_phone)
    client = world.client(None)
    client.post("/people/sign-in/", {"phone": gone.local_phone, "action": "send"})
    client.post("/people/sign-in/", {"phone": gone.local_phone, "code": sms.code()})
    assert client.session["_auth_user_id"] == str(kept.pk)


def test_an_open_session_of_the_row_that_is_gone_ends(world, twins):
    client = world.client(twins[1])
    assert client.get("/people/me/").status_code == 200
    joined(world, twins)
    assert client.get("/people/me/").status_code == 302


def test_checking_in_with_the_old_number_is_checking_in_as_the_kept_one(world, twins):
    kept, gone = twins
    joined(world, twins)
    registration, _ = Registration.submit(phone=gone.local_phone, name="梅双双", place=world.neighbourhood)
    assert registration.person == kept


def test_hours_stay_where_they_were_written_and_are_read_together(world, twins):
    from tongxin.service.models import Entry, award

    kept, gone = twins
    task = world.past_task()
    entry = award(
        gone, hours=Decimal("1.5"), factor="ordinary", source=task, served_on=task.starts_at.date(), by=world.zhou,
        reason="整理", place=world.neighbourhood,
    )  # fmt: skip
    joined(world, twins)
    assert Entry.objects.get(pk=entry.pk).person_id == gone.pk
    assert list(Entry.objects.of(kept)) == [entry]
    assert selves(kept) == [kept.pk, gone.pk] and selves(gone) == [gone.pk]


def test_undone_it_is_exactly_as_before(world, twins):
    kept, gone = twins
    before = posts_of(kept), posts_of(gone), list(Membership.objects.order_by("pk").values())
    made = joined(world, twins)
    made.undo(by=world.wang, reason="是两姐妹")
    gone.refresh_from_db()
    assert gone.is_active and selves(kept) == [kept.pk]
    assert (posts_of(kept), posts_of(gone), list(Membership.objects.order_by("pk").values())) == before
    assert Person.objects.by_phone(gone.local_phone) == gone


def test_an_open_check_in_ends_and_comes_back(world):
    kept = world.member("孙一鸣", world.neighbourhood)
    registration = world.registration
    made = merge(kept=kept, gone=registration.person, by=world.wang, reason="同一个人")
    registration.refresh_from_db()
    assert registration.status == Registration.Status.LEFT
    made.undo(by=world.wang, reason="看错了")
    registration.refresh_from_db()
    assert registration.status == Registration.Status.SUBMITTED and registration.due_at
    assert posts_of(registration.person)[0][0] == Role.REGISTRANT


def test_undoing_is_refused_in_words_when_the_post_has_another_holder(world, twins):
    made = joined(world, twins)
    appoint(world.alan, Role.ONLINE_LEADER, world.buildings[2], by=None)
    with pytest.raises(Refused, match="另有其人"):
        made.undo(by=world.wang, reason="是两姐妹")
    twins[1].refresh_from_db()
    assert not twins[1].is_active and Merge.objects.get(pk=made.pk).undone_at is None


def test_red_twin_without_the_question_two_would_hold_one_post(world, twins, monkeypatch):
    from tongxin.teams import merging

    made = joined(world, twins)
    appoint(world.alan, Role.ONLINE_LEADER, world.buildings[2], by=None)
    monkeypatch.setattr(merging, "_taken", lambda post: None)
    with pytest.raises(Refused, match="不能原样撤回"):  # the database itself is the second wall
        made.undo(by=world.wang, reason="是两姐妹")


def test_undone_twice_is_undone_once(world, twins):
    made = joined(world, twins)
    made.undo(by=world.wang, reason="是两姐妹")
    with pytest.raises(Refused, match="已经撤回过"):
        made.undo(by=world.shen, reason="是两姐妹")


@pytest.mark.parametrize("who", ["zhou", "alan", "he", "auditor", "admin", "far_secretary", "outsider"])
def test_only_who_answers_for_both_may_merge(world, twins, who):
    with pytest.raises(PermissionDenied):
        joined(world, twins, by=getattr(world, who))


def test_rows_of_two_neighbourhoods_are_the_subdistricts_business(world, twins):
    both = {"kept": twins[0], "gone": world.neighbour}
    with pytest.raises(PermissionDenied):
        joined(world, twins, **both)
    made = joined(world, twins, **both, by=world.shen)
    assert not Merge.objects_for(world.wang).exists() and Merge.objects_for(world.shen).get() == made
    with pytest.raises(PermissionDenied):
        made.undo(by=world.wang, reason="我来")


def test_red_twin_without_reach_a_far_office_could_join_anybody(world, twins, monkeypatch):
    from tongxin.people import reach

    monkeypatch.setattr(reach, "ask_reach", lambda reader, permission, *persons: None)
    assert joined(world, twins, by=world.far_secretary).gone == twins[1]


def test_nobody_merges_oneself_or_a_namesake_of_theirs(world, twins):
    namesake = world.member("王敏华", world.neighbourhood)
    with pytest.raises(Refused, match="另一位同事"):
        joined(world, twins, gone=namesake)


def test_staff_accounts_are_not_merged(world, twins):
    with pytest.raises(PermissionDenied):
        joined(world, twins, gone=world.shen)
    assert "系统管理员" in merges.why_not(twins[0], world.shen)


def test_no_reason_no_merge(world, twins):
    with pytest.raises(Refused, match="写明"):
        joined(world, twins, reason=" ")


def test_merged_twice_crosswise_or_in_a_ring_is_refused(world, twins):
    kept, gone = twins
    third = world.member("梅双双", world.neighbourhood)
    joined(world, twins)
    for pair in ({"kept": kept, "gone": gone}, {"kept": gone, "gone": kept}, {"kept": third, "gone": kept}):
        with pytest.raises((Refused, PermissionDenied)):
            joined(world, twins, **pair)
    assert merges.why_not(gone, kept) and merges.why_not(kept, gone) and merges.why_not(third, kept)
    assert joined(world, twins, gone=third).kept == kept and len(selves(kept)) == 3


def test_the_database_refuses_what_two_at_once_would_do(world, twins):
    """Red twin of the lock: with the questions gone the second writer still loses."""
    joined(world, twins)
    third = world.member("梅双双", world.neighbourhood)
    with pytest.raises(IntegrityError), transaction.atomic():
        Merge.objects.create(kept=third, gone=twins[1], reason="同时")


def test_the_one_in_the_team_has_to_be_kept(world):
    outside = world.registration.person
    with pytest.raises(Refused, match="在队的那一条"):
        merge(kept=outside, gone=world.alan, by=world.wang, reason="同一个人")
    world.alan.refresh_from_db()
    assert world.alan.is_active and Merge.objects.count() == 0


def test_the_pages_show_both_and_do_it(world, twins):
    kept, gone = twins
    client = world.client(world.wang)
    page = client.get(reverse("people:merges")).content.decode()
    assert "梅双双" in page and kept.local_phone not in page
    there = client.get(reverse("people:pick_two"), {"who": [kept.pk, gone.pk]}).headers["Location"]
    page = client.get(there).content.decode()
    assert kept.masked_phone in page and gone.masked_phone in page and "线上楼长" in page
    assert kept.local_phone not in page
    client.post(there, {"keep": kept.pk, "reason": "当面核对"})
    made = Merge.objects.get()
    assert (made.kept, made.gone, made.by) == (kept, gone, world.wang)
    client.post(reverse("people:undo_merge", args=[made.pk]), {"reason": "是两姐妹"})
    assert Merge.objects.get().undone_by == world.wang


def test_picking_one_or_three_says_pick_two(world, twins):
    client = world.client(world.wang)
    answer = client.get(reverse("people:pick_two"), {"who": [twins[0].pk]}, follow=True)
    assert "正好选两条" in answer.content.decode()


def test_statements_of_the_list_do_not_grow_with_the_rows(world, twins, django_assert_max_num_queries):
    client = world.client(world.wang)
    client.get(reverse("people:merges"))
    for _ in range(6):
        world.member("梅双双", world.neighbourhood)
    with django_assert_max_num_queries(22):
        client.get(reverse("people:merges"))


def test_an_invitation_of_the_row_that_is_gone_is_taken_back(world, twins):
    from tongxin.teams.invitations import Invitation

    invitation = Invitation.send(twins[1], Role.RESIDENT_LEADER, world.buildings[2], by=world.wang)
    joined(world, twins, by=world.shen)
    invitation.refresh_from_db()
    assert invitation.status == "withdrawn"
    assert Event.objects.get(verb="invitation.withdraw").reason == "两条登记合成了一条"
    again = Invitation.send(twins[0], Role.RESIDENT_LEADER, world.buildings[2], by=world.wang)
    assert again.status == "pending"


def test_a_claim_of_the_row_that_is_gone_is_reported_by_the_kept_one(world, twins):
    from tongxin.tasks.models import Claim

    kept, gone = twins
    claim = world.claimed(world.past_task(title="搬椅子"), gone)
    joined(world, twins)
    client = world.client(kept)
    assert "搬椅子" in client.get("/").content.decode()
    client.post(reverse("tasks:report", args=[claim.pk]), {"hours": "2.0"})
    assert Claim.objects.get(pk=claim.pk).status == "reported"


def test_erasing_the_one_kept_erases_the_other_too(world, twins):
    from tongxin.people.erasure import erase

    joined(world, twins)
    erase(twins[0], by=twins[0])
    rows = Person.objects.filter(pk__in=[one.pk for one in twins])
    assert {row.phone_index for row in rows} == {None} and all(row.erased_at for row in rows)
