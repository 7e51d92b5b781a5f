"""The roster as a file: for a purpose, with the reader's name on it."""

from django import forms
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods

from tongxin.access.policy import Permission
from tongxin.access.rules import can, places_where
from tongxin.oversight.exporting import export
from tongxin.oversight.forms import PurposeForm
from tongxin.places.models import Level


class RosterExportForm(PurposeForm):
    """What for; and whether the kinds of people are needed, where the reader may see them."""

    kinds = forms.BooleanField(label="带上人员类别（含特定身份）", required=False, help_text="平时请不要带上")

    def __init__(self, *args, may_kinds, **kwargs):
        super().__init__(*args, **kwargs)
        if not may_kinds:
            del self.fields["kinds"]


@require_http_methods(["GET", "POST"])
def roster_export(request, pk):
    """The members of one 街镇 or 居村."""
    levels = (Level.DISTRICT, Level.SUBDISTRICT, Level.NEIGHBOURHOOD)
    place = get_object_or_404(places_where(request.user, Permission.VIEW_ROSTER).at_level(*levels), pk=pk)
    may_kinds = can(request.user, Permission.VIEW_SENSITIVE_KIND, place)
    form = RosterExportForm(request.POST or None, may_kinds=may_kinds)
    if form.is_valid():
        params = {"kinds": True} if form.cleaned_data.get("kinds") else {}
        return export(request, "roster", place=place, purpose=form.cleaned_data["purpose"], params=params)
    context = {"place": place, "form": form}
    return render(request, "teams/roster_export.html", context, status=422 if form.is_bound else 200)
