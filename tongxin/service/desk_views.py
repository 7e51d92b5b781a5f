"""Desk pages about hours: disputes, hours from paper, unusual rows, years, rules, thanks."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongxin.access.policy import Permission as P
from tongxin.access.rules import may_anywhere, places_where
from tongxin.workflow.transitions import moves_of

from . import pages
from .forms import AgainForm, BackForm, CheckForm, PointsForm, ReasonForm, RuleForm, VerdictForm, YearForm
from .models import (
    BackEntry,
    Dispute,
    Review,
    Rule,
    confirm_many,
    findings,
    note_checked,
    switch_points,
)

MOST_AT_ONCE = 100


def _needs(person, *permissions):
    if not any(may_anywhere(person, permission) for permission in permissions):
        raise PermissionDenied


@require_GET
def disputes(request):
    """What waits for an answer or a decision."""
    _needs(request.user, P.VERIFY_CLAIM, P.DECIDE_DISPUTE, P.DECIDE_APPEAL)
    page = pages.disputes_page(request.user, which=request.GET.get("which", ""), number=request.GET.get("page"))
    return render(request, "service/disputes.html", page)


@require_http_methods(["GET", "POST"])
def dispute_desk(request, pk):
    """One dispute: what was said, and the next word of whoever has it."""
    _needs(request.user, P.VERIFY_CLAIM, P.DECIDE_DISPUTE, P.DECIDE_APPEAL)
    found = get_object_or_404(Dispute.objects.handled_by(request.user), pk=pk)
    form = VerdictForm(request.POST or None, dispute=found)
    page = pages.dispute_page(found, request.user) | {"form": form}
    if request.method == "POST" and page["verdict"] and form.is_valid():
        getattr(found, page["verdict"].name)(by=request.user, **form.given)
        messages.success(request, "已办，结果和理由会告诉本人")
        return redirect("service:disputes")
    return render(request, "service/dispute_desk.html", page)


@require_http_methods(["GET", "POST"])
def back_entries(request):
    """Hours entered from paper; ticked ones confirmed in one go."""
    _needs(request.user, P.ENTER_HOURS, P.CONFIRM_HOURS)
    if request.method == "POST":
        ticked = [text for text in request.POST.getlist("ids") if text.isdecimal() and len(text) < 19]
        done, left = confirm_many(
            BackEntry.objects.to_confirm(request.user).filter(pk__in=ticked[:MOST_AT_ONCE]), by=request.user
        )
        messages.success(request, f"已确认{len(done)}条，记入各人的时长" if done else "还没有勾选可以确认的")
        for why in left:
            messages.warning(request, why)
        return redirect("service:back_entries")
    page = pages.back_page(request.user, which=request.GET.get("which", ""), number=request.GET.get("page"))
    return render(request, "service/back_entries.html", page)


@require_http_methods(["GET", "POST"])
def back_new(request):
    """A paper sign-in sheet: the same work, several people."""
    _needs(request.user, P.ENTER_HOURS)
    form = BackForm(request.POST or None, by=request.user)
    if request.method == "POST" and form.is_valid():
        made = BackEntry.enter(form.rows, by=request.user, **form.given)
        messages.success(request, f"已录入{len(made)}人，请另一位同事确认，确认后才记入时长")
        return redirect("service:back_entries")
    return render(request, "service/back_new.html", {"form": form, "people": pages.sheet_people(form, request.user)})


@require_http_methods(["GET", "POST"])
def back_return(request, pk):
    """Back to who entered it, with the reason."""
    _needs(request.user, P.CONFIRM_HOURS)
    found = get_object_or_404(BackEntry.objects.to_confirm(request.user), pk=pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        found.send_back(by=request.user, **form.cleaned_data)
        messages.success(request, "已退回，录入的人会看到原因")
        return redirect("service:back_entries")
    who = pages.called(found.person, request.user, found.place)
    return render(request, "service/back_return.html", {"back": found, "form": form, "who": who})


@require_http_methods(["GET", "POST"])
def back_again(request, pk):
    """A line that was sent back, put right and handed in again."""
    _needs(request.user, P.ENTER_HOURS)
    found = get_object_or_404(BackEntry.objects.read_by(request.user), pk=pk)
    form = AgainForm(request.POST or None, initial={"hours": found.hours.normalize(), "evidence": found.evidence})
    if request.method == "POST" and form.is_valid():
        found.enter_again(by=request.user, **form.cleaned_data)
        messages.success(request, "改好了，请另一位同事确认")
        return redirect("service:back_entries")
    who = pages.called(found.person, request.user, found.place)
    return render(request, "service/back_again.html", {"back": found, "form": form, "who": who})


@require_GET
def years(request):
    """Closed years of the district: sums, what is in dispute, and the confirmation."""
    _needs(request.user, P.CLOSE_YEAR)
    return render(request, "service/years.html", pages.years_page(request.user))


@require_http_methods(["GET", "POST"])
def year_confirm(request, pk):
    """A human says that the year is right."""
    _needs(request.user, P.CLOSE_YEAR)
    where = places_where(request.user, P.CLOSE_YEAR)
    review = get_object_or_404(Review.objects.select_related("year__place"), pk=pk, year__place__in=where)
    if request.method == "POST":
        review.confirm(by=request.user, reason=request.POST.get("reason", ""))
        messages.success(request, f"{review.year.year}年已确认")
        return redirect("service:years")
    still = review.open_disputes().order_by("pk")
    return render(
        request, "service/year_confirm.html", {"review": review, "still": still[:50], "more": still.count() > 50}
    )


@require_GET
def rules_desk(request):
    """Every version of the points rule, drafts too."""
    _needs(request.user, P.SET_RULE)
    return render(request, "service/rules_desk.html", pages.rules_page(request.user))


@require_http_methods(["GET", "POST"])
def rule_new(request):
    """Draft the next version; another person approves it."""
    _needs(request.user, P.SET_RULE)
    form = RuleForm(request.POST or None, by=request.user, rule=Rule.on(timezone.localdate()))
    if request.method == "POST" and form.is_valid():
        Rule.draft(by=request.user, **form.given)
        messages.success(request, "草稿存好了，请另一位同事批准，批准后公告大家")
        return redirect("service:rules_desk")
    return render(request, "service/rule_new.html", {"form": form})


@require_POST
def rule_act(request, pk, verb):
    """Approve a draft, or take a version back before it begins."""
    _needs(request.user, P.SET_RULE)
    rule = get_object_or_404(Rule, pk=pk, place__in=places_where(request.user, P.SET_RULE))
    step = next((move for move in moves_of(Rule) if move.name == verb), None)
    if step is None:
        raise Http404
    getattr(rule, verb)(by=request.user, **({"reason": request.POST.get("reason", "")} if step.asks else {}))
    messages.success(request, "已办，会告诉大家")
    return redirect("service:rules_desk")


@require_POST
def points_switch(request, pk):
    """Points on or off for a district; hours stay as they are."""
    _needs(request.user, P.SET_RULE)
    place = get_object_or_404(places_where(request.user, P.SET_RULE), pk=pk, parent=None)
    form = PointsForm(request.POST)
    form.full_clean()
    switch_points(place, shown=form.cleaned_data["shown"], by=request.user, reason=request.POST.get("reason", ""))
    messages.success(request, "已改好，时长照常记")
    return redirect("service:rules_desk")


@require_GET
def thanks(request, pk):
    """The thanks list of a neighbourhood, to print: who agreed, by name, no hours, no order of merit."""
    _needs(request.user, P.VIEW_ROSTER)
    place = get_object_or_404(places_where(request.user, P.VIEW_ROSTER), pk=pk)
    year = YearForm(request.GET).chosen(timezone.localdate().year)
    return render(request, "service/thanks.html", {"place": place, "year": year, "names": pages.thanks_of(place, year)})


@require_GET
def check_list(request):
    """Unusual rows for a human to look at; the machine changes nothing."""
    _needs(request.user, P.CHECK_HOURS)
    return render(request, "service/check_list.html", pages.check_page(request.user, number=request.GET.get("page")))


@require_POST
def check_note(request):
    """What came of looking at one."""
    _needs(request.user, P.CHECK_HOURS)
    form = CheckForm(request.POST)
    finding = next(
        (one for one in findings(request.user) if form.is_valid() and one.key == form.cleaned_data["key"]), None
    )
    if finding is None:
        raise Http404
    note_checked(finding, by=request.user, result=form.cleaned_data["result"], note=form.cleaned_data["note"])
    messages.success(request, "已记下，这一条不再列出")
    return redirect("service:check_list")
