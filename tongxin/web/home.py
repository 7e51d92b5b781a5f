"""The phone home of a member: what waits for an answer, the next thing, where one stands, hours, what is near."""

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from tongxin.access.policy import Permission as P
from tongxin.access.rules import may_anywhere
from tongxin.people.models import selves
from tongxin.registrations.models import Registration
from tongxin.registrations.steps import next_of, steps_of
from tongxin.service.models import Dispute, Entry, Statement
from tongxin.tasks.models import Claim, Task
from tongxin.teams.models import Invitation, Membership

from .waiting import todo


def home_page(person) -> dict:
    """Everything the page shows; a constant number of queries."""
    now, year = timezone.now(), timezone.localdate().year
    claims = Claim.objects.of(person).filter(status__in=[*Claim.HOLDING]).select_related("task__place", "task__contact")
    # What has its hour comes before what is done when it suits.
    claims = sorted(claims, key=lambda claim: (claim.task.flexible, claim.task.starts_at))
    coming = (one for one in claims if one.status in ("claimed", "waiting") and one.task.ends_at > now)
    done = (one for one in claims if one.status == "claimed" and one.task.ends_at <= now)
    registration = Registration.objects.current_of(person)
    entries = Entry.objects.of(person).in_year(year)
    months = [0] * 12
    for served_on, hours in entries.values_list("served_on", "hours"):
        months[served_on.month - 1] += hours
    return {
        "today": now,
        "answers": _answers(person, claims, now),
        "next": next(coming, None),
        "to_report": next(done, None),
        "registration": registration,
        "steps": steps_of(registration) if registration else [],
        "step": next_of(registration) if registration else None,
        "membership": Membership.objects.current().filter(person=person).select_related("squad", "team__place").first(),
        "totals": entries.totals(),
        "months": [{"label": f"{n}月", "value": hours} for n, hours in enumerate(months, 1)],
        "waiting": sum(one.hours for one in claims if one.status == "reported"),
        "near": Task.objects.open_for(person).not_held_by(person)[:3],
        "greeting": _greeting(timezone.localtime(now).hour),
    }


def _answers(person, claims, now) -> list[dict]:
    """What the house would like to hear from this person; none of it has to be."""
    rows = [
        (
            "时长有更正，请您看看",
            f"{one.task.title}，{_until(one.answer_by)}前回应",
            reverse("tasks:answer", args=[one.pk]),
        )
        for one in claims
        if one.status == "corrected"
    ]
    for one in Invitation.objects.of(person).pending():
        rows.append(
            (
                f"请您担任{one.post}",
                f"{_until(one.due_on)}前答复，愿意不愿意都可以",
                reverse("teams:invitation", args=[one.pk]),
            )
        )
    answered = Q(status__in=["answered", "decided"])
    for one in Dispute.objects.of(person).filter(answered):
        rows.append(("您的时长异议有了答复", one.what, reverse("service:dispute", args=[one.pk])))
    for one in Statement.objects.filter(
        person__in=selves(person), year__review__status="review", year__review__due_at__gt=now
    ).select_related("year__review"):
        said = f"{_until(one.year.review.due_at)}前有不对的可以提出"
        rows.append((f"{one.year.year}年时长单，请您核对", said, reverse("service:statement", args=[one.year.year])))
    return [{"title": title, "text": text, "url": url} for title, text, url in rows]


def _until(when) -> str:
    day = timezone.localtime(when) if hasattr(when, "hour") else when
    return f"{day.month}月{day.day}日"


def _greeting(hour: int) -> str:
    return "上午好" if 5 <= hour < 12 else "下午好" if 12 <= hour < 18 else "晚上好"


def captain_page(person) -> dict:
    """What waits for a captain or leader; empty for members."""
    return {"todo": todo(person)} if may_anywhere(person, P.VERIFY_CLAIM) else {}
