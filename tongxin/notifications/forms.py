"""The switches of 怎样通知我."""

from django import forms

from .models import DigestHour, Family

ON = [("1", "开"), ("0", "关")]


class ChoiceForm(forms.Form):
    """One switch a press: a family by text message, or something about the daily digest."""

    family = forms.ChoiceField(choices=Family, required=False)
    on = forms.ChoiceField(choices=ON, required=False)
    digest = forms.ChoiceField(choices=ON, required=False)
    digest_text = forms.ChoiceField(choices=ON, required=False)
    digest_at = forms.ChoiceField(choices=DigestHour, required=False)

    def apply(self, choice, *, by) -> None:
        given = self.cleaned_data
        if given["family"] and given["on"]:
            choice.set_text(given["family"], on=given["on"] == "1", by=by)
        if given["digest"]:
            choice.set_digest(on=given["digest"] == "1", by=by)
        if given["digest_text"]:
            choice.set_digest(text=given["digest_text"] == "1", by=by)
        if given["digest_at"]:
            choice.set_digest(at=given["digest_at"], by=by)
