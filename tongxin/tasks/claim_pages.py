"""What the pages of claims show: mine, the verifier's, the decider's. A constant number of queries each."""

from collections import defaultdict

from django.core.paginator import Paginator
from django.db.models import Case, When

from tongxin.access.policy import Permission as P
from tongxin.access.rules import can, may_anywhere
from tongxin.journal.models import Event, kind_of
from tongxin.service.pages import tabs as desk_tabs
from tongxin.teams.models import Membership

from .models import Claim, Incident, Task
from .pages import DESK_PAGE, PHONE_PAGE, SHAPES, moves, tabs

SAID = {  # what somebody said about the hours, and who hears it as what
    "claim.correct": "核验的人更正",
    "claim.mark_absent": "核验的人认为没有参加",
    "claim.dispute": "本人有异议",
    "claim.pass_on": "本人没有回应，转居村裁定",
    "claim.decide": "裁定",
    "claim.decide_none": "裁定为没有参加",
}


def voices(claims) -> dict[int, list[dict]]:
    """What was said about these claims, oldest first: one query for any number."""
    found = Event.objects.filter(
        subject_kind=kind_of(Claim), subject_id__in=[claim.pk for claim in claims], verb__in=SAID
    ).order_by("id")
    said = defaultdict(list)
    for event in found:
        said[event.subject_id].append({"who": SAID[event.verb], "words": event.reason, "at": event.at})
    return said


def mine_page(person, *, which, number) -> dict:
    """My claims: what is in hand, what I still have to do first; or what is over, latest first."""
    own = Claim.objects.of(person)
    mine_to_do = When(status__in=[Claim.Status.CORRECTED, Claim.Status.CLAIMED, Claim.Status.WAITING], then=0)
    in_hand = own.in_hand().order_by(Case(mine_to_do, default=1), "task__starts_at", "pk")
    over = own.exclude(status__in=Claim.HOLDING).order_by("-task__starts_at", "-pk")
    page = Paginator(over if which == "over" else in_hand, PHONE_PAGE).get_page(number)
    said = voices(page)
    return {
        "page": page,
        "rows": [
            {"claim": claim, "task": claim.task, "moves": moves(claim, person), "said": said[claim.pk][-1:]}
            for claim in page
        ],
        "shapes": SHAPES,
        "which": which,
        "tabs": tabs("mine", near=Task.objects.open_for(person).not_held_by(person).count(), mine=in_hand.count()),
        "filters": [
            {"label": "手上的", "url": "?", "current": which != "over"},
            {"label": "做过的", "url": "?which=over", "current": which == "over"},
        ],
    }


def verify_page(person, *, number) -> dict:
    """Reports waiting for this person, oldest first, with what a human should look at; own ones with why not."""
    page = Paginator(Claim.objects.to_verify(person), DESK_PAGE).get_page(number)
    same_time, names = at_the_same_time(page), Names(page, person)
    return {
        "page": page,
        "rows": [
            {
                "claim": claim,
                "name": names.of(claim),
                "own": claim.person_id == person.pk,
                "over_plan": claim.hours > claim.task.planned_hours,
                "elsewhere": [
                    other.task.title if can(person, P.VIEW_TASK, other.task.place) else "别的居村的任务"
                    for other in same_time[claim.pk]
                ],
            }
            for claim in page
        ],
        "decides": decides(person),
        "samples": may_anywhere(person, P.CHECK_HOURS),
        "incidents": Incident.objects.open_at(person).count(),
    }


def at_the_same_time(claims) -> dict[int, list[Claim]]:
    """Other claims of the same person whose times overlap (two places at once); one query for a page."""
    fixed = [claim for claim in claims if not claim.task.flexible]
    overlapping = defaultdict(list)
    if not fixed:
        return overlapping
    others = Claim.objects.filter(
        person__in={claim.person_id for claim in fixed}, status__in=Claim.WORKED, task__flexible=False,
        task__starts_at__lt=max(claim.task.ends_at for claim in fixed),
        task__ends_at__gt=min(claim.task.starts_at for claim in fixed),
    ).exclude(status=Claim.Status.ABSENT).select_related("task__place")  # fmt: skip
    by_person = defaultdict(list)
    for other in others:
        by_person[other.person_id].append(other)
    for claim in fixed:
        overlapping[claim.pk] = [other for other in by_person[claim.person_id] if _overlap(claim, other)]
    return overlapping


def _overlap(one, other) -> bool:
    apart = one.task.ends_at <= other.task.starts_at or other.task.ends_at <= one.task.starts_at
    return one.pk != other.pk and not apart


class Names:
    """How a reader may read the names in these claims: in full where they may read the register the person stands in."""

    def __init__(self, claims, reader):
        self.reader = reader
        guests = [claim.person_id for claim in claims if claim.task.open_to_id]
        members = Membership.objects.current().filter(person__in=guests).select_related("team__place") if guests else []
        self.registers = {member.person_id: member.team.place for member in members}

    def of(self, claim) -> str:
        place = self.registers.get(claim.person_id, claim.place)
        return claim.person.name if can(self.reader, P.VIEW_REGISTRATION, place) else claim.person.shown_as


def decides(person) -> bool:
    return may_anywhere(person, P.DECIDE_DISPUTE) or may_anywhere(person, P.DECIDE_APPEAL)


def claim_page(claim, person) -> dict:
    """One claim with everything said about its hours."""
    return {
        "claim": claim,
        "task": claim.task,
        "name": Names([claim], person).of(claim),
        "said": voices([claim])[claim.pk],
        "moves": moves(claim, person),
        "elsewhere": at_the_same_time([claim])[claim.pk],
    }


def disputes_page(person, *, number) -> dict:
    """Disagreements to decide, oldest first, both sides side by side."""
    page = Paginator(Claim.objects.to_decide(person), DESK_PAGE).get_page(number)
    said, names = voices(page), Names(page, person)
    return {
        "page": page,
        "tabs": desk_tabs(person, "tasks:disputes"),
        "rows": [
            {
                "claim": claim,
                "task": claim.task,
                "name": names.of(claim),
                "said": said[claim.pk],
                "moves": moves(claim, person),
            }
            for claim in page
        ],
    }


def incidents_page(person, *, number) -> dict:
    """What was noted at tasks here, what waits first; for who noted it, that somebody is looking after it."""
    open_first = Case(When(status=Incident.Status.CLOSED, then=1), default=0)
    page = Paginator(Incident.objects.readable_by(person).order_by(open_first, "-pk"), PHONE_PAGE).get_page(number)
    names = Names(page, person)
    return {
        "page": page,
        "rows": [{"incident": one, "name": names.of(one), "moves": moves(one, person)} for one in page],
        "shapes": {"open": "urgent", "seen": "doing", "closed": "done"},
    }
