"""What people write when something is wrong, missing or good."""

import secrets

from django import forms

from tongxin.places.models import Level, Place

from .models import Feedback


def unit_choices():
    """The register's offices: each 街镇 with its 居村; one query."""
    places = Place.objects.filter(until=None, level__in=[Level.SUBDISTRICT, Level.NEIGHBOURHOOD]).order_by("path")
    groups, current = [("", "请选一个单位")], None
    for place in places.only("pk", "name", "level", "path"):
        if place.level == Level.SUBDISTRICT:
            current = [(place.pk, place.name)]
            groups.append((place.name, current))
        elif current is not None:
            current.append((place.pk, place.name))
    return groups


class FeedbackForm(forms.Form):
    """Five short questions, two of them optional; no name is asked."""

    kind = forms.ChoiceField(
        label="您想说的是", choices=Feedback.Kind, widget=forms.RadioSelect,
        error_messages={"required": "请选一种：建议、投诉、表扬或用起来有困难"},
    )  # fmt: skip
    words = forms.CharField(
        label="请说说是什么事", max_length=1000, widget=forms.Textarea(attrs={"rows": 5}),
        help_text="不用写自己的姓名，也请不要写别人的电话、病情、证件号",
        error_messages={"required": "还没有写，请用几句话说说是什么事"},
    )  # fmt: skip
    about_kind = forms.ChoiceField(
        label="关于", choices=Feedback.About, widget=forms.RadioSelect, error_messages={"required": "请选一项"}
    )
    unit = forms.ChoiceField(
        label="哪个单位", required=False, help_text="关于单位或工作人员时选；那个单位看不到这条留言"
    )
    way = forms.ChoiceField(
        label="怎样听答复", choices=Feedback.Way, widget=forms.RadioSelect, initial=Feedback.Way.LINK, required=False
    )
    contact = forms.CharField(
        label="联系方式", max_length=60, required=False,
        help_text="加密保存，只有区里办这件事的人看得到，每看一次都有记录", widget=forms.TextInput(attrs={"autocomplete": "tel"}),
    )  # fmt: skip
    named = forms.BooleanField(
        label="用我的账号收答复", required=False, help_text="勾了，答复会出现在您的消息里；办的人仍然看不到您是谁"
    )
    key = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    def __init__(self, *args, person=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.person = person
        self.fields["unit"].choices = unit_choices()
        self.fields["key"].initial = secrets.token_hex(32)
        if person is None:
            del self.fields["named"]

    def clean(self):
        data = super().clean()
        if data.get("about_kind") in (Feedback.About.UNIT, Feedback.About.STAFF) and not data.get("unit"):
            self.add_error("unit", "请选一个单位，才能避开它直接送到区里；不知道是哪个，就选“这个系统”，在上面写明")
        if data.get("way") == Feedback.Way.PHONE and not data.get("contact"):
            self.add_error("contact", "请留一个电话，才能打给您；不想留就选“我自己用查询链接看”")
        return data

    def facts(self) -> dict:
        """What `Feedback.send` is told."""
        data = self.cleaned_data
        about = data["about_kind"] != Feedback.About.APP and Place.objects.get(pk=data["unit"])
        return {
            "kind": data["kind"], "words": data["words"], "about_kind": data["about_kind"], "about": about or None,
            "contact": data["contact"], "way": data["way"] or Feedback.Way.LINK, "key": data["key"],
            "person": self.person if data.get("named") else None,
        }  # fmt: skip


class AnswerForm(forms.Form):
    """The district's answer, read by whoever wrote."""

    words = forms.CharField(
        label="答复", max_length=1000, widget=forms.Textarea(attrs={"rows": 6}),
        help_text="请写清楚：查到什么、怎么办、什么时候办好、还有问题打哪个电话", error_messages={"required": "还没有写答复，请补上"},
    )  # fmt: skip


class AsideForm(forms.Form):
    """Why there is nothing to answer."""

    reason = forms.ChoiceField(
        label="原因", choices=[(word, word) for word in ("同样的内容重复发送", "看不出在说什么", "广告")],
    )  # fmt: skip


class RatingForm(forms.Form):
    """Satisfied or not, and if not, perhaps why."""

    happy = forms.ChoiceField(choices=[("yes", "满意"), ("no", "不满意")])
    why = forms.CharField(max_length=300, required=False)
