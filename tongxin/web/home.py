"""The phone home of a member: the next thing, where one stands, hours, what is near."""

from django.utils import timezone

from tongxin.registrations.models import Registration
from tongxin.registrations.steps import next_of, steps_of
from tongxin.service.models import Entry
from tongxin.tasks.models import Claim, Task
from tongxin.teams.models import Membership


def home_page(person) -> dict:
    """Everything the page shows; a constant number of queries."""
    now, year = timezone.now(), timezone.localdate().year
    claims = Claim.objects.filter(person=person).select_related("task__place", "task__contact")
    coming = claims.filter(status__in=["claimed", "waiting"], task__ends_at__gt=now).order_by("task__starts_at").first()
    registration = Registration.objects.filter(person=person).exclude(status="left").order_by("-pk").first()
    entries = Entry.objects.filter(person=person).in_year(year)
    months = [0] * 12
    for served_on, hours in entries.values_list("served_on", "hours"):
        months[served_on.month - 1] += hours
    return {
        "today": now,
        "next": coming,
        "to_report": claims.filter(status="claimed", task__ends_at__lte=now).order_by("task__starts_at").first(),
        "registration": registration,
        "steps": steps_of(registration) if registration else [],
        "step": next_of(registration) if registration else None,
        "membership": Membership.objects.current().filter(person=person).select_related("squad", "team__place").first(),
        "totals": entries.totals(),
        "months": [{"label": f"{n}月", "value": hours} for n, hours in enumerate(months, 1)],
        "waiting": sum(c.hours or 0 for c in claims.filter(status="reported")),
        "near": Task.objects.open_for(person).not_held_by(person)[:3],
        "greeting": _greeting(timezone.localtime(now).hour),
    }


def _greeting(hour: int) -> str:
    return "上午好" if 5 <= hour < 12 else "下午好" if 12 <= hour < 18 else "晚上好"
