from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_http_methods

from tongxin.access.policy import Permission
from tongxin.access.rules import places_where
from tongxin.oversight.exporting import export as hand_out
from tongxin.people.models import Kind
from tongxin.places.models import Level

from .counting import UNKNOWN, Headcount
from .forms import AsOfForm, ExportForm
from .metrics import METRICS, RULES
from .opening import note_opened, why_closed
from .tables import Published, bars_of, lines_of

PER_PAGE = 50


@require_GET
def district(request):
    """The figures of the highest place the reader answers for."""
    place = places_where(request.user, Permission.VIEW_FIGURES).order_by("path").first()
    if place is None:
        raise PermissionDenied
    return _overview(request, place)


@require_GET
def place(request, pk):
    return _overview(request, _visible(request, pk))


@require_GET
def definitions(request):
    return render(request, "figures/definitions.html", {"metrics": METRICS.values(), "rules": RULES})


@require_GET
def rows(request, pk, metric):
    """What is behind a number: by 街镇, then by 居村, then the rows themselves."""
    here, kind = _visible(request, pk), request.GET.get("kind", "")
    if metric not in METRICS or kind not in ("", UNKNOWN, *Kind.values):
        raise Http404
    metric = METRICS[metric]
    form, as_of = AsOfForm.read(request.GET, reader=request.user, place=here)
    context = {"place": here, "metric": metric, "form": form, "as_of": as_of, "kind": metric.kind or kind}
    if not metric.people:
        return _place_rows(request, context)
    if here.level == Level.NEIGHBOURHOOD:
        return _people_rows(request, context)
    published = Published(here.district, as_of)
    context |= {"published": published, "lines": lines_of(published, here, context["kind"])}
    context |= {"shown": published.number(here.pk, context["kind"]), "members": published.number(here.pk)}
    context |= {"share": published.share(here.pk), "bars": bars_of(published, here)}
    return render(request, "figures/rows.html", context)


@require_http_methods(["GET", "POST"])
def export(request, pk):
    """The table of a place as a workbook, with its purpose on record."""
    here = _visible(request, pk)
    form = ExportForm(request.POST or None, initial={"as_of": request.GET.get("as_of")})
    if not form.is_valid():
        return render(
            request, "figures/export.html", {"place": here, "form": form}, status=422 if form.is_bound else 200
        )
    _, as_of = AsOfForm.read(form.data, reader=request.user, place=here)
    return hand_out(request, "figures", place=here, purpose=form.cleaned_data["purpose"], params={"as_of": f"{as_of}"})


def _visible(request, pk):
    levels = (Level.DISTRICT, Level.SUBDISTRICT, Level.NEIGHBOURHOOD)
    return get_object_or_404(places_where(request.user, Permission.VIEW_FIGURES).at_level(*levels), pk=pk)


def _overview(request, here):
    form, as_of = AsOfForm.read(request.GET, reader=request.user, place=here)
    published = Published(here.district, as_of)
    head = published.head
    context = {
        "place": here,
        "form": form,
        "as_of": as_of,
        "rules": RULES,
        "metrics": METRICS,
        "members": published.number(here.pk),
        "party": published.number(here.pk, Kind.PARTY),
        "share": published.share(here.pk),
        "covered": len(head.covered(here.pk)),
        "uncovered": head.uncovered(here.pk),
        "neighbourhoods": len(head.of_level(Level.NEIGHBOURHOOD, here.pk)),
        "subdistricts": len(head.of_level(Level.SUBDISTRICT, here.pk)),
        "buildings": head.building_count(here.pk),
        "bars": bars_of(published, here),
        "lines": lines_of(published, here),
    }
    return render(request, "figures/district.html", context)


def _place_rows(request, context):
    head = Headcount(context["place"], context["as_of"])
    found = context["metric"].rows(head).named_at(context["as_of"])
    order = ["path"] if context["metric"].key == "buildings" else ["code_then", "path"]
    page = Paginator(found.order_by(*order), PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = page.object_list.with_ancestors()
    return render(request, "figures/places.html", context | {"page": page, "uncovered": head.uncovered()})


def _people_rows(request, context):
    here, kind, as_of = context["place"], context["kind"], context["as_of"]
    if why := why_closed(request.user, here, kind):
        return render(request, "figures/closed.html", context | {"why": why}, status=403)
    found = Headcount(here, as_of).rows_of(kind or None).select_related("person", "squad").order_by("since", "pk")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    if kind:
        note_opened(by=request.user, place=here, metric=context["metric"].key, kind=kind, as_of=as_of)
    return render(request, "figures/people.html", context | {"page": page})
