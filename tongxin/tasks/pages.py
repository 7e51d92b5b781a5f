"""What the pages of this room show, put together in a constant number of queries."""

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.db.models import Case, Count, Prefetch, When, prefetch_related_objects
from django.urls import reverse

from tongxin.access.policy import Permission as P
from tongxin.access.rules import can, may_anywhere
from tongxin.workflow.transitions import open_moves

from .models import Claim, Task
from .offers import FILTERS, offer, offers

PHONE_PAGE, DESK_PAGE = 20, 50
PEOPLE = Prefetch("claims", Claim.objects.select_related("person"))
SHAPES = {
    "waiting": "wait", "claimed": "doing", "reported": "wait", "verified": "done", "withdrawn": "off", "dropped": "off",
    "draft": "wait", "open": "doing", "closed": "done", "cancelled": "off",
}  # fmt: skip


def moves(subject, person) -> dict:
    """The moves open to this person, by name: the buttons."""
    return {move.name: move for move in open_moves(subject, person)}


def tabs(current, *, near, mine) -> list[dict]:
    return [
        {"label": "附近可认领", "url": reverse("tasks:list"), "count": near, "current": current == "list"},
        {"label": "我认领的", "url": reverse("tasks:mine"), "count": mine, "current": current == "mine"},
    ]


def list_page(person, *, which, number) -> dict:
    """What is open near this person, filtered, a page of it."""
    open_here = Task.objects.open_for(person)
    which = which if which in dict.fromkeys(key for key, _, _ in FILTERS) else ""
    keep = next(rule for key, _, rule in FILTERS if key == which)
    page = Paginator(keep(open_here), PHONE_PAGE).get_page(number)
    held = Claim.objects.of(person).held_counts()
    return {
        "page": page,
        "offers": offers(page.object_list, person),
        "which": which,
        "publishes": may_anywhere(person, P.PUBLISH_TASK),
        "verifies": may_anywhere(person, P.VERIFY_CLAIM),
        "tabs": tabs(
            "list",
            near=max((open_here.count() if which else page.paginator.count) - held["open"], 0),
            mine=held["all"],
        ),
        "filters": [
            {"label": words, "url": f"?which={key}" if key else "?", "current": key == which}
            for key, words, _ in FILTERS
        ],
    }


def mine_page(person, *, which, number) -> dict:
    """My claims: what is in hand, what I still have to do first; or what is over, latest first."""
    own = Claim.objects.of(person)
    to_do_first = Case(When(status=Claim.Status.REPORTED, then=1), default=0)
    in_hand = own.in_hand().order_by(to_do_first, "task__starts_at", "pk")
    over = own.exclude(status__in=Claim.HOLDING).order_by("-task__starts_at", "-pk")
    page = Paginator(over if which == "over" else in_hand, PHONE_PAGE).get_page(number)
    return {
        "page": page,
        "rows": [{"claim": claim, "task": claim.task, "moves": moves(claim, person)} for claim in page],
        "shapes": SHAPES,
        "which": which,
        "tabs": tabs("mine", near=Task.objects.open_for(person).not_held_by(person).count(), mine=in_hand.count()),
        "filters": [
            {"label": "手上的", "url": "?", "current": which != "over"},
            {"label": "做过的", "url": "?which=over", "current": which == "over"},
        ],
    }


def detail_page(task, person) -> dict:
    """One task as this reader sees it: what they can do with it, and who is in if they run it."""
    mine = offer(task, person)
    page = {
        "task": task,
        "offer": mine,
        "claim": mine.claim,
        "shape": SHAPES[task.status],
        "claim_moves": moves(mine.claim, person) if mine.claim else {},
        "may_claim": can(person, P.CLAIM_TASK, task.place),
    }
    if can(person, P.VERIFY_CLAIM, task.place) or can(person, P.PUBLISH_TASK, task.place):
        prefetch_related_objects([task], PEOPLE)
        page |= {"people": inside([task], person)[0].people, "runs_it": True, "shapes": SHAPES}
    return page | {"moves": moves(task, person)}


@dataclass
class Row:
    """One task on the board."""

    task: Task
    people: list[tuple[str, Claim]]  # how the reader may read the name, and the claim
    waiting: int
    moves: dict


def inside(tasks, person) -> list[Row]:
    """Who is or was in each task, by name for those who may read the register of newcomers, else as they are shown."""
    rows = []
    for task in tasks:
        full = can(person, P.VIEW_REGISTRATION, task.place)
        claims = [claim for claim in task.claims.all() if claim.status != Claim.Status.WITHDRAWN]
        people = [(claim.person.name if full else claim.person.shown_as, claim) for claim in claims]
        waiting = sum(claim.status == Claim.Status.WAITING for claim in claims)
        rows.append(Row(task=task, people=people, waiting=waiting, moves=moves(task, person)))
    return rows


def board_page(person, *, status, number) -> dict:
    """The tasks of the places where this person publishes, by status."""
    own = Task.objects.published_by(person)
    status = status if status in Task.Status.values else Task.Status.OPEN
    counts = dict(own.order_by().values_list("status").annotate(n=Count("pk")))
    order = ("starts_at", "pk") if status in (Task.Status.OPEN, Task.Status.DRAFT) else ("-starts_at", "-pk")
    page = Paginator(own.filter(status=status).prefetch_related(PEOPLE).order_by(*order), PHONE_PAGE).get_page(number)
    return {
        "page": page,
        "rows": inside(page, person),
        "shapes": SHAPES,
        "filters": [
            {
                "label": s.label,
                "url": f"?status={s}",
                "current": s == status,
                "kind": SHAPES[s],
                "count": counts.get(s, 0),
            }
            for s in Task.Status
        ],
    }


def verify_page(person, *, number) -> dict:
    """Reports waiting for this person, oldest first; own ones are shown with the reason why not."""
    page = Paginator(Claim.objects.to_verify(person), DESK_PAGE).get_page(number)
    return {
        "page": page,
        "rows": [
            {
                "claim": claim,
                "name": claim.person.name if can(person, P.VIEW_REGISTRATION, claim.place) else claim.person.shown_as,
                "own": claim.person_id == person.pk,
                "over_plan": claim.hours > claim.task.planned_hours,
            }
            for claim in page
        ],
    }
