"""What depends on the registration itself: each says why not, in words, or None. Who and where is the policy's business."""

from django.conf import settings
from django.utils import timezone

from tongxin.journal.models import Event
from tongxin.people.models import Person
from tongxin.workflow.transitions import CLOCK, is_own
from tongxin.workflow.working_time import at_least_working_days

from .states import OPEN


def not_oneself(registration, by):
    """不能办自己的报到"""
    if by is CLOCK:
        return None
    if registration.person_id == by.pk:
        return "自己的报到请别人来办"
    return "报到的人与您同名，请另一位同事来办" if by.may_be(registration.person) else None


def only_oneself(registration, by):
    """只有报到的本人"""
    return None if by is not CLOCK and is_own(registration, by) else "只有报到的本人可以这样做"


def no_move_under_way(registration, by):
    """还在迁居时不能再迁"""
    moving = type(registration).objects.filter(person=registration.person_id, status="moving").exists()
    return "您正在迁居，新居村答复以后再办" if moving else None


def on_the_same_day(registration, by):
    """只有当天、本人以外的人"""
    last = registration.contacts.filter(result="reached", undone_at=None).order_by("-pk").first()
    if last is None or timezone.localdate(last.at) != timezone.localdate():
        return "只能在当天改回来。现在请直接打电话给本人说明"
    return not_oneself(registration, by)


def once_and_in_time(registration, by):
    """不通过后10个工作日内，只一次，没有重新报到"""
    if registration.objection:
        return "街镇已经复核过一次，结果不再变。可以打12345，或请居委当面说明"
    elsewhere = type(registration).objects.filter(person=registration.person_id, status__in=OPEN)
    # Whoever was refused at the new home is back in the old team; that one does not stand in the way.
    if elsewhere.exclude(pk=registration.previous_id).exists():
        return "您已经重新报到，请等那一份的答复"
    until = appeal_until(registration)
    if until is None or until < timezone.now():
        return f"申诉要在{settings.APPEAL_WORKING_DAYS}个工作日内提出，现在已经过了。可以重新报到，或打电话给居委"
    return None


def appeal_until(registration):
    """The last moment to appeal; None when it was never refused."""
    refused = Event.objects.about(registration).filter(verb="registration.refuse").order_by("-pk").first()
    return at_least_working_days(refused.at, settings.APPEAL_WORKING_DAYS) if refused else None


def not_the_refuser(registration, by):
    """不能由当初不通过的人，也不能由本人来定"""
    if by is CLOCK:
        return "申诉由街镇的同事来定"
    refusals = Event.objects.about(registration).filter(verb="registration.refuse")
    refusers = Person.objects.filter(pk__in=[pk for pk in refusals.values_list("actor_id", flat=True) if pk])
    if any(one.pk == by.pk or one.name == by.name for one in refusers):
        return "当初是您（或与您同名的人）没有通过的，请另一位同事复核"
    return not_oneself(registration, by)
