"""Proving a phone number by a code: one piece for signing in and for 报到."""

from django import forms
from django.conf import settings

from tongxin.channels.models import Challenge, TooMany
from tongxin.channels.sms import send_sms

from .models import Person
from .network import network_of
from .phones import PhoneProblem, normalise_phone
from .vault import blind_index

SESSION = "code_token"


def send_code(request, number: str, *, only_known: bool) -> str:
    """Send a code to a number; returns the sentence to show. Raises TooMany.

    With `only_known` an unknown number gets the same answer and no message, so that nobody learns who is registered.
    """
    index = blind_index(number)
    challenge, code = Challenge.issue(number_index=index, address=network_of(request))
    request.session[SESSION] = challenge.token
    holder = Person.objects.holding(number)
    known = holder is not None and holder.is_active
    if known or not only_known:
        send_sms(number, f"【同心】验证码{code}，10分钟内有效。不是您本人操作请不用理会。")
    if settings.DEMO and (known or not only_known):
        return f"演示环境不发短信，验证码是 {code}"
    return "验证码已发出，10分钟内有效。没收到请过一分钟再试"


def code_is_right(request, number: str, code: str) -> bool:
    return Challenge.redeem(token=request.session.get(SESSION), number_index=blind_index(number), code=code)


class PhoneField(forms.CharField):
    """A mobile number, cleaned to +86…; what was typed stays in the box when it is wrong."""

    def __init__(self, **kwargs):
        kwargs.setdefault("label", "手机号")
        kwargs.setdefault("max_length", 30)
        kwargs.setdefault("error_messages", {"required": "没有填手机号，请补上"})
        kwargs.setdefault(
            "widget", forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel", "placeholder": "11位手机号"})
        )
        super().__init__(**kwargs)

    def clean(self, value):
        text = super().clean(value)
        if not text:
            return ""
        try:
            return normalise_phone(text)
        except PhoneProblem as problem:
            raise forms.ValidationError(problem.message, code=problem.code) from None


class CodeField(forms.CharField):
    """The six digits."""

    def __init__(self, **kwargs):
        kwargs.setdefault("label", "短信验证码")
        kwargs.setdefault("required", False)  # not for the press that asks for one
        kwargs.setdefault("help_text", "发到上面的号码")
        kwargs.setdefault("max_length", 6)
        kwargs.setdefault(
            "widget",
            forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "placeholder": "6位数字"}),
        )
        super().__init__(**kwargs)


class CodeForm(forms.Form):
    """A form that ends with a phone number proved by a code: press 发验证码 first, then the main button.

    `wants_code()` sends one and keeps all that was typed; `is_valid()` then checks it with the rest.
    """

    only_known = False

    def __init__(self, *args, request, **kwargs):
        self.request = request
        self.sent = ""
        super().__init__(*args, **kwargs)

    def wants_code(self) -> bool:
        """True when the code button was pressed; the number alone is checked and the code sent."""
        if self.data.get("action") != "send":
            return False
        try:
            number = self.fields["phone"].clean(self.data.get("phone"))
            self.sent = send_code(self.request, number, only_known=self.only_known)
            self._errors = {}
        except forms.ValidationError as problem:
            self._errors = forms.utils.ErrorDict({"phone": self.error_class(problem.messages)})
        except TooMany as problem:
            self._errors = forms.utils.ErrorDict({"phone": self.error_class([problem.why])})
        self.cleaned_data = {}
        return True

    def clean(self):
        data = super().clean()
        number, code = data.get("phone"), data.get("code")
        if number and not code:
            self.add_error("code", "请先点“发验证码”，再填短信里的6位数字")
        elif number and not self.errors and not code_is_right(self.request, number, code):
            self.add_error("code", "验证码不对或已过期，请检查，或重新发一次")
        return data


class SignInForm(CodeForm):
    """Members sign in with phone and code (登录)."""

    only_known = True
    phone = PhoneField()
    code = CodeField()

    def person(self):
        """Who signs in; None when the number is not registered."""
        person = Person.objects.holding(self.cleaned_data["phone"])
        return person if person and person.is_active else None
