"""工作日历: which days are worked, why, and who says so."""

from itertools import groupby

from django import forms
from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from tongxin.access.policy import Permission
from tongxin.access.rules import may_anywhere
from tongxin.workflow.calendar import SOURCES, days_of, set_day, source_of

FIRST, LAST = 2004, 2100


class DayForm(forms.Form):
    """One day to decide about, and on what ground."""

    day = forms.DateField(
        label="哪一天",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "请选一天", "invalid": "日期看不懂，请写成 2027-02-06 这样"},
    )
    working = forms.TypedChoiceField(
        label="上班还是休息",
        choices=[("1", "上班"), ("0", "休息")],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
        error_messages={"required": "请选上班或休息"},
    )
    note = forms.CharField(
        label="依据", max_length=60, help_text="例如：按国办通知调休", error_messages={"required": "请写一句依据"}
    )

    def clean_day(self):
        day = self.cleaned_data["day"]
        if not timezone.localdate() <= day or day.year > LAST:
            raise forms.ValidationError("请选今天或以后的日子")
        return day


@require_http_methods(["GET", "POST"])
def calendar(request):
    """A year at a glance; the district decides about single days."""
    year = _year(request.GET.get("year", ""))
    may_set = may_anywhere(request.user, Permission.SET_CALENDAR)
    form = DayForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        row = set_day(by=request.user, **form.cleaned_data)
        messages.success(request, "已改好，自今天起新的期限按它算；已经告诉别人的期限不变")
        return redirect(f"{request.path}?year={row.day.year}")
    days = days_of(year)
    months = [{"name": f"{n}月", "days": list(inside)} for n, inside in groupby(days, key=lambda day: day.day.month)]
    for month in months:
        month["working"] = sum(day.working for day in month["days"])
        month["marked"] = [day for day in month["days"] if not day.usual]
    context = {
        "year": year, "months": months, "working": sum(day.working for day in days), "form": form,
        "source": SOURCES[source_of(year)], "may_set": may_set, "sources": SOURCES,
    }  # fmt: skip
    return render(request, "web/calendar.html", context, status=422 if form.is_bound else 200)


def _year(text) -> int:
    now = timezone.localdate().year
    return int(text) if text.isascii() and text.isdigit() and FIRST <= int(text[:5]) <= LAST else now
