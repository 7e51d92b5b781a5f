"""What was exported, what waits for a second person, what can be taken."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from tongxin.access.policy import Permission
from tongxin.access.rules import scope
from tongxin.workflow.transitions import open_moves

from .exporting import exporters, labels, take
from .models import Export
from .security_views import ON_DESK, need


def _for_me_to_decide(person):
    """Those of colleagues whose rows this person may see too; who checks decides about the journal alone."""
    mine = Q(pk__in=[])
    for one in exporters().values():
        mine |= Q(permission=one.permission) & scope(person, one.permission)
    checked = scope(person, Permission.READ_JOURNAL) & ~Q(permission=Permission.READ_JOURNAL)
    return Export.objects.filter(mine).exclude(checked).exclude(person=person)


@require_GET
def exports(request):
    """Own ones, and those that wait for a second person; who checks sees all of their places."""
    _need_any(request.user)
    waiting = _for_me_to_decide(request.user).filter(status=Export.Status.ASKED)
    all_of_place = Export.objects.filter(scope(request.user, Permission.READ_JOURNAL))
    rows = Export.objects.filter(person=request.user) | waiting | all_of_place
    rows = rows.select_related("person", "place__parent", "decided_by").order_by("-pk")
    page = Paginator(rows, ON_DESK).get_page(request.GET.get("page"))
    page.object_list = list(page.object_list)
    for export in page.object_list:
        export.label = labels().get(export.what, export.what)
        export.moves = {move.name for move in open_moves(export, request.user)}
    return render(request, "oversight/exports.html", {"page": page})


def _need_any(person):
    need(person, *{one.permission for one in exporters().values()})


@require_POST
def approve(request, pk):
    _need_any(request.user)
    get_object_or_404(_for_me_to_decide(request.user), pk=pk).approve(by=request.user)
    messages.success(request, "已同意，申请的同事一天内可以取走一次")
    return redirect("oversight:exports")


@require_POST
def decline(request, pk):
    _need_any(request.user)
    export = get_object_or_404(_for_me_to_decide(request.user), pk=pk)
    export.decline(by=request.user, reason=request.POST.get("reason", "")[:200])
    messages.success(request, "已答复申请的同事")
    return redirect("oversight:exports")


@require_POST
def take_one(request, pk):
    """The file, made now and kept nowhere."""
    _need_any(request.user)
    return take(get_object_or_404(Export, pk=pk, person=request.user), by=request.user)
