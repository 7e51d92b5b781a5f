"""Pages of the tasks room: find and claim, publish and cancel. What comes after claiming is in `claim_views`."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongxin.access.policy import Permission as P
from tongxin.access.rules import may_anywhere

from . import pages
from .forms import READY_REASONS, ReasonForm, given_reason
from .models import Task
from .offers import offer

OPENED = "已发布，本居村的志愿者现在可以认领"


def _needs(person, permission):
    if not may_anywhere(person, permission):
        raise PermissionDenied


def _task(request, pk):
    return get_object_or_404(Task.objects.visible_to(request.user).select_related("contact"), pk=pk)


def _task_at_hand(request, pk):
    task = get_object_or_404(Task.objects.select_related("place"), pk=pk)
    if not task.readable_by(request.user):
        raise Http404
    return task


@require_GET
def task_list(request):
    """What I can take up near me."""
    page = pages.list_page(request.user, which=request.GET.get("which", ""), number=request.GET.get("page"))
    return render(request, "tasks/list.html", page)


@require_GET
def detail(request, pk):
    """One task: when, where, how safe, who to call."""
    return render(request, "tasks/detail.html", pages.detail_page(_task(request, pk), request.user))


@require_POST
def claim(request, pk):
    """Take a seat, or a place in the waiting list."""
    task = _task_at_hand(request, pk)
    ticked = {name: bool(request.POST.get(name)) for name in ("read_risk", "agreed")}
    task.claim(by=request.user, **ticked)
    if request.htmx:
        task = Task.objects.select_related("place").get(pk=pk)
        return render(request, "tasks/_card.html", {"offer": offer(task, request.user)})
    return redirect("tasks:detail", pk=pk)


@require_GET
def board(request):
    """The tasks I publish, by status, with who is in."""
    _needs(request.user, P.PUBLISH_TASK)
    page = pages.board_page(request.user, status=request.GET.get("status", ""), number=request.GET.get("page"))
    return render(request, "tasks/board.html", page)


@require_POST
def publish(request, pk):
    """Open a draft for claiming."""
    _task(request, pk).publish(by=request.user)
    messages.success(request, OPENED)
    return redirect("tasks:detail", pk=pk)


@require_http_methods(["GET", "POST"])
def cancel(request, pk):
    """Call a task off, with a reason that the people in it can read."""
    task = get_object_or_404(Task.objects.published_by(request.user).prefetch_related(pages.PEOPLE), pk=pk)
    form = ReasonForm(given_reason(request.POST))
    if request.method == "POST" and form.is_valid():
        task.cancel(by=request.user, reason=form.cleaned_data["reason"])
        messages.success(request, "已取消，会告诉已认领和候补的人")
        return redirect("tasks:detail", pk=pk)
    page = {"task": task, "form": form, "row": pages.inside([task], request.user)[0], "ready": READY_REASONS}
    return render(request, "tasks/cancel.html", page)
