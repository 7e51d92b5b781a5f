"""Attacks on people: a number that leads into somebody else's account, rows merged and erased, consents taken back."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from tongxin.access.models import Appointment
from tongxin.access.policy import Permission
from tongxin.feedback.models import Feedback
from tongxin.notifications.deliver import deliver
from tongxin.notifications.models import Notice
from tongxin.oversight.exporting import Exporter
from tongxin.oversight.models import Export
from tongxin.oversight.models.export import write_down
from tongxin.people.erasure import erase
from tongxin.people.merges import Merge, merge
from tongxin.people.models import Consent, NumberChange, Person, Purpose
from tongxin.people.numbers import finish_due
from tongxin.refused import Refused
from tongxin.registrations.models import Registration
from tongxin.registrations.models.guards import appeal_until
from tongxin.registrations.retention import forget_answers, forget_refused
from tongxin.service.models import Dispute, award
from tongxin.tasks.models import Claim, Incident
from tongxin.teams.models import Membership
from tongxin.workflow.calendar import set_day


@pytest.fixture
def merged(world):
    """阿兰 once had another number; the two rows were put together."""
    gone = world.member("陈阿兰", world.neighbourhood)
    made = merge(kept=world.alan, gone=gone, by=world.wang, reason="同一个人，换过手机")
    return made, gone


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def sign_in(world, number, sms):
    client = world.client(None)
    client.post("/people/sign-in/", {"phone": number, "action": "send"})
    answer = client.post("/people/sign-in/", {"phone": number, "code": sms.code()})
    return client, answer


# a number that was somebody's ------------------------------------------------------------------------------------------


def long_quiet(world, gone):
    """The old number lay still for half a year (sold on by the operator); she herself signed in yesterday by the other."""
    now = timezone.now()
    Person.objects.filter(pk=gone.pk).update(created_at=now - dt.timedelta(days=400), last_login=None)
    Person.objects.filter(pk=world.alan.pk).update(last_login=now - dt.timedelta(days=1))


def test_the_new_owner_of_a_merged_number_does_not_walk_into_the_account(world, merged, sms):
    long_quiet(world, merged[1])
    client, answer = sign_in(world, merged[1].local_phone, sms)
    assert "_auth_user_id" not in client.session
    assert answer.url == reverse("people:is_it_you")
    page = client.get(answer.url).content.decode()
    assert "陈阿兰" not in page and "阿兰" not in page
    client.post(answer.url, {"name": "陈阿兰"})
    assert client.session["_auth_user_id"] == str(world.alan.pk)  # she herself knows the name


def test_a_claimed_number_of_a_merged_row_stays_with_who_uses_it(world, merged, sms):
    long_quiet(world, merged[1])
    change = NumberChange.claim(number=merged[1].phone)
    client, answer = sign_in(world, merged[1].local_phone, sms)
    client.post(answer.url, {"name": "陈阿兰"})
    assert fresh(change).status == NumberChange.Status.STOPPED
    finish_due(timezone.now() + dt.timedelta(days=30))
    assert fresh(merged[1]).phone_index


# merged and erased -----------------------------------------------------------------------------------------------------


def test_undoing_a_merge_does_not_bring_back_who_was_erased(world, merged):
    made, gone = merged
    erase(world.alan, by=world.alan)
    with pytest.raises(Refused):
        fresh(made).undo(by=world.wang, reason="弄错了")
    client = world.client(world.wang)
    client.post(reverse("people:undo_merge", args=[made.pk]), {"reason": "弄错了"})
    assert not fresh(gone).is_active and not fresh(world.alan).is_active
    assert not Membership.objects.current().filter(person=gone).exists()
    assert not Appointment.objects.current().filter(person=gone).exists()


def test_an_old_check_in_gives_no_right_over_somebody_who_is_elsewhere_now(world):
    """The secretary of the neighbourhood one has left cannot end the membership in the new one by a merge."""
    Registration.objects.create(
        person=world.neighbour, place=world.neighbourhood, status=Registration.Status.TRANSFERRED
    )
    with pytest.raises(PermissionDenied):
        merge(kept=world.alan, gone=world.neighbour, by=world.wang, reason="看着像")
    assert (
        world.client(world.wang).get(reverse("people:merge", args=[world.alan.pk, world.neighbour.pk])).status_code
        == 404
    )
    assert Membership.objects.current().filter(person=world.neighbour).exists()
    assert not Merge.objects.exists()


def test_an_old_check_in_of_somebody_who_is_nowhere_may_still_be_joined(world):
    back = world.person("陈阿兰")
    Registration.objects.create(person=back, place=world.neighbourhood, status=Registration.Status.LEFT)
    assert merge(kept=world.alan, gone=back, by=world.wang, reason="老报到，同一个人").pk


def test_what_was_typed_about_tasks_goes_with_the_person(world):
    task = world.past_task()
    claim = world.claimed(task, world.alan, note="我住1号楼301，膝盖不好")
    words = Incident.note(task, by=world.alan, kind="hurt", words="我扭了脚，家住301")
    words.close(by=world.zhou, outcome="送到家里，电话13800001111")
    erase(world.alan, by=world.alan)
    assert "301" not in fresh(claim).note + fresh(words).words
    assert fresh(words).status == Incident.Status.CLOSED and "1380000" not in fresh(words).outcome


def test_erased_people_are_told_nothing_any_more(world):
    claim = world.claimed(
        world.past_task(), world.alan, status=Claim.Status.REPORTED, hours=Decimal(2), reported_at=timezone.now()
    )
    erase(world.alan, by=world.alan)
    claim.verify(by=world.zhou)
    deliver()
    assert not Notice.objects.filter(person=world.alan).exists()


def test_erased_people_hold_no_place_in_a_line(world):
    task = world.task(seats=1)
    world.claimed(task, world.zhou)
    waiting = Claim.objects.create(task=task, person=world.alan, status=Claim.Status.WAITING)
    erase(world.alan, by=world.alan)
    Claim.objects.get(task=task, person=world.zhou).withdraw(by=world.zhou)
    assert fresh(waiting).status not in Claim.SEATED


# consent taken back ----------------------------------------------------------------------------------------------------


def take_back(person, purpose):
    for consent in Consent.objects.filter(person=person, purpose=purpose, withdrawn_at=None):
        consent.withdraw(by=person)


def test_a_newcomer_who_took_back_the_consent_is_not_called(world):
    registration = world.registration
    registration.accept(by=world.wang)
    take_back(registration.person, Purpose.CONTACT)
    with pytest.raises(Refused):
        registration.call(by=world.zhou)
    answer = world.client(world.zhou).post(reverse("registrations:call", args=[registration.pk]))
    assert registration.person.local_phone not in answer.content.decode()


def test_a_captain_who_took_back_the_consent_is_not_called_either(world):
    registration = world.registration
    registration.accept(by=world.wang)
    take_back(world.zhou, Purpose.CONTACT)
    with pytest.raises(Refused, match="居委"):
        registration.call_captain(by=registration.person)


def test_the_contact_of_a_task_long_over_is_not_called(world):
    then = timezone.now() - dt.timedelta(days=400)
    task = world.task(starts_at=then, ends_at=then + dt.timedelta(hours=1), status="closed", contact=world.wu)
    other = world.member("近邻", world.neighbourhood)
    assert not Person.objects.contactable_by(other).filter(pk=world.wu.pk).exists()
    soon = world.task(contact=world.wu)
    assert Person.objects.contactable_by(other).filter(pk=world.wu.pk).exists()
    assert (task.contact, soon.contact) == (world.wu, world.wu)


# exports, feedback, the calendar -----------------------------------------------------------------------------------------


def test_many_small_exports_are_one_large_one(world, settings):
    settings.EXPORT_ROWS = 10
    one = Exporter("roster", "在队名册", Permission.VIEW_ROSTER, None)
    taken = [
        write_down(by=world.shen, exporter=one, place=place, purpose="街道汇总", params={}, rows=6).status
        for place in (world.neighbourhood, world.sibling)
    ]
    assert taken == [Export.Status.TAKEN, Export.Status.ASKED]
    by_another = write_down(by=world.wang, exporter=one, place=world.neighbourhood, purpose="本居委", params={}, rows=6)
    assert by_another.status == Export.Status.TAKEN


@pytest.mark.parametrize("written", ["何 静", "何　静", "何老 师", "何\n静"])
def test_a_complaint_about_the_one_at_the_desk_does_not_reach_it(world, written):
    made, _ = Feedback.send(
        kind="complaint", about_kind="app", words=f"区里的{written}态度不好，电话里吼人", network="n"
    )
    assert made.is_about(world.he)
    assert not Feedback.objects.for_handler(world.he).filter(pk=made.pk).exists()
    assert world.client(world.he).get(reverse("feedback:detail", args=[made.pk])).status_code == 404


def test_days_made_working_days_afterwards_do_not_cut_short_an_appeal(world):
    registration = world.registration
    registration.refuse(by=world.wang, reason="请先到居委核对地址")
    told = appeal_until(registration)
    day = timezone.localdate()
    while day < told.date():
        day += dt.timedelta(days=1)
        set_day(day, working=True, note="赶进度", by=world.he)
    assert appeal_until(registration) == told


def test_a_minor_does_not_move_up_into_a_risky_task(world):
    """Who says only while waiting that they are under age is not given the seat by the clock."""
    task = world.task(seats=1, risk="some")
    held = world.claimed(task, world.zhou)
    waiting = Claim.objects.create(task=task, person=world.alan, status=Claim.Status.WAITING, read_risk=True)
    world.alan.tell_age("14-17")
    held.withdraw(by=world.zhou)
    assert fresh(waiting).status == Claim.Status.WAITING


def test_a_correction_of_a_merged_row_is_answered_by_the_person(world, merged):
    """Else it would go against them by silence: nobody can sign in as the row that is gone."""
    made, gone = merged
    claim = world.claimed(
        world.past_task(), gone, status=Claim.Status.REPORTED, hours=Decimal(2), reported_at=timezone.now()
    )
    claim.correct(by=world.zhou, hours=Decimal("0.5"), reason="早走了")
    deliver()
    assert Notice.objects.filter(person=world.alan, event_id__isnull=False).exists()
    assert not Notice.objects.filter(person=gone).exists()
    client = world.client(world.alan)
    assert client.get(reverse("tasks:answer", args=[claim.pk])).status_code == 200
    client.post(reverse("tasks:dispute", args=[claim.pk]), {"reason": "没有早走"})
    assert fresh(claim).status == Claim.Status.DISPUTED
    made.undo(by=world.wang, reason="不是同一个人")
    assert world.client(world.alan).get(reverse("tasks:answer", args=[claim.pk])).status_code == 404


def test_a_refused_row_merged_into_somebody_is_not_erased_by_the_clock(world):
    gone = world.register("陈阿兰").person
    gone.registrations.get().refuse(by=world.wang, reason="重复报到")
    merge(kept=world.alan, gone=gone, by=world.wang, reason="重复报到，同一个人")
    assert forget_refused(timezone.now() + dt.timedelta(days=90)) == 0
    assert fresh(gone).phone_index


def test_where_somebody_lived_goes_when_they_are_long_gone(world):
    registration = world.joined(world.register("孙一鸣", home=world.buildings[2], skills="理发", times="晚上"))
    registration.leave(by=registration.person)
    assert forget_answers(timezone.now() - dt.timedelta(days=1)) == 0
    assert forget_answers(timezone.now() + dt.timedelta(days=1)) == 1
    old = fresh(registration)
    assert (old.home, old.skills, old.times, old.status) == (None, "", "", "left")


def test_a_dispute_of_a_merged_row_goes_on_in_the_hands_of_the_person(world):
    gone = world.member("陈阿兰", world.neighbourhood)
    line = award(
        gone, hours=2, factor="ordinary", place=world.neighbourhood, served_on=timezone.localdate(), reason="楼道巡看",
        source=world.task(), by=world.wu,
    )  # fmt: skip
    dispute = Dispute.raise_on(line, by=gone, words="做了三小时", hours=3)
    dispute.answer_it(by=world.zhou, hours=2, reason="按签到")
    merge(kept=world.alan, gone=gone, by=world.wang, reason="同一个人")
    url = reverse("service:dispute_act", args=[dispute.pk, "ask"])
    assert world.client(world.zhou).post(url, {"reason": "我来"}).status_code == 404
    world.client(world.alan).post(url, {"reason": "后来又做了一小时"})
    assert fresh(dispute).status == Dispute.Status.ASKED
