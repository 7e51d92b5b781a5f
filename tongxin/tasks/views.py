"""Pages of the tasks room: find, claim, report; publish and verify."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongxin.access.policy import Permission as P
from tongxin.access.rules import may_anywhere

from . import pages
from .forms import ReasonForm, ReportForm, TaskForm
from .models import Claim, Task, verify_many
from .offers import offer

MOST_AT_ONCE = 50

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


def _own_claim(request, pk):
    return get_object_or_404(Claim.objects.of(request.user), pk=pk)


@require_GET
def task_list(request):
    """What I can take up near me."""
    page = pages.list_page(request.user, which=request.GET.get("which", ""), number=request.GET.get("page"))
    return render(request, "tasks/list.html", page)


@require_GET
def mine(request):
    """What I claimed, and what comes next with it."""
    page = pages.mine_page(request.user, which=request.GET.get("which", ""), number=request.GET.get("page"))
    return render(request, "tasks/mine.html", page)


@require_GET
def detail(request, pk):
    """One task: when, where, how safe, who to call."""
    return render(request, "tasks/detail.html", pages.detail_page(_task(request, pk), request.user))


@require_POST
def claim(request, pk):
    """Take a seat, or a place in the waiting list."""
    task = _task_at_hand(request, pk)
    task.claim(by=request.user, read_risk=bool(request.POST.get("read_risk")))
    if request.htmx:
        return render(request, "tasks/_card.html", {"offer": offer(Task.objects.get(pk=pk), request.user)})
    return redirect("tasks:detail", pk=pk)


@require_POST
def withdraw(request, pk):
    """Give the seat back."""
    claim = _own_claim(request, pk)
    claim.withdraw(by=request.user)
    messages.success(request, "已退出，名额留给候补的邻居。以后想来还可以再认领")
    return redirect("tasks:detail", pk=claim.task_id)


@require_http_methods(["GET", "POST"])
def report(request, pk):
    """Say that it is done and how long it took."""
    claim = _own_claim(request, pk)
    form = ReportForm(request.POST or None, task=claim.task)
    if request.method == "POST" and form.is_valid():
        claim.report(by=request.user, **form.cleaned_data)
        messages.success(request, "已登记，谢谢您。5个工作日内由别人核验，核验后计入您的时长")
        return redirect("tasks:detail", pk=claim.task_id)
    page = {"claim": claim, "form": form, "open": "report" in pages.moves(claim, request.user)}
    return render(request, "tasks/report.html", page)


@require_GET
def board(request):
    """The tasks I publish, by status, with who is in."""
    _needs(request.user, P.PUBLISH_TASK)
    page = pages.board_page(request.user, status=request.GET.get("status", ""), number=request.GET.get("page"))
    return render(request, "tasks/board.html", page)


@require_http_methods(["GET", "POST"])
def new(request):
    """Write a task down; keep it as a draft or open it at once."""
    _needs(request.user, P.PUBLISH_TASK)
    form = TaskForm(request.POST or None, publisher=request.user)
    if request.method == "POST" and form.is_valid():
        task = Task.draft(by=request.user, publish="publish" in request.POST, **form.cleaned_data)
        messages.success(request, "草稿存好了，想好了再发布" if task.is_draft else OPENED)
        return redirect("tasks:detail", pk=task.pk)
    return render(request, "tasks/new.html", {"form": form})


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
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        task.cancel(by=request.user, reason=form.cleaned_data["reason"])
        messages.success(request, "已取消，会告诉已认领和候补的人")
        return redirect("tasks:detail", pk=pk)
    page = {"task": task, "form": form, "row": pages.inside([task], request.user)[0]}
    return render(request, "tasks/cancel.html", page)


@require_http_methods(["GET", "POST"])
def verify(request):
    """Reports waiting to be verified; ticked ones in one go."""
    _needs(request.user, P.VERIFY_CLAIM)
    if request.method == "POST":
        ticked = [text for text in request.POST.getlist("ids") if text.isdecimal() and len(text) < 19]
        claims = Claim.objects.to_verify(request.user).filter(pk__in=ticked[:MOST_AT_ONCE])
        done, left = verify_many(claims, by=request.user)
        messages.success(request, f"已核验{len(done)}条，计入各人的时长" if done else "还没有勾选可以核验的")
        for claim, why in left:
            messages.warning(request, f"{claim.task.title}：{why}")
        return redirect("tasks:verify")
    return render(request, "tasks/verify.html", pages.verify_page(request.user, number=request.GET.get("page")))


@require_POST
def verify_one(request, pk):
    """Verify one report."""
    claim = get_object_or_404(Claim.objects.to_verify(request.user), pk=pk)
    claim.verify(by=request.user)
    messages.success(request, "已核验，计入时长")
    return redirect("tasks:verify")
