"""Pages of claims: report and answer, correct and decide, ask for help."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongxin.access.policy import Permission as P
from tongxin.access.rules import may_anywhere
from tongxin.people.models import Person

from . import claim_pages, sampling
from .claim_forms import HoursForm, IncidentForm, OutcomeForm, ReportForm, SaidForm, SampleForm
from .models import Claim, Incident, Task, verify_many
from .models.incident import is_on, may_note

MOST_AT_ONCE = 50


def _needs(person, permission):
    if not may_anywhere(person, permission):
        raise PermissionDenied


def _own(request, pk):
    return get_object_or_404(Claim.objects.of(request.user).select_related("corrected_by"), pk=pk)


# the person's own -----------------------------------------------------------------------------------------------------


@require_GET
def mine(request):
    """What I claimed, and what comes next with it."""
    page = claim_pages.mine_page(request.user, which=request.GET.get("which", ""), number=request.GET.get("page"))
    return render(request, "tasks/mine.html", page)


@require_POST
def withdraw(request, pk):
    """Give the seat back."""
    claim = _own(request, pk)
    claim.withdraw(by=request.user)
    told = "已经告诉联系人，不用解释" if claim.late else "名额留给候补的邻居"
    messages.success(request, f"好的，知道您来不了了。{told}。以后想来还可以再认领")
    return redirect("tasks:detail", pk=claim.task_id)


@require_POST
def hold(request, pk):
    """Hold the seat some days more."""
    claim = _own(request, pk)
    claim.keep(by=request.user)
    messages.success(request, "名额又给您留了几天")
    return redirect("tasks:detail", pk=claim.task_id)


@require_http_methods(["GET", "POST"])
def report(request, pk):
    """Say that it is done and how long it took."""
    claim = _own(request, pk)
    form = ReportForm(request.POST or None, task=claim.task)
    if request.method == "POST" and form.is_valid():
        claim.report(by=request.user, **form.cleaned_data)
        messages.success(request, "已登记，谢谢您。5个工作日内由别人核验，核验后计入您的时长")
        return redirect("tasks:detail", pk=claim.task_id)
    page = {"claim": claim, "form": form, "open": "report" in claim_pages.moves(claim, request.user)}
    return render(request, "tasks/report.html", page)


@require_GET
def answer(request, pk):
    """What was corrected and why; agree, or say that it was otherwise."""
    page = claim_pages.claim_page(_own(request, pk), request.user)
    return render(request, "tasks/answer.html", page | {"form": SaidForm()})


@require_POST
def agree(request, pk):
    """Agree to a correction."""
    claim = _own(request, pk)
    claim.agree(by=request.user)
    messages.success(request, "好的，按更正后的时长计入" if claim.verified_at else "好的，这一次不计时长")
    return redirect("tasks:detail", pk=claim.task_id)


@require_POST
def dispute(request, pk):
    """Disagree, in words; somebody else decides."""
    claim, form = _own(request, pk), SaidForm(request.POST)
    if not form.is_valid():
        return render(request, "tasks/answer.html", claim_pages.claim_page(claim, request.user) | {"form": form})
    claim.dispute(by=request.user, **form.cleaned_data)
    messages.success(request, "您的说法已经交给另一位同事，10个工作日内裁定并告诉您")
    return redirect("tasks:detail", pk=claim.task_id)


# the verifier's and the decider's -------------------------------------------------------------------------------------


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
    return render(request, "tasks/verify.html", claim_pages.verify_page(request.user, number=request.GET.get("page")))


@require_POST
def verify_one(request, pk):
    """Verify one report."""
    claim = get_object_or_404(Claim.objects.to_verify(request.user), pk=pk)
    claim.verify(by=request.user)
    messages.success(request, "已核验，计入时长")
    return redirect("tasks:verify")


@require_http_methods(["GET", "POST"])
def correct(request, pk):
    """Other hours than were reported, with the reason; the person answers."""
    claim = get_object_or_404(Claim.objects.to_verify(request.user), pk=pk)
    form = HoursForm(request.POST or None, claim=claim)
    if request.method == "POST" and form.is_valid():
        claim.put_right(by=request.user, **form.cleaned_data)
        messages.success(request, "已写下更正和原因，等本人回应")
        return redirect("tasks:verify")
    return render(request, "tasks/correct.html", claim_pages.claim_page(claim, request.user) | {"form": form})


@require_GET
def disputes(request):
    """Disagreements about hours that wait for me."""
    if not claim_pages.decides(request.user):
        raise PermissionDenied
    page = claim_pages.disputes_page(request.user, number=request.GET.get("page"))
    return render(request, "tasks/disputes.html", page)


@require_http_methods(["GET", "POST"])
def decide(request, pk):
    """Decide one, with the reason."""
    claim = get_object_or_404(Claim.objects.to_decide(request.user), pk=pk)
    form = HoursForm(request.POST or None, claim=claim)
    if request.method == "POST" and form.is_valid():
        claim.rule(by=request.user, **form.cleaned_data)
        messages.success(request, "已裁定，会把结果和原因告诉本人")
        return redirect("tasks:disputes")
    return render(request, "tasks/decide.html", claim_pages.claim_page(claim, request.user) | {"form": form})


@require_GET
def sample(request):
    """A share of verified hours by lot, for a second look."""
    _needs(request.user, P.CHECK_HOURS)
    given = {name: request.GET.get(name, "") for name in ("place", "month")}
    page = sampling.sample_page(request.user, number=request.GET.get("page"), **given)
    return render(request, "tasks/sample.html", page)


@require_POST
def sample_note(request, pk):
    """Note what the second look came to."""
    claim = get_object_or_404(Claim.objects.to_check(request.user), pk=pk)
    form = SampleForm(request.POST)
    if form.is_valid():
        sampling.note(claim, by=request.user, **form.cleaned_data)
        messages.success(request, "已记下")
    return redirect("tasks:sample")


# help -----------------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def help_now(request, pk):
    """Whom to call; pressed on the task page, the contact's number is open at once, and that is journalled."""
    task = _task_of_mine(request, pk)
    number = ""
    if request.method == "POST" and Person.objects.contactable_by(request.user).filter(pk=task.contact_id).exists():
        number = task.contact.reveal_phone(by=request.user, reason="受伤或求助", place=task.place)
    return render(request, "tasks/help.html", {"task": task, "number": number, "form": IncidentForm()})


@require_POST
def incident(request, pk):
    """A few words about what happened, for whoever follows it up."""
    task, form = _task_of_mine(request, pk), IncidentForm(request.POST)
    if not form.is_valid():
        return render(request, "tasks/help.html", {"task": task, "form": form})
    Incident.note(task, by=request.user, **form.cleaned_data)
    messages.success(request, "已经告诉联系人和居委。急的事请先打电话")
    return redirect("tasks:detail", pk=pk)


def _task_of_mine(request, pk):
    task = get_object_or_404(Task.objects.select_related("place", "contact"), pk=pk)
    if not may_note(task, request.user) or not is_on(task):
        raise Http404
    return task


@require_GET
def incidents(request):
    """What was noted, and who looks after it."""
    page = claim_pages.incidents_page(request.user, number=request.GET.get("page"))
    return render(request, "tasks/incidents.html", page)


@require_POST
def incident_see(request, pk):
    """Take it in hand."""
    get_object_or_404(Incident.objects.readable_by(request.user), pk=pk).see(by=request.user)
    messages.success(request, "好的，由您跟进")
    return redirect("tasks:incidents")


@require_POST
def incident_close(request, pk):
    """Say what was done."""
    one, form = get_object_or_404(Incident.objects.readable_by(request.user), pk=pk), OutcomeForm(request.POST)
    if form.is_valid():
        one.close(by=request.user, **form.cleaned_data)
        messages.success(request, "已记下怎么办好的")
    else:
        messages.warning(request, "请写明怎么办好的")
    return redirect("tasks:incidents")
