"""What people choose here, checked."""

from django import forms


class YearForm(forms.Form):
    """Which year to look at."""

    year = forms.IntegerField(min_value=2020, max_value=2200, required=False)

    def chosen(self, default: int) -> int:
        """The year asked for; `default` when none or no year was asked for."""
        return (self.is_valid() and self.cleaned_data["year"]) or default


class PointsForm(forms.Form):
    """Whether the person wants to see points at all."""

    shown = forms.BooleanField(required=False)
