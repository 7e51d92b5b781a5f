"""Putting a member of staff in a post, and out of it."""

import datetime as dt

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.db.models import Prefetch

from tongxin.people.models import Person
from tongxin.places.models import Level, Place

from .models import Appointment, today
from .policy import STAFF_ROLES, Role

LEVEL_OF = {
    Role.SECRETARY: Level.NEIGHBOURHOOD,
    Role.CLERK: Level.SUBDISTRICT,
    Role.DISTRICT: Level.DISTRICT,
    Role.AUDITOR: Level.DISTRICT,
    Role.ADMIN: Level.DISTRICT,
    Role.SECURITY: Level.DISTRICT,
}


def _day(**more):
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(widget=widget, error_messages={"invalid": "日期看不懂，请写成 2027-03-03 这样"}, **more)


def _places(field, places):
    field.queryset = places.current().filter(level__in=set(LEVEL_OF.values())).select_related("parent").order_by("path")
    field.label_from_instance = lambda place: place.label


def _check_level(form, data):
    role, place = data.get("role"), data.get("place")
    if role and place and LEVEL_OF[role] != place.level:
        form.add_error("place", f"{Role(role).label}应选{Level(LEVEL_OF[role]).label}一级的单位")


class StaffForm(forms.Form):
    """A new member of staff: name, sign-in name, role and place."""

    name = forms.CharField(label="姓名", max_length=25)
    username = forms.SlugField(label="用户名", max_length=40, help_text="小写字母和数字，例如 shenlan")
    role = forms.ChoiceField(label="角色", choices=[(r.value, r.label) for r in Role if r in STAFF_ROLES])
    place = forms.ModelChoiceField(label="单位", queryset=Place.objects.none(), empty_label="请选一个单位")
    password = forms.CharField(
        label="初始密码", min_length=10, max_length=128, help_text="至少10位，请当面交给本人；本人首次登录时换成自己的"
    )

    def __init__(self, *args, places, **kwargs):
        super().__init__(*args, **kwargs)
        for one in self.fields.values():
            one.error_messages["required"] = f"没有填{one.label}，请补上"
        self.fields["username"].error_messages["invalid"] = "用户名只用字母、数字和“-”“_”，请检查"
        _places(self.fields["place"], places)

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
        _check_level(self, data)
        return data


class ExistingForm(forms.Form):
    """Another post for somebody with an account: who, what, where, from when until when."""

    person = forms.ModelChoiceField(label="哪一位", queryset=Person.objects.none(), empty_label="请选一位")
    role = forms.ChoiceField(label="角色", choices=[(r.value, r.label) for r in Role if r in STAFF_ROLES])
    place = forms.ModelChoiceField(label="单位", queryset=Place.objects.none(), empty_label="请选一个单位")
    since = _day(label="从哪天起", required=False, help_text="不填就是今天")
    until = _day(label="任期到哪天", required=False, help_text="含这一天；不填就是没有定任期")

    def __init__(self, *args, places, people, **kwargs):
        super().__init__(*args, **kwargs)
        for one in self.fields.values():
            one.error_messages["required"] = f"没有填{one.label}，请补上"
        self.fields["person"].queryset = people
        self.fields["person"].label_from_instance = lambda person: f"{person.name}（{person.username}）"
        _places(self.fields["place"], places)

    def clean_until(self):
        last_day = self.cleaned_data["until"]
        return last_day and last_day + dt.timedelta(days=1)

    def clean(self):
        data = super().clean()
        _check_level(self, data)
        since, until = data.get("since") or today(), data.get("until")
        if since < today():
            self.add_error("since", "请选今天或以后的日子")
        if until and until <= since:
            self.add_error("until", "任期结束那天不能早于开始那天")
        return data


class EndForm(forms.Form):
    """Why a post ends; kept in the journal."""

    reason = forms.CharField(
        label="原因", max_length=200, help_text="例如：调任、退休", error_messages={"required": "请写一句原因"}
    )


class TermForm(forms.Form):
    """任期: the last day of the post."""

    last_day = _day(label="任期到哪天", required=False, help_text="含这一天；留空就是没有定任期")

    def until(self):
        last_day = self.cleaned_data["last_day"]
        return last_day and last_day + dt.timedelta(days=1)


def _colleague(person) -> str:
    held = "、".join(f"{post.place.name}{post.get_role_display()}" for post in person.posts_now)
    return f"{person.shown_as}（{held}）"


class DelegateForm(forms.Form):
    """请人代理: whom, from when until when, why."""

    to = forms.ModelChoiceField(
        label="请谁代理", queryset=Person.objects.none(), empty_label="请选一位",
        help_text="本单位或上级单位的同事", error_messages={"required": "请选一位同事"},
    )  # fmt: skip
    since = _day(label="从哪天起", initial=today)
    until = _day(label="到哪天为止", help_text="含这一天")
    reason = forms.CharField(
        label="原因", max_length=100, help_text="例如：出差、休假", error_messages={"required": "请写一句原因"}
    )

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        posts = Appointment.objects.current().filter(role__in=STAFF_ROLES, stands_in_for=None)
        posts = Prefetch("appointments", posts.select_related("place"), "posts_now")
        self.fields["to"].queryset = people.prefetch_related(posts)
        self.fields["to"].label_from_instance = _colleague
        for name in ("since", "until"):
            self.fields[name].error_messages["required"] = "请选日期"
