"""What people type about themselves."""

from django import forms
from django.contrib.auth import authenticate

from tongxin.channels.models import Attempt, TooMany

from .backends import totp_accepts
from .network import network_of


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
            self.add_error("password", "用户名或密码不对，请检查。忘了密码请找系统管理员")
        else:
            attempt.was_right()
        return data


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
