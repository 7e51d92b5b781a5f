"""The desk: what waits for me, by room; only what this person may do, each with a way to it."""

import datetime as dt

from django.db.models import Q
from django.utils import timezone

from tongxin.access.policy import Permission as P
from tongxin.access.rules import may_anywhere, scope
from tongxin.feedback.models import Feedback
from tongxin.registrations.models import Registration, RosterImport
from tongxin.service.models import Dispute
from tongxin.tasks.models import Task
from tongxin.teams.models import Membership

from .context import main_post
from .waiting import todo

SHOWN = 6
SOON = dt.timedelta(days=1)


def desk_page(person) -> dict:
    """What waits, kind by kind, how much of it is late or nearly so; the first rows of the queue of newcomers."""
    now, post = timezone.now(), main_post(person)
    page = {"now": now, "place": post[1] if post else None, "may": {p.name: may_anywhere(person, p) for p in P}}
    page |= {"todo": todo(person), "soon": _soon(person, now)}
    if may_anywhere(person, P.REVIEW_REGISTRATION):
        mine = Registration.objects.filter(scope(person, P.REVIEW_REGISTRATION)).waiting_review()
        page["review"] = mine.select_related("person", "home", "place").order_by("due_at", "pk")[:SHOWN]
    if may_anywhere(person, P.PUBLISH_TASK):
        coming = Task.objects.filter(scope(person, P.PUBLISH_TASK), status="open", starts_at__gt=now)
        page["coming"] = coming.order_by("starts_at")[:4]
    if may_anywhere(person, P.VIEW_ROSTER):
        page["members"] = Membership.objects.current().filter(scope(person, P.VIEW_ROSTER, "team__place")).count()
    if may_anywhere(person, P.IMPORT_ROSTER):
        page["imports"] = RosterImport.objects.filter(scope(person, P.IMPORT_ROSTER)).order_by("-pk")[:3]
    return page


def _soon(person, now) -> int:
    """What has to be done within a day."""
    soon = {"due_at__gte": now, "due_at__lt": now + SOON}
    mine = Q(pk__in=[])
    for permission, status in (
        (P.REVIEW_REGISTRATION, "submitted"),
        (P.CONTACT_REGISTRATION, "accepted"),
        (P.DECIDE_APPEAL, "appealed"),
    ):
        mine |= scope(person, permission) & Q(status=status)
    found = Registration.objects.filter(mine, **soon).exclude(person=person).count()
    if may_anywhere(person, P.HANDLE_FEEDBACK):
        found += Feedback.objects.for_handler(person).waiting().filter(**soon).count()
    return found + Dispute.objects.waiting_for(person).filter(**soon).count()
