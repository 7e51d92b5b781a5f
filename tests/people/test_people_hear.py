"""Who hears of a number, a name and a merge; and no name or number of anybody in it."""

from tongxin.notifications.deliver import deliver
from tongxin.notifications.models import Notice
from tongxin.people.corrections import correct_name
from tongxin.people.merges import merge
from tongxin.people.models import NumberChange


def titles(person):
    return list(Notice.objects.filter(person=person).order_by("pk").values_list("title", flat=True))


def test_both_sides_hear(world):
    twin = world.member("陈阿兰", world.neighbourhood)
    change = NumberChange.ask_for(
        person=world.alan, number="+8619920008811", checked="known", by=world.wang, address=str
    )
    change.stop(by=world.alan)
    NumberChange.claim(number=world.zhou.phone).stop(by=world.wang)
    correct_name(world.alan, "陈阿岚", by=world.alan).decline(by=world.wang, reason="和身份证不一样")
    merge(kept=world.alan, gone=twin, by=world.wang, reason="同一个人").undo(by=world.wang, reason="看错了")
    deliver()
    assert titles(world.alan) == [
        "居委受理了您的换号", "换号停下了", "您的姓名这次没有更正", "您的两条登记合成了一条", "您的登记重新分开了"
    ]  # fmt: skip
    assert {"有一个号码可能已经换人", "有人申请更正姓名"} <= set(titles(world.wang))
    told = "".join(Notice.objects.values_list("body", flat=True))
    assert "8811" not in told and "陈阿" not in told and "021-62000000" in told
