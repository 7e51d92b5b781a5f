"""What people type on the figures pages."""

from django import forms
from django.utils import timezone

from tongxin.oversight.forms import PurposeForm

from .opening import day_for


class AsOfForm(forms.Form):
    """截止日: a day of the past or today."""

    as_of = forms.DateField(
        label="截止日",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "日期看不懂，请写成 2023-03-03 这样"},
    )

    def clean_as_of(self):
        day = self.cleaned_data["as_of"]
        if day and day > timezone.localdate():
            raise forms.ValidationError("截止日在今天之后，请选今天或更早的一天")
        return day

    @classmethod
    def read(cls, query, *, reader, place) -> tuple["AsOfForm", object]:
        """The form and the day to show: today where nothing (or nothing sensible) was typed; see `day_for`."""
        form = cls({"as_of": f"{timezone.localdate()}"} | query.dict())
        form.is_valid()
        asked = form.cleaned_data.get("as_of") or timezone.localdate()
        shown = day_for(reader, place, asked)
        if shown != asked:
            form.add_error("as_of", f"以往的数按月末看，下面是{shown.year}年{shown.month}月{shown.day}日的")
        return form, shown


class ExportForm(PurposeForm):
    """导出: what for, and of which day."""

    as_of = forms.DateField(required=False, widget=forms.HiddenInput)
