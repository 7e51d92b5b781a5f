"""The desk: what waits for me, by room; only what this person may do, each with a way to it."""

import datetime as dt

from django.db.models import Count, Q
from django.utils import timezone

from tongxin.access.policy import Permission as P
from tongxin.access.rules import may_anywhere, scope
from tongxin.registrations.models import Registration, RosterImport
from tongxin.tasks.models import Claim, Task
from tongxin.teams.models import Membership

from .context import main_post

SHOWN = 8
#: What counts as mine to do: only where I may act, not where I may look. The calls are the captain's.
TODO = {
    "review_count": P.REVIEW_REGISTRATION,
    "verify_count": P.VERIFY_CLAIM,
}


def desk_page(person) -> dict:
    """The first rows of each queue and their counts."""
    now = timezone.now()
    post = main_post(person)
    page = {"now": now, "place": post[1] if post else None, "may": {p.name: may_anywhere(person, p) for p in P}}
    page |= _registrations(person, now) if may_anywhere(person, P.VIEW_REGISTRATION) else {}
    page |= _tasks(person, now) if may_anywhere(person, P.VERIFY_CLAIM) else {}
    if may_anywhere(person, P.VIEW_ROSTER):
        page["members"] = Membership.objects.current().filter(scope(person, P.VIEW_ROSTER, "team__place")).count()
    if may_anywhere(person, P.IMPORT_ROSTER):
        page["imports"] = RosterImport.objects.filter(scope(person, P.IMPORT_ROSTER)).order_by("-pk")[:3]
    page["todo"] = sum(page.get(key, 0) for key, acts in TODO.items() if may_anywhere(person, acts))
    return page


def captain_page(person) -> dict:
    """What waits for a captain, for the phone home; empty for members."""
    page = {}
    if may_anywhere(person, P.CONTACT_REGISTRATION):
        page["to_contact"] = Registration.objects.filter(
            scope(person, P.CONTACT_REGISTRATION), status="accepted"
        ).exclude(person=person).count()  # fmt: skip
    if may_anywhere(person, P.VERIFY_CLAIM):
        page["to_verify"] = Claim.objects.filter(
            scope(person, P.VERIFY_CLAIM, "task__place"), status="reported"
        ).exclude(person=person).count()  # fmt: skip
    return page


def _registrations(person, now) -> dict:
    mine = Registration.objects.filter(scope(person, P.VIEW_REGISTRATION))
    soon = now + dt.timedelta(days=1)
    counts = mine.aggregate(
        review=Count("pk", filter=Q(status="submitted")),
        contact=Count("pk", filter=Q(status="accepted")),
        late=Count("pk", filter=Q(status__in=["submitted", "accepted"], due_at__lt=now)),
        soon=Count("pk", filter=Q(status__in=["submitted", "accepted"], due_at__gte=now, due_at__lt=soon)),
    )
    rows = mine.waiting_review().select_related("person", "home", "place").order_by("due_at", "pk")[:SHOWN]
    late = mine.filter(status__in=["submitted", "accepted"], due_at__lt=soon).select_related("person", "place")
    return {
        "review": rows,
        "review_count": counts["review"],
        "contact_count": counts["contact"],
        "late_count": counts["late"],
        "soon_count": counts["soon"],
        "late": late.order_by("due_at")[:5],
    }


def _tasks(person, now) -> dict:
    reported = Claim.objects.filter(scope(person, P.VERIFY_CLAIM, "task__place"), status="reported")
    today = timezone.localdate()
    coming = Task.objects.filter(scope(person, P.PUBLISH_TASK), status="open", starts_at__gt=now).order_by("starts_at")
    return {
        "verify_count": reported.exclude(person=person).count(),
        "coming": coming[:4],
        "today": today,
    }
