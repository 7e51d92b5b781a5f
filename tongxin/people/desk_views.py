"""What the office does for people (人员事项): names, numbers and kinds to confirm, and rows that are one person."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from .forms import FindForm, MergeForm, ReasonForm
from .kinds import confirm_kind, to_confirm
from .merges import Merge, merge
from .models import Correction, NumberChange
from .numbers import unreachable
from .reach import CHANGE_NUMBER, MERGE, card_of, in_reach, may_at_all
from .twins import find_people, same_names


def _ask(request, permission):
    if not may_at_all(request.user, permission):
        raise PermissionDenied


@require_GET
def matters(request):
    """What waits for a word of the office, and a way to find somebody whose number is lost."""
    reader = request.user
    _ask(request, CHANGE_NUMBER)
    form = FindForm(request.GET or None)
    waiting = NumberChange.in_reach_of(reader).filter(status=NumberChange.Status.WAITING).order_by("due_at")
    page = {
        "form": form,
        "found": find_people(in_reach(reader, CHANGE_NUMBER), form.typed()),
        "numbers": waiting[:50],
        "names": Correction.waiting_for(reader)[:50],
        "kinds": to_confirm(reader)[:50],
        "unreachable": Paginator(unreachable(reader), 50).get_page(request.GET.get("page")),
    }
    return render(request, "people/matters.html", page)


@require_POST
def decide_number(request, pk):
    """Free a number that went to somebody else, or stop a change."""
    change = get_object_or_404(NumberChange.in_reach_of(request.user), pk=pk)
    if request.POST.get("action") == "confirm":
        change.confirm(by=request.user)
    else:
        change.stop(by=request.user, reason=request.POST.get("reason", "")[:200])
    messages.success(request, "已办好，两边都会收到短信")
    return redirect("people:matters")


@require_POST
def decide_name(request, pk):
    """The new name is right, or stays as it was with a reason."""
    asked = get_object_or_404(Correction.waiting_for(request.user), pk=pk)
    if request.POST.get("action") == "confirm":
        asked.confirm(by=request.user)
    else:
        asked.decline(by=request.user, reason=request.POST.get("reason", "")[:200])
    messages.success(request, "已办好，本人会收到消息")
    return redirect("people:matters")


@require_POST
def decide_kind(request, pk):
    """What somebody declared is so."""
    confirm_kind(get_object_or_404(to_confirm(request.user), pk=pk), by=request.user)
    messages.success(request, "已确认")
    return redirect("people:matters")


@require_GET
def merges(request):
    """Rows that may be one person, and those put together already."""
    _ask(request, MERGE)
    mine = in_reach(request.user, MERGE).filter(is_active=True)
    form = FindForm(request.GET or None)
    done = Paginator(Merge.objects_for(request.user), 50).get_page(request.GET.get("page"))
    page = {"form": form, "found": find_people(mine, form.typed()), "twins": same_names(mine), "page": done}
    return render(request, "people/merges.html", page)


@require_GET
def pick_two(request):
    """The two rows ticked in a list, on to the page that compares them."""
    _ask(request, MERGE)
    ticked = sorted({int(one) for one in request.GET.getlist("who") if one.isdecimal() and len(one) < 19})
    if len(ticked) == 2:
        return redirect("people:merge", *ticked)
    messages.info(request, "请正好选两条来比")
    return redirect("people:merges")


@require_http_methods(["GET", "POST"])
def merge_page(request, one, other):
    """Two rows side by side; which one stays, why, and what happens then."""
    _ask(request, MERGE)
    pair = list(in_reach(request.user, MERGE).filter(is_active=True, pk__in=[one, other]).order_by("pk"))
    if len(pair) != 2:
        raise Http404
    form = MergeForm(request.POST or None, pair=pair)
    if request.method == "POST" and form.is_valid():
        kept, gone = form.chosen()
        merge(kept=kept, gone=gone, by=request.user, reason=form.cleaned_data["reason"])
        messages.success(request, "已合并。原来两个手机号都能登录；不对可以在这里撤回")
        return redirect("people:merges")
    return render(request, "people/merge.html", {"form": form, "cards": [(one, card_of(one)) for one in pair]})


@require_http_methods(["GET", "POST"])
def undo_merge(request, pk):
    """Take two rows apart again."""
    made = get_object_or_404(Merge.objects_for(request.user).filter(undone_at=None), pk=pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made.undo(by=request.user, reason=form.cleaned_data["reason"])
        messages.success(request, "已撤回，两条记录恢复原样")
        return redirect("people:merges")
    return render(request, "people/undo_merge.html", {"form": form, "merge": made})
