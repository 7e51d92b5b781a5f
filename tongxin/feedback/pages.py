"""What the pages of this room show."""

from django.core.paginator import Paginator
from django.urls import reverse
from django.utils import timezone

from tongxin.access.rules import held_by
from tongxin.places.models import Level
from tongxin.workflow.transitions import open_moves

from .models import Feedback

S = Feedback.Status
PAGE = 50
SHAPES = {
    S.HELD: "wait",
    S.RECEIVED: "wait",
    S.IN_HAND: "doing",
    S.ANSWERED: "done",
    S.REOPENED: "doing",
    S.CLOSED: "off",
}
TABS = [("", "待办", Feedback.WAITING), ("answered", "已答复", [S.ANSWERED]), ("closed", "已结束", [S.CLOSED])]
NEXT = {
    S.HELD: "今天从您这个网络来的留言比较多，区里先看一眼，再按顺序办。",
    S.RECEIVED: "区里会有人来办。您现在不用做什么。",
    S.IN_HAND: "区里有人在办。您现在不用做什么。",
    S.REOPENED: "您说不满意，区里再办一次。",
    S.ANSWERED: "请看一看答复。满意、不满意都可以点一下，不点也可以。",
    S.CLOSED: "这件事到此结束。还有话说，可以再留一条。",
}


def initial(person) -> dict:
    """The neighbourhood of somebody signed in, so that it need not be looked for."""
    homes = [place for _, place in held_by(person)] if person else []
    unit = next((place for place in homes if place.level == Level.NEIGHBOURHOOD), None)
    return {"unit": unit.pk} if unit else {}


def follow_page(feedback) -> dict:
    """How it stands, for whoever wrote it."""
    return {"it": feedback, "shape": SHAPES[feedback.status], "next": NEXT[feedback.status]}


def desk_page(person, *, status, number) -> dict:
    """One tab of the desk and the counts of all."""
    mine = Feedback.objects.for_handler(person)
    counts = mine.counts()
    wanted = next((states for name, _, states in TABS if name == status), Feedback.WAITING)
    rows = mine.filter(status__in=wanted).select_related("about", "handler").order_by("due_at", "pk")
    page = Paginator(rows, PAGE).get_page(number)
    now = timezone.now()
    return {
        "page": page,
        "rows": [{"it": one, "shape": "late" if one.is_late() else SHAPES[one.status]} for one in page],
        "late": mine.late(now).count(),
        "tabs": [
            {
                "label": label, "url": reverse("feedback:desk") + (f"?status={name}" if name else ""),
                "current": name == status, "count": sum(counts.get(state, 0) for state in states),
            }
            for name, label, states in TABS
        ],
    }  # fmt: skip


def detail_page(feedback, person) -> dict:
    """One at the desk, with the moves this person can make now."""
    moves = {move.name for move in open_moves(feedback, person)}
    return {
        "it": feedback, "shape": "late" if feedback.is_late() else SHAPES[feedback.status], "moves": moves,
        "may_see_contact": feedback.has_contact and feedback.handler_id == person.pk,
    }  # fmt: skip
