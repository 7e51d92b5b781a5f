"""What the pages of this room show, put together in a constant number of queries."""

from django.core.paginator import Paginator
from django.db.models import Count
from django.db.models.functions import Coalesce, ExtractYear
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from tongxin.access.policy import Permission as P
from tongxin.access.rules import can, may_anywhere, places_where, scope
from tongxin.journal.models import Event
from tongxin.people.models import Consent, Person, Purpose
from tongxin.places.models import Level
from tongxin.places.spelling import pinyin_of
from tongxin.workflow.transitions import OWN, moves_of, open_moves

from .models import BackEntry, Dispute, Entry, PointsSwitch, Review, Rule, findings

DESK_PAGE = 50
SHAPES = {
    "open": "wait", "answered": "doing", "asked": "wait", "decided": "doing", "appealed": "wait", "final": "done", "closed": "done",
    "withdrawn": "off", "pending": "wait", "confirmed": "done", "returned": "late", "draft": "wait", "approved": "doing",
    "active": "done", "retired": "off", "frozen": "wait", "review": "doing",
}  # fmt: skip
SAID = {
    "dispute.submit": "提出异议", "dispute.answer_it": "答复", "dispute.escalate": "到期没有答复，转居村裁定", "dispute.ask": "请居村裁定",
    "dispute.decide": "居村裁定", "dispute.pass_up": "转街镇裁定", "dispute.appeal": "请街镇复核", "dispute.finish": "街镇复核决定",
    "dispute.accept": "没有意见了", "dispute.lapse": "到期了结", "dispute.withdraw": "本人撤回", "dispute.late": "复核超过了期限",
}  # fmt: skip
TABS = [
    ("异议", "service:disputes", (P.VERIFY_CLAIM, P.DECIDE_DISPUTE, P.DECIDE_APPEAL)),
    ("更正有异议", "tasks:disputes", (P.DECIDE_DISPUTE, P.DECIDE_APPEAL)),
    ("补录", "service:back_entries", (P.ENTER_HOURS, P.CONFIRM_HOURS)),
    ("核对", "service:check_list", (P.CHECK_HOURS,)),
    ("抽查", "tasks:sample", (P.CHECK_HOURS,)),
    ("年度", "service:years", (P.CLOSE_YEAR,)),
    ("积分规则", "service:rules_desk", (P.SET_RULE,)),
]


def tabs(reader, current) -> list[dict]:
    """The desk pages about hours that are the reader's job, those of tasks too."""
    return [
        {"label": label, "url": reverse(name), "current": name == current}
        for label, name, needs in TABS
        if any(may_anywhere(reader, permission) for permission in needs)
    ]


def called(person, reader, place) -> str:
    """The name as this reader may read it there."""
    full = can(reader, P.VIEW_REGISTRATION, place) or can(reader, P.VIEW_ROSTER, place)
    return person.name if full or person == reader else person.shown_as


# disputes


def own_step(verb):
    """The declared step of the person themself behind an address. Raises Http404."""
    for move in moves_of(Dispute):
        if move.name == verb and move.permission == OWN:
            return move
    raise Http404


def dispute_page(dispute, reader) -> dict:
    """One dispute as both sides see it: the line, what was said, by whom, what comes next and by when."""
    moves = {move.name: move for move in open_moves(dispute, reader)}
    events = list(Event.objects.about(dispute))
    actors = Person.objects.in_bulk({event.actor_id for event in events} - {None})
    line = [
        {"kind": "late" if event.verb == "dispute.late" else "done", "what": _what(event), "when": _when(event.at),
         "by": "系统" if event.actor_id is None else "本人" if event.actor_id == dispute.person_id else _shown(actors, event)}
        for event in reversed(events)
    ]  # fmt: skip
    return {
        "dispute": dispute, "moves": moves, "line": line, "shape": SHAPES[dispute.status], "standing": dispute.standing,
        "verdict": next((move for move in moves.values() if "hours" in move.asks), None),
        "say": next((move for move in moves.values() if move.permission == OWN and move.asks), None),
        "waits": dispute.status in Dispute.WAITING,
        "who": called(dispute.person, reader, dispute.place),
    }  # fmt: skip


def _shown(actors, event) -> str:
    return actors[event.actor_id].shown_as if event.actor_id in actors else ""


def _what(event) -> str:
    said = SAID.get(event.verb, event.verb)
    return f"{said}：{event.reason}" if event.reason else said


def _when(at) -> str:
    local = timezone.localtime(at)
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"


def disputes_page(reader, *, which, number) -> dict:
    """What waits for this reader, or everything they may look at."""
    todo = Dispute.objects.waiting_for(reader)
    rows = Dispute.objects.handled_by(reader).order_by("-pk") if which == "all" else todo
    page = Paginator(rows, DESK_PAGE).get_page(number)
    return {
        "page": page, "rows": [(one, called(one.person, reader, one.place)) for one in page], "shapes": SHAPES, "now": timezone.now(),
        "tabs": tabs(reader, "service:disputes"), "filters": _filters(which, [("", "等我办的"), ("all", "全部")]),
    }  # fmt: skip


def _filters(which, choices) -> list[dict]:
    return [{"label": label, "url": f"?which={key}" if key else "?", "current": key == which} for key, label in choices]


# hours from paper


def back_page(reader, *, which, number) -> dict:
    """What waits for a second person, or all of it; who only enters begins with all of it."""
    choices = [("", "等我确认的"), ("returned", "退回的"), ("all", "全部")]
    if not may_anywhere(reader, P.CONFIRM_HOURS):
        choices, which = [("all", "全部"), ("returned", "退回的")], which or "all"
    rows = BackEntry.objects.read_by(reader).order_by("-pk") if which == "all" else BackEntry.objects.to_confirm(reader)
    if which == "returned":
        rows = BackEntry.objects.read_by(reader).filter(status=BackEntry.Status.RETURNED).order_by("pk")
    page = Paginator(rows, DESK_PAGE).get_page(number)
    return {
        "page": page, "shapes": SHAPES, "tabs": tabs(reader, "service:back_entries"),
        "rows": [(one, called(one.person, reader, one.place), _names(open_moves(one, reader))) for one in page],
        "filters": _filters(which, choices),
        "enters": may_anywhere(reader, P.ENTER_HOURS), "which": which,
    }  # fmt: skip


def _names(moves) -> set[str]:
    return {move.name for move in moves}


def sheet_people(form, reader) -> list[tuple]:
    """The members a paper sheet may name: person, name, ticked, hours typed."""
    ticked = form.ticked()
    return [
        (one, called(one, reader, form.here), str(one.pk) in ticked, form.data.get(f"hours_{one.pk}", ""))
        for one in form.people()
    ]


# years and rules


def years_page(reader) -> dict:
    """The closed years of the reader's districts, the newest first, with what is still in dispute."""
    reviews = Review.objects.filter(scope(reader, P.CLOSE_YEAR, "year__place")).select_related(
        "year__place", "confirmed_by"
    )
    of_year = Coalesce("entry__year", ExtractYear("served_on"))
    active = Dispute.objects.filter(scope(reader, P.CLOSE_YEAR), status__in=Dispute.ACTIVE).order_by()
    counts = {}
    for path, year, n in active.annotate(of=of_year).values_list("place__path", "of").annotate(n=Count("pk")):
        key = (int(path.split("/")[1]), year)
        counts[key] = counts.get(key, 0) + n
    rows = [
        {"review": review, "closed": review.year, "disputes": counts.get((review.year.place_id, review.year.year), 0),
         "shape": SHAPES[review.status], "moves": _names(open_moves(review, reader))}
        for review in reviews.order_by("-year__year", "year__place")
    ]  # fmt: skip
    return {"rows": rows, "tabs": tabs(reader, "service:years"), "switches": switches_of(reader)}


def switches_of(reader) -> list[tuple]:
    """(district, its switch or None) where the reader sets rules."""
    districts = places_where(reader, P.SET_RULE).filter(level=Level.DISTRICT, until=None)
    found = {row.place_id: row for row in PointsSwitch.objects.filter(place__in=districts).select_related("by")}
    return [(place, found.get(place.pk)) for place in districts]


def rules_page(reader) -> dict:
    """Every version, drafts too, with the steps open to this reader."""
    rules = Rule.objects.select_related("drafted_by", "approved_by", "place").order_by("-since", "-pk")
    rows = [
        {"rule": rule, "shape": SHAPES.get(rule.status, "off"),
         "moves": _names(open_moves(rule, reader)) if rule.place else set()}
        for rule in rules
    ]  # fmt: skip
    return {"rows": rows, "tabs": tabs(reader, "service:rules_desk"), "switches": switches_of(reader)}


# thanks


def thanks_of(place, year: int) -> list[str]:
    """Who agreed to be thanked by name and did something there in that year: the form of address, by pinyin, nothing else."""
    if "thanks" not in Purpose.values:
        return []
    agreed = Consent.objects.filter(purpose="thanks", withdrawn_at=None).values("person")
    lines = Entry.objects.filter(place__path__under=place.path, served_on__year=year, reverses=None, reversed_by=None)
    people = Person.objects.filter(pk__in=lines.filter(person__in=agreed).values("person"), is_active=True)
    return sorted((one.shown_as for one in people), key=lambda name: (pinyin_of(name), name))


# what a human should look at


def check_page(reader, *, number) -> dict:
    """The findings nobody has looked at yet, with the rows behind each."""
    page = Paginator(findings(reader), DESK_PAGE).get_page(number)
    return {
        "page": page, "tabs": tabs(reader, "service:check_list"),
        "rows": [(one, called(one.person, reader, one.place)) for one in page],
    }  # fmt: skip
