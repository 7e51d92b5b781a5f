"""报到: from an open page to a received registration, with and without JavaScript, and pressed twice."""

from tongxin.registrations.models import Registration


def check_in(hand, sms, world, name="孙一鸣", number="19900012345"):
    """Fill the page as a newcomer does and press 提交报到."""
    hand.open("/registrations/start/")
    hand.write("姓名", name)
    hand.write("手机号", number)
    hand.tap("发验证码")
    hand.reads("验证码已发出")
    hand.write("短信验证码", sms.code())
    hand.write("您住在哪里", world.buildings[0].short_code)
    hand.tick("同意居委和所在分队队长查看")
    hand.tap("提交报到")


def test_checking_in_takes_eight_taps_and_six_fields(phone, live_world, sms):
    hand = phone()
    check_in(hand, sms, live_world)
    hand.reads("已收到报到", "居委正在审核")
    assert hand.taps <= 8 and hand.fields <= 6
    made = Registration.objects.get()
    assert (made.place, made.home) == (live_world.neighbourhood, live_world.buildings[0])
    assert "报到" in hand.steps[0] and "本人" in hand.steps[0] and len(hand.steps) == 6


def test_checking_in_works_without_javascript(phone, live_world, sms):
    hand = phone(js=False)
    check_in(hand, sms, live_world)
    hand.reads("已收到报到", "居委正在审核")
    assert Registration.objects.count() == 1


def test_what_was_typed_is_kept_but_never_the_code(phone, live_world):
    hand = phone().open("/registrations/start/")
    hand.write("姓名", "孙一鸣")
    hand.write("短信验证码", "123456")
    hand.reads("已替您保存草稿")
    hand.page.reload()
    assert hand.page.get_by_label("姓名").input_value() == "孙一鸣"
    assert hand.page.get_by_label("短信验证码").input_value() == ""
    assert not hand.page.get_by_label("同意居委和所在分队队长查看").is_checked()


def test_a_wrong_code_is_said_beside_its_field_and_the_rest_stays(phone, live_world, sms):
    hand = phone()
    right = sms.code
    sms.code = lambda: "000000" if right() != "000000" else "111111"
    check_in(hand, sms, live_world)
    hand.reads("有要改的地方", "验证码不对或已过期")
    assert hand.page.get_by_label("姓名").input_value() == "孙一鸣"
    assert hand.page.get_by_label("短信验证码").get_attribute("aria-invalid") == "true"
    assert not Registration.objects.exists()


def test_one_finds_the_place_while_typing(phone, live_world):
    hand = phone().open("/registrations/start/")
    hand.page.get_by_label("您住在哪里").press_sequentially("zhy")
    hand.page.get_by_role("radio", name="万里街道·中浩云居委会", exact=True).check()
    assert hand.page.get_by_role("radio", name="万里街道·中浩云居委会", exact=True).is_checked()
