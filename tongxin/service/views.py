"""One's own hours: nobody else's are ever shown here."""

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from . import pages
from .forms import DisputeForm, MissingForm, PointsForm, SayForm, YearForm
from .models import Dispute, Entry, Rule, Statement, selves, show_points
from .statement import dressed, own_workbook, points_off, sees_points, statement_page, together, years_of

PAGE = 20
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
def mine(request):
    """One's own year: hours first, points only if wanted, and every line."""
    year = YearForm(request.GET).chosen(timezone.localdate().year)
    lines = Entry.objects.of(request.user).in_year(year)
    page = Paginator(lines.for_reading(), PAGE).get_page(request.GET.get("page"))
    months = [{"label": f"{n}月", "value": max(hours, 0)} for n, hours in enumerate(lines.by_month(year), start=1)]
    years = years_of(request.user, year)
    return render(request, "service/mine.html", {
        "year": year, "totals": lines.totals(), "page": page, "lines": dressed(page), "months": months, "years": years,
        "frozen": next((row["statement"] for row in years if row["current"]), None), "rule": Rule.on(timezone.localdate()),
        "points": sees_points(request.user), "points_off": points_off(request.user),
        "disputes": Dispute.objects.of(request.user)[:10], "shapes": pages.SHAPES,
    })  # fmt: skip


@require_GET
def download(request):
    """The same list as a workbook."""
    year = YearForm(request.GET).chosen(timezone.localdate().year)
    headers = {"Content-Disposition": content_disposition_header(True, f"我的时长{year}年.xlsx")}
    return HttpResponse(own_workbook(request.user, year), content_type=XLSX, headers=headers)


@require_POST
def points(request):
    """Show points, or hide them: hours and taking part are the same either way."""
    form = PointsForm(request.POST)
    form.full_clean()
    show_points(request.user, shown=form.cleaned_data["shown"])
    return redirect("service:mine")


@require_GET
def rules(request):
    """How points are made from hours: every version that is or will be in force, the newest first."""
    return render(request, "service/rules.html", {
        "rules": Rule.objects.in_force().order_by("-since"), "today": timezone.localdate(), "points_off": points_off(request.user),
    })  # fmt: skip


@require_GET
def statement(request, year):
    """One's own statement of a closed year, to print."""
    found = Statement.objects.filter(person__in=selves(request.user), year__year=year).select_related(
        "year__place", "person"
    )
    if not found:
        raise Http404
    found = list(found.order_by("pk"))
    sheets = [statement_page(one, request.user) for one in found]
    total = together(found) if len(found) > 1 else None
    return render(request, "service/statement.html", {"sheets": sheets, "year": year, "total": total})


@require_http_methods(["GET", "POST"])
def dispute_new(request, pk):
    """Say that a line of one's own is not right."""
    line = get_object_or_404(Entry.objects.of(request.user).select_related("reverses", "place"), pk=pk)
    known = line.reverses or line
    form = DisputeForm(request.POST or None, initial={"hours": known.hours.normalize(), "factor": known.factor})
    if request.method == "POST" and form.is_valid():
        return redirect("service:dispute", pk=Dispute.raise_on(line, by=request.user, **form.cleaned_data).pk)
    return render(request, "service/dispute_new.html", {"line": known, "form": form})


@require_http_methods(["GET", "POST"])
def missing_new(request):
    """Say that something one did was never entered."""
    form = MissingForm(request.POST or None, person=request.user)
    if request.method == "POST" and form.is_valid():
        return redirect("service:dispute", pk=Dispute.raise_missing(by=request.user, **form.cleaned_data).pk)
    return render(request, "service/missing_new.html", {"form": form})


@require_GET
def dispute(request, pk):
    """How one's own dispute stands, and what one can do next."""
    found = get_object_or_404(Dispute.objects.of(request.user), pk=pk)
    return render(request, "service/dispute.html", pages.dispute_page(found, request.user) | {"form": SayForm()})


@require_POST
def dispute_act(request, pk, verb):
    """One of the steps that only the person takes."""
    found = get_object_or_404(Dispute.objects.of(request.user), pk=pk)
    form = SayForm(request.POST)
    step = pages.own_step(verb)
    if step.asks and not form.is_valid():
        return render(
            request, "service/dispute.html", pages.dispute_page(found, request.user) | {"form": form}, status=422
        )
    getattr(found, verb)(by=request.user, **({"reason": form.cleaned_data["reason"]} if step.asks else {}))
    return redirect("service:dispute", pk=pk)
