"""撤并调整: neighbourhoods renamed, split, merged, estates and members moved; a preview first, history afterwards."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongxin.access.policy import Permission as P
from tongxin.access.rules import may_anywhere, scope
from tongxin.journal.models import Event
from tongxin.teams.models import Reorganisation
from tongxin.workflow.transitions import open_moves

from .journal_words import VERBS
from .reorganise_forms import FORMS, ChooseForm, Kind

PER_PAGE = 50
ABOUT = {
    Kind.RENAME: "居村改了名称或代码，人和队伍不动。",
    Kind.SPLIT: "一个居村分成几个，小区各归各，人跟着住处走。",
    Kind.MERGE: "一个居村并入另一个，队伍、职务、任务一起过去。",
    Kind.TRANSFER: "几个小区划到另一个居村，住在那里的人一起过去。",
    Kind.MEMBERS: "住处不变，把几位队员划到同一街镇的另一支队伍。",
}
STATES = {"planned": "wait", "applied": "done", "cancelled": "off", "failed": "late"}


def _mine(person):
    if not may_anywhere(person, P.REORGANISE):
        raise PermissionDenied
    return Reorganisation.objects.filter(scope(person, P.REORGANISE)).select_related("place__parent", "target", "by")


@require_GET
def reorganise(request):
    """What can be changed, what is planned, what was done."""
    page = Paginator(_mine(request.user), PER_PAGE).get_page(request.GET.get("page"))
    kinds = [{"key": kind.value, "label": kind.label, "text": ABOUT[kind]} for kind in Kind]
    rows = [{"it": one, "kind": STATES[one.status]} for one in page]
    return render(request, "web/reorganise.html", {"page": page, "rows": rows, "kinds": kinds})


@require_http_methods(["GET", "POST"])
def new(request, kind):
    """One change: which neighbourhood, how; then what it would do; then done."""
    _mine(request.user)
    if kind not in FORMS:
        raise Http404
    choose = ChooseForm(request.GET if "place" in request.GET else None, person=request.user)
    context = {"kind": Kind(kind), "about": ABOUT[kind], "choose": choose}
    if not choose.is_valid():
        return render(request, "web/reorganise_new.html", context)
    place = choose.cleaned_data["place"]
    form = FORMS[kind](request.POST or None, place=place, person=request.user)
    outcome = None
    if request.method == "POST" and form.is_valid():
        if "sure" in request.POST:
            return _decide(request, form.prepared())
        outcome = form.prepared().preview()
    return render(request, "web/reorganise_new.html", context | {"place": place, "form": form, "outcome": outcome})


def _decide(request, prepared):
    done = prepared.decide(by=request.user)
    said = f"已安排，{done.on.month}月{done.on.day}日自动办理" if done.is_planned else "办好了，有关的人都会收到通知"
    messages.success(request, said)
    return redirect("web:reorganised", pk=done.pk)


@require_GET
def reorganised(request, pk):
    """What a change did, or is going to do."""
    one = get_object_or_404(_mine(request.user), pk=pk)
    moves = {move.name for move in open_moves(one, request.user)}
    events = [(VERBS[event.verb], event) for event in Event.objects.about(one).exclude(verb="reorganisation.apply")]
    context = {"it": one, "kind": STATES[one.status], "moves": moves, "events": events}
    return render(request, "web/reorganised.html", context)


@require_POST
def cancel(request, pk):
    """Call a planned change off."""
    one = get_object_or_404(_mine(request.user), pk=pk)
    one.cancel(by=request.user, reason=request.POST.get("reason", "")[:200])
    messages.success(request, "已取消，什么都没有变")
    return redirect("web:reorganised", pk=pk)
