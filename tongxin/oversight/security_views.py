"""Lost second factors and passwords, accounts switched off, and what the security records say: no contents of anybody's work."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongxin.access.policy import Permission
from tongxin.access.rules import may_anywhere, scope
from tongxin.access.staff import staff_in
from tongxin.workflow.transitions import open_moves

from .accounts import switch_off, switch_on
from .forms import ReasonForm, ResetForm
from .models import Reset
from .records import security_page

ON_DESK = 50


def need(person, *permissions):
    """403 unless the person holds one of them somewhere."""
    if not any(may_anywhere(person, permission) for permission in permissions):
        raise PermissionDenied


def _resets(person):
    need(person, Permission.ASK_RESET, Permission.RESET_FACTOR)
    mine = scope(person, Permission.ASK_RESET) | scope(person, Permission.RESET_FACTOR)
    return Reset.objects.filter(mine).select_related("person", "place__parent", "asked_by", "decided_by")


@require_GET
def resets(request):
    """Asked for and decided: those that wait come first."""
    rows = _resets(request.user).order_by("decided_at", "-pk")
    page = Paginator(rows, ON_DESK).get_page(request.GET.get("page"))
    page.object_list = list(page.object_list)
    for reset in page.object_list:
        reset.moves = open_moves(reset, request.user)
    may_ask = may_anywhere(request.user, Permission.ASK_RESET)
    return render(request, "oversight/resets.html", {"page": page, "may_ask": may_ask})


@require_http_methods(["GET", "POST"])
def reset_new(request):
    """System administration asks, after somebody has shown who they are."""
    need(request.user, Permission.ASK_RESET)
    form = ResetForm(request.POST or None, people=staff_in(request.user, Permission.ASK_RESET))
    if request.method == "POST" and form.is_valid():
        Reset.ask(by=request.user, **form.cleaned_data)
        messages.success(request, "已交安全管理员批准。批准前，原来的照常可用")
        return redirect("oversight:resets")
    return render(request, "oversight/reset_new.html", {"form": form}, status=422 if form.is_bound else 200)


def _to_decide(request, pk):
    need(request.user, Permission.RESET_FACTOR)
    return get_object_or_404(Reset.objects.filter(scope(request.user, Permission.RESET_FACTOR)), pk=pk)


@require_POST
def reset_approve(request, pk):
    """What was lost and every session end; of a password the code to hand over is shown once, here and nowhere else."""
    reset = _to_decide(request, pk)
    if code := reset.approve(by=request.user):
        return render(request, "oversight/reset_code.html", {"reset": reset, "code": code})
    messages.success(request, "已重置，对方的登录都已退出；下次用密码登录时重新绑定动态口令")
    return redirect("oversight:resets")


@require_POST
def reset_decline(request, pk):
    _to_decide(request, pk).decline(by=request.user, reason=request.POST.get("reason", "")[:200])
    messages.success(request, "已答复申请的同事，原来的照常可用")
    return redirect("oversight:resets")


@require_GET
def accounts(request):
    """Every account of staff: in use or switched off."""
    need(request.user, Permission.RESET_FACTOR)
    rows = staff_in(request.user, Permission.RESET_FACTOR).order_by("is_active", "username")
    page = Paginator(rows.prefetch_related("appointments__place__parent"), ON_DESK).get_page(request.GET.get("page"))
    return render(request, "oversight/accounts.html", {"page": page})


@require_http_methods(["GET", "POST"])
def account(request, pk):
    """Switch one account off or on again; the page says what that means."""
    need(request.user, Permission.RESET_FACTOR)
    person = get_object_or_404(staff_in(request.user, Permission.RESET_FACTOR), pk=pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        switch = switch_off if person.is_active else switch_on
        switch(person, by=request.user, reason=form.cleaned_data["reason"])
        messages.success(request, "已停用，对方的登录都已退出" if person.is_active else "已恢复，对方可以再登录")
        return redirect("oversight:accounts")
    status = 422 if form.is_bound else 200
    return render(request, "oversight/account.html", {"other": person, "form": form}, status=status)


@require_GET
def security(request):
    """Sign-ins, wrong tries, resets, emergency views, exports: that they happened, not what they were about."""
    need(request.user, Permission.READ_SECURITY)
    return render(request, "oversight/security.html", security_page(request.user, request.GET.get("page")))
