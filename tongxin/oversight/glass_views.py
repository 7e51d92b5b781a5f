"""Emergency views: open one, look at what was opened; and the findings of an audit."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongxin.access.policy import Permission
from tongxin.access.rules import may_anywhere, places_where, scope
from tongxin.journal.models import Event
from tongxin.people.models import Person
from tongxin.places.models import Level, Place
from tongxin.workflow.transitions import open_moves

from .finding import named
from .forms import FindForm, FindingForm, GlassForm
from .models import Finding, Glass
from .models.glass import reachable
from .security_views import ON_DESK, need


@require_GET
def glasses(request):
    """Own ones for who may break the glass, all of the place for who reviews."""
    need(request.user, Permission.BREAK_GLASS, Permission.REVIEW_GLASS)
    mine = Glass.objects.filter(by=request.user) | Glass.objects.filter(scope(request.user, Permission.REVIEW_GLASS))
    rows = mine.select_related("by", "person", "place__parent", "reviewed_by").order_by("reviewed_at", "-pk")
    page = Paginator(rows, ON_DESK).get_page(request.GET.get("page"))
    page.object_list = list(page.object_list)
    for glass in page.object_list:
        glass.moves = open_moves(glass, request.user)
    may_open = may_anywhere(request.user, Permission.BREAK_GLASS)
    return render(request, "oversight/glasses.html", {"page": page, "may_open": may_open})


@require_GET
def find(request):
    """Who it is about: the whole name at one 居村 finds, nothing is browsed."""
    need(request.user, Permission.BREAK_GLASS)
    places = places_where(request.user, Permission.BREAK_GLASS).current().at_level(Level.NEIGHBOURHOOD)
    form = FindForm(request.GET or None, places=places.select_related("parent").order_by("path"))
    found = named(form.cleaned_data["name"], form.cleaned_data["place"]) if form.is_bound and form.is_valid() else None
    return render(request, "oversight/glass_find.html", {"form": form, "found": found})


@require_http_methods(["GET", "POST"])
def open_one(request, pk):
    """Say why, then see the number for half an hour; the person, the unit and the auditor hear of it."""
    need(request.user, Permission.BREAK_GLASS)
    person = get_object_or_404(Person, pk=pk, is_active=True)
    place = reachable(person, request.user)
    if place is None:
        raise Http404
    form = GlassForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        glass = Glass.open(person=person, by=request.user, **form.cleaned_data)
        messages.success(request, f"已打开，到{glass.until_clock}为止。本人、居村书记和审计员都会收到消息")
        return redirect("people:reveal", pk=person.pk)
    context = {"other": person, "place": place, "form": form}
    return render(request, "oversight/glass_open.html", context, status=422 if form.is_bound else 200)


@require_POST
def review(request, pk):
    """Fine, or to be followed up; in words."""
    need(request.user, Permission.REVIEW_GLASS)
    glass = get_object_or_404(Glass.objects.filter(scope(request.user, Permission.REVIEW_GLASS)), pk=pk)
    verdict = glass.find_fine if request.POST.get("verdict") == "fine" else glass.follow_up
    verdict(by=request.user, reason=request.POST.get("reason", "")[:200])
    messages.success(request, "已记下复查的结果")
    return redirect("oversight:glasses")


def _findings(person):
    need(person, Permission.READ_JOURNAL, Permission.VIEW_FIGURE_ROWS)
    seen = scope(person, Permission.READ_JOURNAL, "unit") | scope(person, Permission.VIEW_FIGURE_ROWS)
    return Finding.objects.filter(seen).select_related("unit__parent", "place", "by", "answered_by")


@require_GET
def findings(request):
    """What auditors noticed and what the unit above answered."""
    page = Paginator(_findings(request.user), ON_DESK).get_page(request.GET.get("page"))
    page.object_list = list(page.object_list)
    for finding in page.object_list:
        finding.moves = open_moves(finding, request.user)
    reads = may_anywhere(request.user, Permission.READ_JOURNAL)
    return render(request, "oversight/findings.html", {"page": page, "reads": reads})


@require_http_methods(["GET", "POST"])
def finding_new(request):
    """A finding about one event of the journal, or about the place as a whole."""
    need(request.user, Permission.READ_JOURNAL)
    places = places_where(request.user, Permission.READ_JOURNAL)
    number = request.GET.get("event", "")
    event = get_object_or_404(Event, pk=number, place_id__in=places.values("pk")) if number.isdecimal() else None
    unit = get_object_or_404(Place, pk=event.place_id) if event else places.order_by("path").first()
    form = FindingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        Finding.note(unit=unit, words=form.cleaned_data["words"], by=request.user, event_id=event and event.pk)
        messages.success(request, "已记下，上一级单位会收到消息")
        return redirect("oversight:findings")
    context = {"form": form, "unit": unit, "event": event}
    return render(request, "oversight/finding_new.html", context, status=422 if form.is_bound else 200)


@require_POST
def finding_answer(request, pk):
    """The unit above says what it found."""
    need(request.user, Permission.VIEW_FIGURE_ROWS)
    found = get_object_or_404(Finding.objects.filter(scope(request.user, Permission.VIEW_FIGURE_ROWS)), pk=pk)
    found.answer(by=request.user, reason=request.POST.get("reason", "")[:400])
    messages.success(request, "已答复，审计员会收到消息")
    return redirect("oversight:findings")
