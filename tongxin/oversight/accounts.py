"""Accounts of staff: ended sessions, switched off, switched on again. No contents are seen here."""

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from tongxin.access.models import Appointment
from tongxin.access.policy import STAFF_ROLES, Permission
from tongxin.access.rules import can
from tongxin.journal.models import record
from tongxin.people.models import Person
from tongxin.refused import Refused


def end_sessions(person) -> int:
    """Sign the person out everywhere. Rare, so that reading through the open sessions is fine."""
    ended = 0
    for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator(chunk_size=500):
        if session.get_decoded().get(SESSION_KEY) == str(person.pk):
            session.delete()
            ended += 1
    return ended


def unit_of(person):
    """The place of the highest post of a member of staff, the newest post if it is over; None for anybody else."""
    if not person.is_staff_member:
        return None
    posts = Appointment.objects.filter(person=person, role__in=STAFF_ROLES, stands_in_for=None).select_related("place")
    post = posts.current().order_by("place__path").first() or posts.order_by("-pk").first()
    return post.place if post else None


def switch_off(person, *, by, reason) -> None:
    """No sign-in and no page from the next request on; nothing is lost. Raises Refused.

    Also the only holder of a post: an account in wrong hands comes first, and whoever switches it off is still there.
    """
    place = _decidable(person, by)
    if person.pk == by.pk:
        raise Refused("自己的账号不能自己停用，请另一位安全管理员来办")
    if not reason.strip():
        raise Refused("请写一句停用的原因")
    with transaction.atomic():
        changed = Person.objects.filter(pk=person.pk, is_active=True).update(is_active=False)
        if changed:
            end_sessions(person)
            record("person.switch_off", subject=person, by=by, place=place, reason=reason)


def switch_on(person, *, by, reason) -> None:
    """The account works again, with the posts it still holds."""
    place = _decidable(person, by)
    if person.pk == by.pk:
        raise Refused("自己的账号不能自己启用，请另一位安全管理员来办")
    if not reason.strip():
        raise Refused("请写一句恢复的原因")
    with transaction.atomic():
        if Person.objects.filter(pk=person.pk, is_active=False).update(is_active=True):
            record("person.switch_on", subject=person, by=by, place=place, reason=reason)


def _decidable(person, by):
    place = unit_of(person)
    if place is None or not can(by, Permission.RESET_FACTOR, place):
        raise PermissionDenied
    return place
