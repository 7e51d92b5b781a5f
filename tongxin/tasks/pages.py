"""What the pages of this room show, put together in a constant number of queries."""

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.db.models import Count, Prefetch, Q, prefetch_related_objects
from django.urls import reverse
from django.utils import timezone

from tongxin.access.policy import Permission as P
from tongxin.access.rules import can, may_anywhere
from tongxin.teams.models import Membership
from tongxin.workflow.transitions import open_moves

from . import reach
from .models import Claim, Task
from .models.incident import is_on, may_note
from .offers import FILTERS, Reader, offer, offers

PHONE_PAGE, DESK_PAGE = 20, 50
PEOPLE = Prefetch("claims", Claim.objects.select_related("person"))
SHAPES = {
    "waiting": "wait", "claimed": "doing", "reported": "wait", "corrected": "late", "disputed": "wait", "verified": "done",
    "withdrawn": "off", "dropped": "off", "released": "off", "absent": "off",
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
    reader = Reader.of(person)
    open_here = Task.objects.open_for(person, home=reader.home)
    which = which if which in dict.fromkeys(key for key, _, _ in FILTERS) else ""
    keep = next(rule for key, _, rule in FILTERS if key == which)
    page = Paginator(keep(open_here, reader), PHONE_PAGE).get_page(number)
    held = Claim.objects.of(person).held_counts()
    return {
        "page": page,
        "offers": offers(page.object_list, person, reader),
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


def detail_page(task, person) -> dict:
    """One task as this reader sees it: what they can do with it, and who is in if they run it."""
    mine = offer(task, person)
    page = {
        "task": task,
        "offer": mine,
        "claim": mine.claim,
        "shape": SHAPES[task.status],
        "tab": board_tab(task),
        "claim_moves": moves(mine.claim, person) if mine.claim else {},
        "helps": is_on(task) and may_note(task, person),
        "may_claim": reach.may_claim(person, task),
    }
    if can(person, P.VERIFY_CLAIM, task.place) or can(person, P.PUBLISH_TASK, task.place):
        prefetch_related_objects([task], PEOPLE)
        page |= {"people": inside([task], person)[0].people, "runs_it": True, "shapes": SHAPES}
        page["plans"] = can(person, P.PUBLISH_TASK, task.place)
    return page | {"moves": moves(task, person)}


@dataclass
class Row:
    """One task on the board."""

    task: Task
    people: list[tuple[str, Claim]]  # how the reader may read the name, and the claim
    waiting: int
    moves: dict


def inside(tasks, person) -> list[Row]:
    """Who is or was in each task, by name for those who may read their register, else as they are shown."""
    tasks = list(tasks)
    guests = _guests(tasks)
    rows = []
    for task in tasks:
        claims = [claim for claim in task.claims.all() if claim.late or claim.status != Claim.Status.WITHDRAWN]
        people = [(_name(claim.person, guests.get(claim.person_id, task.place), person), claim) for claim in claims]
        waiting = sum(claim.status == Claim.Status.WAITING for claim in claims)
        rows.append(Row(task=task, people=people, waiting=waiting, moves=moves(task, person)))
    return rows


def _name(person, place, reader) -> str:
    return person.name if can(reader, P.VIEW_REGISTRATION, place) else person.shown_as


def _guests(tasks) -> dict:
    """Where the people in tasks that are open to others are members: whose register they stand in decides on names."""
    people = [claim.person_id for task in tasks if task.open_to_id for claim in task.claims.all()]
    if not people:
        return {}
    members = Membership.objects.current().filter(person__in=people).select_related("team__place")
    return {member.person_id: member.place for member in members}


def board_tabs(now) -> list[tuple]:
    """Key in the address, words, shape, condition; what is over leaves 可认领 the moment it ends."""
    status = Task.Status
    return [
        ("open", status.OPEN.label, "doing", Q(status=status.OPEN, ends_at__gt=now)),
        ("over", "等登记", "wait", Q(status=status.OPEN, ends_at__lte=now)),
        ("draft", status.DRAFT.label, "wait", Q(status=status.DRAFT)),
        ("closed", status.CLOSED.label, "done", Q(status=status.CLOSED)),
        ("cancelled", status.CANCELLED.label, "off", Q(status=status.CANCELLED)),
    ]


def board_tab(task) -> str:
    """The tab of the board a task stands under."""
    return "over" if task.is_open and task.ended else task.status


def board_page(person, *, status, number) -> dict:
    """The tasks of the places where this person publishes, by status."""
    own = Task.objects.published_by(person)
    tabs = board_tabs(timezone.now())
    status = status if status in [key for key, *_ in tabs] else "open"
    counts = own.order_by().aggregate(**{f"n_{key}": Count("pk", filter=rule) for key, _, _, rule in tabs})
    rule = next(rule for key, _, _, rule in tabs if key == status)
    order = ("starts_at", "pk") if status in ("open", "over", "draft") else ("-starts_at", "-pk")
    page = Paginator(own.filter(rule).prefetch_related(PEOPLE).order_by(*order), PHONE_PAGE).get_page(number)
    return {
        "page": page,
        "rows": inside(page, person),
        "shapes": SHAPES,
        "filters": [
            {
                "label": words,
                "url": f"?status={key}",
                "current": key == status,
                "kind": shape,
                "count": counts[f"n_{key}"],
            }
            for key, words, shape, _ in tabs
        ],
    }
