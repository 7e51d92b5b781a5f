"""Pages of the roster import: upload, check, confirm, watch, take back."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongxin.access.policy import Permission as P
from tongxin.access.rules import may_anywhere
from tongxin.workflow.transitions import open_moves

from .import_forms import ColumnsForm, UploadForm
from .models import Registration
from .roster import store, work
from .roster.models import RosterImport
from .roster.pages import CheckPage, bad_rows

ON_DESK = 50
STEPS = ("上传", "检查", "导入")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _steps(now):
    """The three-step bar; `now` counts from one, four is all done."""
    return [
        {"word": word, "state": "done" if n < now else "now" if n == now else ""} for n, word in enumerate(STEPS, 1)
    ]


def _job(request, pk) -> RosterImport:
    return get_object_or_404(RosterImport.objects.visible_to(request.user).select_related("place", "by"), pk=pk)


@require_http_methods(["GET", "POST"])
def imports(request):
    """Upload a roster; below, the earlier ones."""
    if not may_anywhere(request.user, P.IMPORT_ROSTER):
        raise PermissionDenied
    store.sweep()
    form = UploadForm(request.POST or None, request.FILES or None, person=request.user)
    if request.method == "POST" and form.is_valid():
        job = work.take_in(by=request.user, **form.facts())
        return redirect("registrations:import_check", pk=job.pk)
    earlier = RosterImport.objects.visible_to(request.user).select_related("place", "by")
    page = Paginator(earlier, ON_DESK).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "steps": _steps(1)}
    return render(request, "registrations/import_list.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def import_check(request, pk):
    """What will happen: counts, bad cells and why; or which columns are still to be pointed out."""
    job = _job(request, pk)
    if not job.is_waiting:
        return redirect("registrations:import_progress", pk=pk)
    if job.missing:
        return _columns(request, job)
    shown = CheckPage(job)
    if shown.check is None:
        return render(request, "registrations/import_gone.html", {"job": job})
    show = request.GET.get("show") or ("look" if job.errors or job.duplicates else "all")
    page = Paginator(shown.rows(show), ON_DESK).get_page(request.GET.get("page"))
    context = {
        "job": job, "page": page, "rows": shown.shown(page), "head": shown.head, "filters": shown.filters(show),
        "counts": shown.check.counts(), "moves": {move.name for move in open_moves(job, request.user)}, "steps": _steps(2),
    }  # fmt: skip
    return render(request, "registrations/import_check.html", context)


def _columns(request, job):
    form = ColumnsForm(request.POST or None, job=job)
    if request.method == "POST" and form.is_valid():
        work.point_out_columns(job, mapping=form.cleaned_data)
        return redirect("registrations:import_check", pk=job.pk)
    return render(request, "registrations/import_columns.html", {"job": job, "form": form, "steps": _steps(2)})


@require_POST
def import_confirm(request, pk):
    _job(request, pk).confirm(by=request.user)
    return redirect("registrations:import_progress", pk=pk)


@require_POST
def import_resume(request, pk):
    _job(request, pk).resume(by=request.user)
    return redirect("registrations:import_progress", pk=pk)


@require_POST
def import_drop(request, pk):
    _job(request, pk).drop(by=request.user)
    messages.success(request, "没有导入任何内容，上传的表格已删除")
    return redirect("registrations:imports")


@require_GET
def import_progress(request, pk):
    """How far it is; afterwards the result, with the way back for thirty days."""
    job = _job(request, pk)
    kept = Registration.objects.filter(imported_by=job).select_related("person") if job.kept else []
    moves = {move.name for move in open_moves(job, request.user)}
    steps = _steps(3 if job.is_running else 4)
    context = {"job": job, "moves": moves, "kept": kept[:ON_DESK], "steps": steps}
    page = "_import_progress.html" if request.htmx else "import_progress.html"
    answer = render(request, f"registrations/{page}", context)
    if request.htmx and not job.is_running:
        answer["HX-Refresh"] = "true"  # it has come to an end: the whole page says so
    return answer


@require_GET
def import_bad_rows(request, pk):
    """The rows to mend, as a workbook."""
    job = _job(request, pk)
    job.note_download(by=request.user)
    response = HttpResponse(bad_rows(job), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="roster-{job.pk}-to-mend.xlsx"'
    return response


@require_POST
def import_undo(request, pk):
    job = _job(request, pk)
    job.undo(by=request.user)
    messages.success(request, f"已整批撤回{job.imported - job.kept}人")
    return redirect("registrations:import_progress", pk=pk)
