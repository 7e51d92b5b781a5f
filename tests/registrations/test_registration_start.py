"""报到 on the phone, without JavaScript: six fields, a code, the consents; what was typed is never lost."""

import re

import pytest
from django.urls import reverse

from tongxin.people.models import Kind, Person, Purpose
from tongxin.places.models import Level, Place
from tongxin.registrations import where as homes
from tongxin.registrations.forms import Choice, StartForm
from tongxin.registrations.models import Registration

START, MINE = reverse("registrations:start"), reverse("registrations:mine")
NUMBER = "13800138123"


class Visitor:
    """Somebody at the form: fills it in, asks for the code, sends it."""

    def __init__(self, client, sms):
        self.client, self.sms = client, sms
        page = client.get(START).content.decode()
        self.typed = {
            "name": "孙一鸣", "phone": NUMBER, "where": "中浩云居委会", "kind": "", "skills": ["教用手机", "写写记记"],
            "times": ["周末"], "contact": "on", "key": re.search(r'name="key" value="(\w+)"', page)[1],
        }  # fmt: skip

    def ask_code(self, **changes):
        self.typed |= changes
        return self.client.post(START, self._filled() | {"action": "send"})

    def send(self, **changes):
        self.typed |= changes
        return self.client.post(START, self._filled())

    def _filled(self):
        return {name: value for name, value in self.typed.items() if value is not None}

    def send_with_code(self, **changes):
        self.ask_code(**changes)
        return self.send(code=self.sms.code())


@pytest.fixture
def visitor(world, client, sms):
    return Visitor(client, sms)


def errors(answer):
    return {name: " ".join(words) for name, words in answer.context["form"].errors.items()}


def test_anybody_may_read_the_page_and_nothing_is_ticked(world, client):
    page = client.get(START).content.decode()
    assert "填6项" in page and "checked" not in page


def test_there_are_at_most_six_fields_besides_code_and_consents(world, rf):
    form = StartForm(request=rf.get("/"))
    besides = {"code", "contact", "sms", "sensitive", "key"}
    assert set(form.fields) - besides == {"name", "phone", "where", "kind", "skills", "times"}


def test_at_most_eight_taps(world, client, sms):
    """Four boxes to touch, the code button, one consent, send; a line is chosen only where the words fit several places."""
    visitor = Visitor(client, sms)
    visitor.typed |= {"skills": [], "times": []}
    assert visitor.send_with_code().status_code == 302
    touched = ["name", "phone", "发验证码", "code", "where", "点选一处", "contact", "提交报到"]
    assert len(touched) <= 8


def test_the_journey_from_the_form_to_the_team(world, visitor):
    """报到 → 审核 → 联络 → 入队 with plain forms, each by its own person."""
    assert visitor.send_with_code().url == MINE
    registration = Registration.objects.get(person=Person.objects.by_phone(NUMBER))
    assert "居委正在审核" in visitor.client.get(MINE).content.decode()

    secretary = world.client(world.wang)
    preview = secretary.get(reverse("registrations:preview"), {"pick": registration.pk}).content.decode()
    assert "通过这1人的报到" in preview and "孙一鸣" in preview
    secretary.post(reverse("registrations:accept_batch"), {"pick": registration.pk})
    waiting = visitor.client.get(MINE).content.decode()
    assert "请等队长的电话" in waiting and "周队长" in waiting and world.zhou.local_phone not in waiting

    captain = world.client(world.zhou)
    called = captain.post(reverse("registrations:call", args=[registration.pk])).content.decode()
    assert f"tel:{NUMBER}" in called
    captain.post(reverse("registrations:note_contact", args=[registration.pk]), {"result": "reached"})

    join = reverse("registrations:join")
    assert join in visitor.client.get(MINE).content.decode()
    assert "请先读说明" in visitor.client.post(join, {}).content.decode()
    assert visitor.client.post(join, {"read": "on"}).url == MINE
    assert "可以认领任务了" in visitor.client.get(MINE).content.decode()
    assert registration.person.memberships.get().team == world.team


def test_the_code_button_keeps_everything_that_was_typed(world, visitor):
    answer = visitor.ask_code(kind=Kind.PARTY, sms="on").content.decode()
    assert 'value="孙一鸣"' in answer and NUMBER in answer and "验证码已发出" in answer
    assert len(re.findall(r"<input[^>]*\bchecked\b", answer)) == 3 + 1 + 2  # pills, the one place, consents
    assert re.search(r'value="在职党员"\s+selected', answer)


def test_what_was_filled_in_is_what_is_kept(world, visitor):
    visitor.send_with_code(kind=Kind.PARTY, sms="on", where="富平路18弄2号")
    registration = Registration.objects.get()
    assert (registration.place, registration.home) == (world.neighbourhood, world.buildings[1])
    assert (registration.skills, registration.times) == ("教用手机、写写记记", "周末")
    assert registration.declared_kind() == Kind.PARTY
    assert set(registration.person.consents.values_list("purpose", flat=True)) == {Purpose.CONTACT, Purpose.SMS}


def test_without_the_consent_nothing_is_kept(world, visitor):
    answer = visitor.send_with_code(contact=None)
    assert "同意这一项" in errors(answer)["contact"] and not Person.objects.by_phone(NUMBER)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"name": ""}, "没有填姓名"),
        ({"name": "孙"}, "2到25个字"),
        ({"name": "孙" * 26}, "2到25个字"),
        ({"name": "孙一鸣2"}, "姓名里有“2”"),
        ({"name": "孙<b>"}, "姓名里有“<”"),
        ({"name": "孙一鸣🙂"}, "请只填文字"),
    ],
)
def test_a_name_that_cannot_be_one_is_explained(world, visitor, typed, words):
    answer = visitor.send_with_code(**typed)
    assert words in errors(answer)["name"] and errors(answer).keys() == {"name"}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("李四", "李四"),
        ("  欧阳　若水 ", "欧阳 若水"),
        ("阿卜杜热合曼•买买提", "阿卜杜热合曼·买买提"),
        ("𬱖海峰", "𬱖海峰"),
        ("王〇一", "王〇一"),
        ("名" * 25, "名" * 25),
        ("Mary Smith", "Mary Smith"),
    ],
)
def test_names_as_people_really_have_them(world, visitor, typed, kept):
    assert visitor.send_with_code(name=typed).status_code == 302
    assert Person.objects.by_phone(NUMBER).name == kept


@pytest.mark.parametrize(
    ("typed", "words"),
    [("", "没有填手机号"), ("1380013812", "手机号少1位"), ("138001381234", "手机号多1位"), ("一三八", "数字以外")],
)
def test_a_number_that_cannot_be_one_is_explained_and_no_code_goes_out(world, visitor, typed, words):
    answer = visitor.ask_code(phone=typed)
    assert words in errors(answer)["phone"] and visitor.sms.refresh() == []
    assert f'value="{typed}"' in answer.content.decode() or not typed


def test_no_code_and_a_wrong_code_are_told_apart(world, visitor):
    assert "请先点“发验证码”" in errors(visitor.send())["code"]
    visitor.ask_code()
    wrong = f"{(int(visitor.sms.code()) + 1) % 10**6:06d}"
    assert "不对或已过期" in errors(visitor.send(code=wrong))["code"]
    assert not Registration.objects.exists()


def test_a_slip_elsewhere_does_not_spend_the_code(world, visitor):
    visitor.send_with_code(name="孙")
    assert visitor.send(name="孙一鸣").status_code == 302


def test_pressing_twice_is_one_registration_and_no_fault(world, visitor):
    visitor.send_with_code()
    again = visitor.send()
    assert (again.status_code, again.url) == (302, MINE) and Registration.objects.count() == 1


def test_a_form_sent_before_signs_nobody_in(world, visitor):
    """The key alone proves nothing: another browser is sent to a page that asks to sign in."""
    visitor.send_with_code()
    stranger = world.client(None)
    answer = stranger.post(START, visitor.typed)
    assert answer.url == MINE and "_auth_user_id" not in stranger.session


def test_who_has_checked_in_already_is_told_where(world, visitor):
    visitor.send_with_code()
    later = Visitor(world.client(None), visitor.sms)
    answer = later.send_with_code(where="万里名轩居委会")
    page = later.client.get(answer.url).content.decode()
    assert "您已在万里街道·中浩云居委会报到" in page and Registration.objects.count() == 1


def test_the_number_of_somebody_else_is_explained(world, visitor):
    answer = visitor.send_with_code(phone=world.alan.local_phone)
    assert "登记在另一个姓名下" in errors(answer)["phone"] and "陈" not in str(errors(answer)["phone"])
    assert "_auth_user_id" not in visitor.client.session and Person.objects.get(pk=world.alan.pk).name == "陈阿兰"


def test_red_twin_without_that_question_somebody_else_is_signed_in(world, visitor, monkeypatch):
    monkeypatch.setattr(Registration, "somebody_else_has", classmethod(lambda cls, **given: ""))
    visitor.send_with_code(phone=world.newcomer.local_phone, name="许文博")
    assert visitor.client.session["_auth_user_id"] == str(world.newcomer.pk)


def test_staff_are_never_signed_in_by_a_code(world, visitor):
    answer = visitor.send_with_code(phone=world.wang.local_phone, name="王敏华")
    assert answer.url == reverse("people:staff_sign_in") and "_auth_user_id" not in visitor.client.session


def test_who_helps_a_neighbour_stays_who_they_are(world, sms):
    helper = Visitor(world.client(world.alan), sms)
    assert helper.send_with_code().url == START
    assert helper.client.session["_auth_user_id"] == str(world.alan.pk) and Registration.objects.count() == 1


def test_a_specific_identity_asks_its_own_consent(world, visitor):
    answer = visitor.send_with_code(kind=Kind.DELEGATE)
    assert "另行同意" in errors(answer)["sensitive"]
    assert visitor.send(sensitive="on").status_code == 302
    assert Registration.objects.get().agreed_to_sensitive_kind()


def test_an_unknown_kind_is_no_way_in(world, visitor):
    assert "kind" in errors(visitor.send_with_code(kind="管理员"))


# where one lives


def chosen(text, **data):
    return Choice.of({"where": text} | data)


def test_found_by_name_pinyin_initials_code_and_door(world):
    door = world.buildings[2]
    for text in ("中浩云居委会", "zhonghaoyunjuweihui", "zhyjwh", world.neighbourhood.code, "万里街道·中浩云居委会"):
        choice = chosen(text)
        assert choice.place == world.neighbourhood or world.neighbourhood in choice.offers, text
    assert chosen(door.short_code.lower()).place == door
    assert chosen("富平路18弄3号").place == door


def test_several_fits_become_lines_to_choose_from_and_the_words_stay(world, visitor):
    answer = visitor.send_with_code(where="中浩云")
    page = answer.content.decode()
    assert "请在下面点选一处" in errors(answer)["where"] and 'value="中浩云"' in page
    assert f'name="place" value="{world.estate.pk}"' in page
    assert visitor.send(place=world.estate.pk, asked="中浩云").status_code == 302
    assert Registration.objects.get().home == world.estate


def test_a_line_chosen_for_other_words_does_not_count(world):
    assert chosen("万里名轩居委会", asked="中浩云", place=str(world.estate.pk)).place == world.sibling


def test_an_unknown_place_offers_the_nearest(world, visitor):
    answer = visitor.send_with_code(where="中浩雨居委")
    assert "是下面的一处吗" in errors(answer)["where"]
    assert world.neighbourhood in answer.context["form"].choice.offers


def test_words_that_fit_nothing_say_what_to_try(world, visitor):
    answer = visitor.send_with_code(where="qqqqqq")
    assert "换个写法" in errors(answer)["where"]


@pytest.mark.parametrize("text", ["", "abc", "-1", "²", "9" * 30, "<script>"])
def test_a_made_up_number_of_a_place_is_no_place(world, text):
    assert homes.by_id(text) is None


def test_no_home_above_a_neighbourhood(world):
    assert homes.by_id(world.subdistrict.pk) is None
    street = Place.objects.create(level=Level.ESTATE, name="直属小区", parent=world.subdistrict)
    assert homes.by_id(street.pk) is None and chosen("直属小区").place is None


def test_a_door_sign_fills_it_in(world, client):
    page = client.get(START, {"building": world.buildings[0].pk}).content.decode()
    assert f'value="{world.buildings[0].own_label}"' in page  # short enough for the field
    assert f"<span>{world.buildings[0].label}</span>" in page  # and whole on the line below
    assert re.search(rf'name="place" value="{world.buildings[0].pk}"[^>]*checked', page)


def test_the_live_list_is_the_same_lines(world, client):
    page = client.get(reverse("registrations:where"), {"where": "中浩云"}).content.decode()
    assert 'name="asked" value="中浩云"' in page and f'value="{world.neighbourhood.pk}"' in page


def test_the_live_list_costs_the_same_for_any_words(world, client, django_assert_num_queries):
    for text in ("中浩云", "富平路18弄"):
        with django_assert_num_queries(2):
            client.get(reverse("registrations:where"), {"where": text})


def test_after_a_refusal_nothing_is_typed_twice(world):
    before = world.newcomer.registrations.get()
    Registration.objects.filter(pk=before.pk).update(skills="教用手机、写写记记", times="周末")
    Registration.objects.get(pk=before.pk).refuse(by=world.wang, reason="信息对不上，请核对后重新报到")
    page = world.client(world.newcomer).get(START).content.decode()
    assert f'value="{world.newcomer.name}"' in page and "信息对不上，请核对后重新报到" in page
    assert re.search(r'value="写写记记"[^>]*checked', page) and re.search(r'value="周末"[^>]*checked', page)
    assert f'value="{before.home.own_label if before.home else before.place.own_label}"' in page
    assert "上次填的" not in world.client(world.alan).get(START).content.decode()
