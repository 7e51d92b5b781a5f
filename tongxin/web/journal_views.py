"""查阅记录: the journal for those who check, and each look at it is in the journal too; a download is an export."""

import datetime as dt

from django import forms
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from tongxin.access.models import Appointment
from tongxin.access.policy import Permission
from tongxin.access.rules import places_where, scope
from tongxin.journal.models import Event, record
from tongxin.oversight.exporting import export
from tongxin.oversight.forms import PurposeForm
from tongxin.places.models import Level, Place

from .journal_dress import dress
from .journal_words import VERBS

PER_PAGE = 50
LONGEST = 20_000  # events in one download: beyond it a narrower question is the better one
FIRST, LAST = dt.date(1970, 1, 1), dt.date(2999, 12, 31)  # beyond them the arithmetic of days ends


class FilterForm(forms.Form):
    """What to look for: one kind of event, some days, one person as doer or subject."""

    verb = forms.ChoiceField(label="事项", required=False, choices=[("", "全部"), *VERBS.items()])
    since = forms.DateField(
        label="从", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    until = forms.DateField(
        label="到", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    person = forms.IntegerField(label="人员编号", required=False, min_value=1)
    place = forms.CharField(label="地方", required=False, max_length=20)

    def applied_to(self, events):
        """The events that match; what does not parse is left out and says so beside its field."""
        self.is_valid()
        asked = self.cleaned_data
        if asked.get("verb"):
            events = events.filter(verb=asked["verb"])
        if asked.get("since"):
            events = events.filter(at__gte=midnight(asked["since"]))
        if asked.get("until"):
            events = events.filter(at__lt=midnight(asked["until"], after=1))
        if asked.get("person"):
            one = asked["person"]
            events = events.filter(Q(actor_id=one) | Q(subject_kind="people.person", subject_id=one))
        if where := asked.get("place"):
            found = Place.objects.filter(code=where) | Place.objects.filter(name__startswith=where)
            below = Q(pk__in=[])
            for place in found[:20]:
                below |= Q(path__under=place.path)
            events = events.filter(place_id__in=Place.objects.filter(below).values("pk"))
        return events

    def plain(self) -> dict:
        """What was asked, as it is kept with an export."""
        return {name: f"{value}" for name, value in self.cleaned_data.items() if value}


def midnight(day, *, after=0):
    """The first moment of a day, or of so many days after it; days beyond all arithmetic are brought inside."""
    return timezone.make_aware(dt.datetime.combine(min(max(day, FIRST), LAST) + dt.timedelta(days=after), dt.time.min))


@require_GET
def journal(request):
    """Events of the reader's places, newest first."""
    top = checked_place(request)
    form = FilterForm(request.GET)
    found = form.applied_to(readable(request.user, top)).order_by("-id")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = dress(page.object_list)
    return render(request, "web/journal.html", {"form": form, "page": page, "place": top})


def checked_place(request):
    """The highest place the reader checks; the look is on record."""
    top = places_where(request.user, Permission.READ_JOURNAL).order_by("path").first()
    if top is None:
        raise PermissionDenied
    _note_reading(request, top)
    return top


@require_http_methods(["GET", "POST"])
def export_page(request):
    """The records found, as a workbook: for a purpose, with the reader's name on it."""
    top = checked_place(request)
    asked = FilterForm(request.GET)
    form = PurposeForm(request.POST or None)
    count = asked.applied_to(readable(request.user, top)).count()
    if form.is_valid() and 0 < count <= LONGEST:
        purpose = form.cleaned_data["purpose"]
        return export(request, "journal", place=top, purpose=purpose, params=asked.plain())
    context = {"form": form, "count": count, "place": top, "longest": LONGEST}
    return render(request, "web/journal_export.html", context, status=422 if form.is_bound else 200)


def readable(reader, top):
    """What happened at the reader's places; and what happened at no place, if the person who did it belongs to them."""
    here = places_where(reader, Permission.READ_JOURNAL).values("pk")
    people = Appointment.objects.filter(scope(reader, Permission.READ_JOURNAL)).values("person")
    nowhere = Q(actor_id__in=people) | Q(subject_kind="people.person", subject_id__in=people)
    if top.level == Level.DISTRICT:
        nowhere |= Q(actor_id=None)  # commands of the operator
    return Event.objects.filter(Q(place_id__in=here) | Q(place_id=None) & nowhere)


def _note_reading(request, top):
    """Once an hour of a session, so that paging through does not fill the journal with itself."""
    hour = f"{timezone.localtime():%Y-%m-%d %H}"
    if request.session.get("journal_read") != hour:
        request.session["journal_read"] = hour
        record("journal.read", subject=top, by=request.user, place=top)
