"""Putting a member of staff in a post."""

from django import forms
from django.contrib.auth.password_validation import validate_password

from tongxin.people.models import Person
from tongxin.places.models import Level, Place

from .policy import STAFF_ROLES, Role

LEVEL_OF = {
    Role.SECRETARY: Level.NEIGHBOURHOOD,
    Role.CLERK: Level.SUBDISTRICT,
    Role.DISTRICT: Level.DISTRICT,
    Role.AUDITOR: Level.DISTRICT,
    Role.ADMIN: Level.DISTRICT,
    Role.SECURITY: Level.DISTRICT,
}


class StaffForm(forms.Form):
    """A new member of staff: name, sign-in name, role and place."""

    name = forms.CharField(label="姓名", max_length=25)
    username = forms.SlugField(label="用户名", max_length=40, help_text="小写字母和数字，例如 shenlan")
    role = forms.ChoiceField(label="角色", choices=[(r.value, r.label) for r in Role if r in STAFF_ROLES])
    place = forms.ModelChoiceField(label="单位", queryset=Place.objects.none(), empty_label="请选一个单位")
    password = forms.CharField(label="初始密码", min_length=10, max_length=128, help_text="至少10位，请当面交给本人")

    def __init__(self, *args, places, **kwargs):
        super().__init__(*args, **kwargs)
        for one in self.fields.values():
            one.error_messages["required"] = f"没有填{one.label}，请补上"
        self.fields["username"].error_messages["invalid"] = "用户名只用字母、数字和“-”“_”，请检查"
        self.fields["place"].queryset = places.filter(level__in=set(LEVEL_OF.values())).order_by("path")
        self.fields["place"].label_from_instance = lambda place: place.label

    def clean_username(self):
        username = self.cleaned_data["username"].lower()
        if Person.objects.filter(username=username).exists():
            raise forms.ValidationError("这个用户名已有人用，请换一个")
        return username

    def clean_password(self):
        validate_password(self.cleaned_data["password"])
        return self.cleaned_data["password"]

    def clean(self):
        data = super().clean()
        role, place = data.get("role"), data.get("place")
        if role and place and LEVEL_OF[role] != place.level:
            self.add_error("place", f"{Role(role).label}应选{Level(LEVEL_OF[role]).label}一级的单位")
        return data
