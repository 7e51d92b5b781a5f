"""The rules of 报到·审核·联络·入队; every guard has its red twin: the harm that happens once it is gone."""

import dataclasses

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from tongxin.access.policy import Permission as P
from tongxin.access.policy import Role
from tongxin.access.rules import can
from tongxin.journal.models import Event
from tongxin.people.models import Kind, Person, Purpose
from tongxin.registrations.models import Contact, Registration, accept_many, entering, reviewing
from tongxin.teams.models import Membership
from tongxin.workflow.transitions import Refused, open_moves

Status = Registration.Status


def fresh(registration):
    return Registration.objects.get(pk=registration.pk)


def person_of(registration):
    return Person.objects.get(pk=registration.person_id)


def moves(registration, person):
    return {move.name for move in open_moves(fresh(registration), person)}


def without_guard(monkeypatch, name):
    """The same verb with its guard taken away."""
    verb = getattr(Registration, name)
    while "move" not in verb.__code__.co_freevars:  # what follows the verb is wrapped around it
        verb = verb.__wrapped__
    closure = dict(zip(verb.__code__.co_freevars, verb.__closure__, strict=True))
    monkeypatch.setattr(closure["move"], "cell_contents", dataclasses.replace(verb.move, guard=None))


# submitting


def test_the_whole_chain_leaves_one_event_a_step(world):
    registration = world.joined(world.registration)
    verbs = Event.objects.about(registration).values_list("verb", flat=True)
    assert list(verbs) == ["registration.submit", "registration.accept", "registration.contact", "registration.join"]
    assert Membership.objects.get(person=registration.person).team == world.team


def test_the_same_person_again_gets_the_registration_that_is_open(world):
    number = world.number()
    first, made = Registration.submit(phone=number, name="孙一鸣", place=world.neighbourhood)
    again, made_again = Registration.submit(phone=f"+86 {number}", name="孙一鸣", place=world.sibling)
    assert (made, made_again, again.pk, again.place_id) == (True, False, first.pk, world.neighbourhood.pk)


def test_the_same_form_twice_is_one_registration(world):
    number = world.number()
    send = {"phone": number, "name": "孙一鸣", "place": world.neighbourhood, "submit_key": "k" * 32}
    assert Registration.submit(**send)[1] and not Registration.submit(**send)[1]
    assert Registration.objects.filter(submit_key="k" * 32).count() == 1


def test_a_form_key_of_somebody_else_opens_nothing_of_theirs(world):
    theirs, _ = Registration.submit(phone=world.number(), name="孙一鸣", place=world.neighbourhood, submit_key="k" * 32)
    mine, made = Registration.submit(
        phone=world.number(), name="许文博", place=world.neighbourhood, submit_key="k" * 32
    )
    assert made and mine.person_id != theirs.person_id


def test_two_open_registrations_of_one_person_cannot_be_stored(world):
    with pytest.raises(IntegrityError), transaction.atomic():
        Registration.objects.create(person=world.newcomer, place=world.sibling)


def test_a_refusal_without_a_reason_cannot_be_stored(world):
    with pytest.raises(IntegrityError), transaction.atomic():
        Registration.objects.filter(pk=world.registration.pk).update(status=Status.REFUSED, reason="")


def test_a_form_that_lost_the_race_gets_the_winner(world, monkeypatch):
    """Both looked before either wrote: the constraint stops the second, who is shown the first."""
    number = world.number()
    first, _ = Registration.submit(phone=number, name="孙一鸣", place=world.neighbourhood)

    def too_late(*args):
        raise IntegrityError

    monkeypatch.setattr(Registration, "_submit", too_late)
    assert Registration.submit(phone=number, name="孙一鸣", place=world.neighbourhood) == (first, False)


def test_a_number_that_was_shut_off_is_refused_in_words(world):
    Person.objects.filter(pk=world.newcomer.pk).update(is_active=False)
    with pytest.raises(Refused, match="停用"):
        Registration.submit(phone=world.newcomer.local_phone, name="孙一鸣", place=world.neighbourhood)


def test_a_slip_in_the_name_can_be_mended_after_a_refusal_but_not_by_a_member(world):
    world.registration.refuse(by=world.wang, reason="信息对不上")
    Registration.submit(phone=world.newcomer.local_phone, name="孙一鸣明", place=world.neighbourhood)
    Registration.submit(phone=world.alan.local_phone, name="别的名字", place=world.neighbourhood)
    assert Person.objects.get(pk=world.newcomer.pk).name == "孙一鸣明"
    assert Person.objects.get(pk=world.alan.pk).name == "陈阿兰"


def test_each_consent_is_its_own_row_and_only_what_was_ticked(world):
    registration = world.register("许文博", sms=True)
    given = set(registration.person.consents.values_list("purpose", flat=True))
    assert given == {Purpose.CONTACT, Purpose.SMS}


def test_a_specific_identity_needs_its_own_consent(world):
    with pytest.raises(Refused, match="另行同意"):
        world.register("许文博", kind=Kind.UNITED_FRONT)
    agreed = world.register("何佳怡", kind=Kind.UNITED_FRONT, sensitive=True)
    assert agreed.agreed_to_sensitive_kind() and agreed.declared_kind() == Kind.UNITED_FRONT


def test_red_twin_without_that_rule_the_identity_is_kept_without_consent(world, monkeypatch):
    monkeypatch.setattr(entering, "SENSITIVE_KINDS", frozenset())
    registration = world.register("许文博", kind=Kind.UNITED_FRONT)
    assert registration.declared_kind() == Kind.UNITED_FRONT and not registration.agreed_to_sensitive_kind()


# reviewing


def test_accepting_confirms_the_kind_and_sets_the_captains_deadline(world):
    registration = world.register("许文博", kind=Kind.PARTY)
    registration.accept(by=world.wang, kind=Kind.ABLE)
    category = registration.person.categories.get(primary=True, until=None)
    assert (category.kind, category.confirmed_by) == (Kind.ABLE, world.wang)
    assert fresh(registration).status == Status.ACCEPTED and fresh(registration).due_at > timezone.now()


def test_the_reviewer_cannot_give_a_specific_identity_nobody_agreed_to(world):
    with pytest.raises(Refused, match="本人另行同意"):
        world.registration.accept(by=world.wang, kind=Kind.DELEGATE)
    assert fresh(world.registration).status == Status.SUBMITTED


def test_red_twin_without_that_rule_the_reviewer_labels_people(world, monkeypatch):
    monkeypatch.setattr(reviewing, "SENSITIVE_KINDS", frozenset())
    world.registration.accept(by=world.wang, kind=Kind.DELEGATE)
    assert fresh(world.registration).declared_kind() == Kind.DELEGATE


@pytest.mark.parametrize("who", ["zhou", "shen", "he", "auditor", "admin", "far_secretary", "alan", "newcomer"])
def test_only_the_neighbourhood_reviews(world, who):
    with pytest.raises(PermissionDenied):
        world.registration.accept(by=getattr(world, who))
    with pytest.raises(PermissionDenied):
        world.registration.refuse(by=getattr(world, who), reason="不住这里")


def own_registration_of_the_secretary(world):
    return Registration.submit(phone=world.wang.local_phone, name="王敏华", place=world.neighbourhood)[0]


@pytest.mark.parametrize("verb", ["accept", "refuse"])
def test_nobody_reviews_their_own_registration(world, verb):
    own = own_registration_of_the_secretary(world)
    given = {"reason": "试一试"} if verb == "refuse" else {}
    with pytest.raises(Refused, match="请别人来办"):
        getattr(own, verb)(by=world.wang, **given)
    assert verb not in moves(own, world.wang)


@pytest.mark.parametrize(("verb", "ends"), [("accept", Status.ACCEPTED), ("refuse", Status.REFUSED)])
def test_red_twin_without_the_guard_the_secretary_waves_herself_through(world, monkeypatch, verb, ends):
    own = own_registration_of_the_secretary(world)
    without_guard(monkeypatch, verb)
    getattr(own, verb)(by=world.wang, **({"reason": "试一试"} if verb == "refuse" else {}))
    assert fresh(own).status == ends


def test_nobody_contacts_themselves_and_the_red_twin_does(world, monkeypatch):
    own = own_registration_of_the_secretary(world)
    Registration.objects.filter(pk=own.pk).update(status=Status.ACCEPTED)
    own = fresh(own)
    with pytest.raises(Refused, match="请别人来办"):
        own.contact(by=world.wang)
    without_guard(monkeypatch, "contact")
    own.contact(by=world.wang)
    assert fresh(own).status == Status.CONTACTED


def test_a_refusal_gives_its_reason_and_ends_the_newcomers_access(world):
    world.registration.refuse(by=world.wang, reason=" 不住在本居村 ")
    assert fresh(world.registration).reason == "不住在本居村"
    assert not can(person_of(world.registration), P.JOIN_TEAM, world.neighbourhood)


def test_a_refusal_of_blanks_is_not_a_reason(world):
    with pytest.raises(Refused, match="写明原因"):
        world.registration.refuse(by=world.wang, reason="  ")
    assert fresh(world.registration).status == Status.SUBMITTED


def test_after_a_refusal_one_can_check_in_again(world):
    world.registration.refuse(by=world.wang, reason="不住在本居村")
    again, made = Registration.submit(phone=world.newcomer.local_phone, name="孙一鸣", place=world.sibling)
    assert made and again.status == Status.SUBMITTED


def test_a_batch_accepts_what_it_can_and_says_why_not_for_the_rest(world):
    ready, gone = world.register("许文博"), world.register("何佳怡")
    gone.accept(by=world.wang)
    done, left = accept_many([ready, fresh(gone)], by=world.wang)
    assert done == [ready] and left[0][0] == gone and "待联络" in left[0][1]


def test_two_reviewers_at_once_the_second_is_told(world):
    early, late = fresh(world.registration), fresh(world.registration)
    early.accept(by=world.wang)
    with pytest.raises(Refused, match="先处理"):
        late.refuse(by=world.wang, reason="不住在本居村")
    assert fresh(world.registration).status == Status.ACCEPTED


# contacting


@pytest.fixture
def accepted(world):
    world.registration.accept(by=world.wang)
    return world.registration


def test_one_tap_of_the_captain_moves_on_and_is_logged(world, accepted):
    accepted.note_contact(by=world.zhou, result="reached")
    assert fresh(accepted).status == Status.CONTACTED
    assert accepted.contacts.get().result == Contact.Result.REACHED


@pytest.mark.parametrize("result", ["no_answer", "later"])
def test_not_reached_is_logged_and_the_newcomer_goes_on_waiting(world, accepted, result):
    for _ in range(3):
        accepted.note_contact(by=world.zhou, result=result)
    assert fresh(accepted).status == Status.ACCEPTED and accepted.contacts.count() == 3
    assert Event.objects.filter(verb="registration.try_contact").last().facts == {"result": result}


@pytest.mark.parametrize("result", ["", "打过", "REACHED"])
def test_an_unknown_result_is_refused_in_words(world, accepted, result):
    with pytest.raises(Refused, match="请点"):
        accepted.note_contact(by=world.zhou, result=result)


@pytest.mark.parametrize("result", ["reached", "no_answer", "later"])
@pytest.mark.parametrize("who", ["alan", "wu", "shen", "far_secretary", "newcomer"])
def test_only_who_may_contact_logs_a_contact(world, accepted, who, result):
    with pytest.raises(PermissionDenied):
        accepted.note_contact(by=getattr(world, who), result=result)
    assert accepted.contacts.count() == 0


@pytest.mark.parametrize("result", ["no_answer", "later"])
def test_nothing_is_logged_before_the_review(world, result):
    with pytest.raises(Refused, match="待审核"):
        world.registration.note_contact(by=world.zhou, result=result)


def test_red_twin_without_the_question_anybody_writes_into_the_log(world, accepted, monkeypatch):
    monkeypatch.setattr(Registration, "_ask_to_contact", lambda self, by: None)
    accepted.note_contact(by=world.outsider, result="no_answer")
    assert accepted.contacts.get().by == world.outsider


def test_the_captain_opens_the_number_and_it_is_written_down(world, accepted):
    assert accepted.call(by=world.zhou) == world.newcomer.local_phone
    event = Event.objects.get(verb="person.reveal")
    assert (event.actor_id, event.subject_id) == (world.zhou.pk, world.newcomer.pk)


def test_before_the_review_the_captain_opens_no_number(world):
    with pytest.raises(Refused):
        world.registration.call(by=world.zhou)
    assert not Event.objects.filter(verb="person.reveal").exists()


def test_the_newcomer_may_call_the_captain_and_nobody_else_may(world, accepted):
    assert accepted.call_captain(by=world.newcomer) == world.zhou.local_phone
    with pytest.raises(PermissionDenied):
        accepted.call_captain(by=world.outsider)


def test_without_a_captain_the_neighbourhood_is_called(world, accepted):
    world.zhou.appointments.get(role=Role.CAPTAIN).end(by=None)
    with pytest.raises(Refused, match="居委"):
        accepted.call_captain(by=world.newcomer)


# joining


@pytest.fixture
def contacted(world, accepted):
    accepted.contact(by=world.zhou)
    return accepted


def test_joining_gives_team_squad_and_a_volunteers_access(world):
    registration = world.register("许文博", home=world.buildings[2])
    world.joined(registration)
    membership = Membership.objects.get(person=registration.person)
    assert (membership.squad, membership.home) == (world.squads[1], world.buildings[2])
    assert can(person_of(registration), P.CLAIM_TASK, world.neighbourhood)


def test_only_the_person_joins_and_nobody_is_pushed(world, contacted):
    with pytest.raises(PermissionDenied):
        contacted.join(by=world.wang)
    other = world.register("许文博")
    with pytest.raises(Refused, match="本人"):
        contacted.join(by=other.person)


def test_red_twin_without_the_guard_another_newcomer_decides(world, contacted, monkeypatch):
    without_guard(monkeypatch, "join")
    contacted.join(by=world.register("许文博").person)
    assert fresh(contacted).status == Status.JOINED


@pytest.mark.parametrize("status", [Status.SUBMITTED, Status.ACCEPTED, Status.REFUSED, Status.JOINED, Status.LEFT])
def test_joining_only_after_the_call(world, status):
    Registration.objects.filter(pk=world.registration.pk).update(status=status, reason="x")
    with pytest.raises(Refused):
        fresh(world.registration).join(by=world.newcomer)


# seeing


def test_who_sees_a_registration(world):
    seen = {
        name: Registration.objects.in_scope(getattr(world, name)).filter(pk=world.registration.pk).exists()
        for name in ("zhou", "wang", "shen", "he", "auditor", "admin", "alan", "wu", "far_secretary", "newcomer")
    }
    assert {name for name, sees in seen.items() if sees} == {"zhou", "wang", "shen"}


def test_only_named_roles_read_a_specific_identity_and_nothing_gives_it_away(world):
    plain, special = (
        world.register("许文博", kind=Kind.PARTY),
        world.register("何佳怡", kind=Kind.DELEGATE, sensitive=True),
    )
    assert (plain.kind_for(world.wang), special.kind_for(world.wang)) == (Kind.PARTY, Kind.DELEGATE)
    assert plain.kind_for(world.shen) is None and special.kind_for(world.shen) is None
