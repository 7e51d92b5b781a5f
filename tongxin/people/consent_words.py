"""Each consent in plain words (PIPL Art. 14, 17): what, who sees it, how long, and what happens without it."""

from dataclasses import dataclass

from .models import Purpose

VERSION = "2026-11b"  # of these words: kept with every consent given


@dataclass(frozen=True)
class Words:
    """What stands on the page of one consent."""

    what: str
    who: str
    long: str
    without: str


WORDS = {
    Purpose.CONTACT: Words(
        "居委和队长用您的姓名、手机号、楼栋、技能和方便的时间，联络您、安排任务。",
        "您所在居村的党组织书记、队长；街镇工作人员办事需要时。看完整手机号要写原因，您看得到谁看过。",
        "在队期间。退出后只留任务和时长的记录。",
        "您仍在队里，可以自己看任务、认领、登记时长。撤回后，队长和居委看不到您的完整手机号，也就不会再打电话给您；"
        "有变动只在“消息”里告诉您，请您自己留意。",
    ),
    Purpose.SMS: Words(
        "和您有关的事（审核结果、任务变动、轮到候补）发一条短信。",
        "只发到您自己的手机，短信里不写别人的姓名。",
        "撤回之前。",
        "不再发这类短信，“消息”里照样看得到。验证码和换号提醒是为了保护您的账号，仍会发。",
    ),
    Purpose.DOOR_SIGN: Words(
        "您做楼组长或线上楼长的，以后打印楼组门牌时写上您的称呼和电话。现在还没有打印，打印以前哪里都不显示。",
        "打印以前没有人。打印以后是本楼的居民和来访的人。",
        "任职期间。撤回后，打印的门牌上就不写您；已经贴出的，请居委换下。",
        "门牌上写居委的电话，您照样是楼组长或线上楼长。",
    ),
    Purpose.SENSITIVE_KIND: Words(
        "登记您是两代表一委员或统战人士，用于统计人数。这是特定身份，属于敏感个人信息，加密保存。",
        "只有本居村党组织书记和区里指定的人员，看得到是谁。报表里人数少于5的写“<5”。",
        "撤回之前。撤回当天起按社区志愿者统计，原来登记的到这一天为止。",
        "不登记、撤回都不影响报到、入队和任何任务。",
    ),
    Purpose.THANKS: Words(
        "年底的感谢名单上写您的称呼。只写称呼，按称呼的拼音排，不写时长和积分，不分先后。",
        "看得到感谢名单的人，可能是本居村的居民。",
        "每年一次。撤回后，以后的名单上不再写您。",
        "名单上没有您的称呼，其他都一样。",
    ),
}
