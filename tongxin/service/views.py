"""One's own hours: nobody else's are ever shown here."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from .forms import PointsForm, YearForm
from .models import Entry, Rule, Statement, show_points
from .statement import own_workbook, years_of

PAGE = 20
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
def mine(request):
    """One's own year: hours first, points only if wanted, and every line."""
    year = YearForm(request.GET).chosen(timezone.localdate().year)
    lines = Entry.objects.filter(person=request.user).in_year(year)
    page = Paginator(lines.for_reading(), PAGE).get_page(request.GET.get("page"))
    months = [{"label": f"{n}月", "value": max(hours, 0)} for n, hours in enumerate(lines.by_month(year), start=1)]
    frozen = Statement.objects.filter(person=request.user, year__year=year).select_related("year").first()
    return render(request, "service/mine.html", {
        "year": year, "totals": lines.totals(), "page": page, "months": months, "frozen": frozen,
        "years": years_of(request.user, year), "rule": Rule.on(timezone.localdate()), "this_year": timezone.localdate().year,
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
    """How points are made from hours: every version, the newest first."""
    return render(request, "service/rules.html", {"rules": Rule.objects.order_by("-since")})
