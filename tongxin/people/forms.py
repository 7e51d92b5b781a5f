"""What people type about themselves."""

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.password_validation import validate_password

from tongxin.channels.models import Attempt, TooMany

from .backends import totp_accepts
from .codes import CodeField, CodeForm, PhoneField
from .models import SENSITIVE_KINDS, Kind, Person
from .names import LONGEST, clean_name
from .network import network_of
from .numbers import NumberChange
from .passwords import code_fits
from .sessions import wrong_name


class StaffSignInForm(forms.Form):
    """Staff sign in with name and password; the second factor follows on its own page."""

    username = forms.CharField(
        label="用户名", max_length=40, widget=forms.TextInput(attrs={"autocomplete": "username"})
    )
    password = forms.CharField(
        label="密码", max_length=128, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )

    def __init__(self, *args, request, **kwargs):
        self.request = request
        super().__init__(*args, **kwargs)

    def clean(self):
        data = super().clean()
        if self.errors:
            return data
        try:
            attempt = Attempt.begin(account=f"password:{data['username'].lower()}", network=network_of(self.request))
        except TooMany as problem:
            self.add_error("password", problem.why)
            return data
        self.person = authenticate(self.request, username=data["username"], password=data["password"])
        if self.person is None:
            self.add_error("password", "用户名或密码不对，请检查。忘了密码，请系统管理员申请重置")
        else:
            attempt.was_right()
        return data


def _secret(label, autocomplete, **more):
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    missing = {"required": f"没有填{label}，请补上"}
    return forms.CharField(label=label, max_length=128, strip=False, widget=widget, error_messages=missing, **more)


class NewPassword(forms.Form):
    """A new password, twice; whose it is, the form that asks knows (`self.person`)."""

    person = None
    new = _secret("新密码", "new-password", help_text="至少10位，不能全是数字，请不要用别处用过的")
    again = _secret("再填一次新密码", "new-password")

    def clean(self):
        data = super().clean()
        if "new" in data and "again" in data and data["new"] != data["again"]:
            self.add_error("again", "两次填的不一样，请再填一次")
        if "new" in data and self.person is not None:
            try:
                validate_password(data["new"], self.person)
            except forms.ValidationError as problem:
                self.add_error("new", problem)
        return data


class PasswordForm(NewPassword):
    """One's own password: the old one, then a new one."""

    old = _secret("现在的密码", "current-password")
    field_order = ["old", "new", "again"]

    def __init__(self, *args, person, request, **kwargs):
        self.person, self.request = person, request
        super().__init__(*args, **kwargs)

    def clean_old(self):
        try:
            attempt = Attempt.begin(account=f"password:{self.person.username}", network=network_of(self.request))
        except TooMany as problem:
            raise forms.ValidationError(problem.why) from None
        if not self.person.check_password(self.cleaned_data["old"]):
            raise forms.ValidationError("现在的密码不对，请再填一次")
        attempt.was_right()
        return self.cleaned_data["old"]

    def clean(self):
        data = super().clean()
        if data.get("new") and data.get("new") == data.get("old"):
            self.add_error("new", "新密码和现在的一样，请换一个")
        return data


class SetPasswordForm(NewPassword):
    """A forgotten password: the code the security administrator handed over, then a new one."""

    username = forms.CharField(
        label="用户名", max_length=40, widget=forms.TextInput(attrs={"autocomplete": "username"}),
        error_messages={"required": "没有填用户名，请补上"},
    )  # fmt: skip
    code = forms.CharField(
        label="一次性设置码", max_length=20, help_text="安全管理员当面交给您的12位，24小时内有效",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autocapitalize": "characters"}),
        error_messages={"required": "没有填设置码，请补上"},
    )  # fmt: skip
    field_order = ["username", "code", "new", "again"]

    def __init__(self, *args, request, **kwargs):
        self.request = request
        super().__init__(*args, **kwargs)

    def clean_code(self):
        username = self.cleaned_data.get("username", "").lower()
        try:
            attempt = Attempt.begin(account=f"set-code:{username}", network=network_of(self.request))
        except TooMany as problem:
            raise forms.ValidationError(problem.why) from None
        person = Person.objects.filter(username=username).first() if username else None
        if not code_fits(person, self.cleaned_data["code"]):
            raise forms.ValidationError("用户名或设置码不对，或已过24小时。请检查，或请安全管理员再给一个")
        attempt.was_right()
        self.person = person
        return self.cleaned_data["code"]


class TotpForm(forms.Form):
    """The six digits of the authenticator app."""

    code = forms.CharField(
        label="动态口令",
        max_length=6,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "placeholder": "6位数字"}
        ),
    )

    def __init__(self, *args, person, secret=None, **kwargs):
        self.person, self.secret = person, secret
        super().__init__(*args, **kwargs)

    def clean_code(self):
        code = self.cleaned_data["code"].strip()
        try:
            # Whoever stands here knows the password already: the network makes no difference.
            attempt = Attempt.begin(account=f"totp:{self.person.pk}", network=f"totp:{self.person.pk}")
        except TooMany as problem:
            raise forms.ValidationError(problem.why) from None
        if not totp_accepts(self.person, code, secret=self.secret):
            raise forms.ValidationError("动态口令不对或已用过，请等下一个再填")
        attempt.was_right()
        return code


class SalutationForm(forms.Form):
    """How one wants to be addressed (称呼); empty means masked."""

    salutation = forms.CharField(
        label="希望别人怎么称呼您", max_length=12, required=False, help_text="例如：王女士、李师傅"
    )


class RevealForm(forms.Form):
    """Why a full number is needed; the person can read it."""

    reason = forms.CharField(label="为什么要看", max_length=60)


class NameForm(forms.Form):
    """One's name as it should stand."""

    name = forms.CharField(
        label="姓名",
        max_length=LONGEST,
        error_messages={"required": "请填写姓名"},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


class NameCheckForm(NameForm):
    """The name a long silent number stands under; a few tries, then another code."""

    def __init__(self, *args, request, person, **kwargs):
        self.request, self.person = request, person
        super().__init__(*args, **kwargs)

    def clean_name(self):
        try:
            attempt = Attempt.begin(account=f"name:{self.person.pk}", network=f"name:{self.person.pk}")
        except TooMany as problem:
            raise forms.ValidationError(problem.why) from None
        if clean_name(self.cleaned_data["name"]) != self.person.name:
            more = wrong_name(self.request)
            raise forms.ValidationError(
                "和登记的姓名不一样，请再填一次" if more else "和登记的姓名不一样。请返回重新发验证码，或打电话给居委"
            )
        attempt.was_right()
        return self.cleaned_data["name"]


class NewNumberForm(CodeForm):
    """Another number of one's own."""

    phone = PhoneField(label="新手机号")
    code = CodeField()


class LostNumberForm(CodeForm):
    """The number of somebody in front of the desk, and how the desk knows who it is."""

    checked = forms.ChoiceField(
        label="怎么确认是本人的",
        choices=NumberChange.Check.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选一项：怎么确认是本人的"},
    )
    phone = PhoneField(label="本人的新手机号")
    code = CodeField(help_text="请本人读出新手机上收到的6位数字")


class NotMeForm(CodeForm):
    """A number that was somebody else's before."""

    phone = PhoneField(label="您现在的手机号")
    code = CodeField()


class KindForm(forms.Form):
    """One more 人员类别 of one's own."""

    kind = forms.ChoiceField(
        label="再添一项", error_messages={"required": "请选一项", "invalid_choice": "请从列表里选一项"}
    )

    def __init__(self, *args, person, held, **kwargs):
        super().__init__(*args, **kwargs)
        have = {one.kind for one in held}
        left = [(kind.value, kind.label) for kind in Kind if kind not in have]
        self.fields["kind"].choices = [("", "请选择"), *left]
        self.sensitive_left = any(kind in SENSITIVE_KINDS for kind, _ in left)


class EraseForm(forms.Form):
    """Meant so: a tick, since there is no way back."""

    sure = forms.BooleanField(
        label="我知道删除以后不能恢复", error_messages={"required": "请先打勾，确认您知道不能恢复"}
    )


class ReasonForm(forms.Form):
    """Why, for whoever asks later."""

    reason = forms.CharField(label="为什么", max_length=200, error_messages={"required": "请写明原因，以后查得到"})


class MergeForm(ReasonForm):
    """Which of two rows stays."""

    keep = forms.ChoiceField(
        label="保留哪一条", widget=forms.RadioSelect, error_messages={"required": "请选一条保留下来"}
    )

    def __init__(self, *args, pair, **kwargs):
        super().__init__(*args, **kwargs)
        self.pair = pair
        words = zip("左右", pair, strict=True)
        self.fields["keep"].choices = [(one.pk, f"{side}边的：{one.name} {one.masked_phone}") for side, one in words]
        self.fields["reason"].label = "怎么知道是同一个人"
        self.order_fields(["keep", "reason"])

    def chosen(self):
        """(kept, gone)."""
        kept = next(one for one in self.pair if str(one.pk) == self.cleaned_data["keep"])
        return kept, next(one for one in self.pair if one is not kept)


class FindForm(forms.Form):
    """Somebody of one's own neighbourhood: a name or a number."""

    q = forms.CharField(label="姓名、手机号或后4位", required=False, max_length=30)

    def typed(self) -> str:
        return self.cleaned_data["q"].strip() if self.is_bound and self.is_valid() else ""
