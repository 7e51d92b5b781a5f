"""The templates that come with the house (自带模板): common work of a 居村, in words anybody can change after choosing one.

The migration writes them once; each row: family, title, what to do, hours, seats, risk, factor, skill, fit for minors, at home, bring.
"""

from decimal import Decimal

SAFE = "请量力而行，累了或不舒服就停下来，马上告诉联系人。"
CAREFUL = "请先听联系人讲注意事项，两人一组，量力而行；觉得不安全就停下来，马上告诉联系人。"

ROWS = [
    ("governance", "楼道巡查", "两人一组，看看有没有堆物、灯坏了、通道被占，告诉联系人。", "1", 4, "low", "ordinary", "", True, False, "方便走路的鞋"),
    ("governance", "非机动车整理", "把门厅和车棚里的非机动车排整齐，留出通道；不移动上锁的车。", "1", 4, "low", "ordinary", "", True, False, "手套"),
    ("governance", "垃圾分类引导", "在投放点提醒和帮助邻居分类，说话客气，不争执。", "1.5", 2, "low", "ordinary", "", True, False, ""),
    ("governance", "上学放学护苗", "在校门和路口提醒行人看灯过街，不指挥车辆。", "1", 4, "low", "ordinary", "", False, False, "有反光条的马甲"),
    ("governance", "居民意见入户听取", "两人一组上门，听邻居说想法，记下来交给居委；不记与这件事无关的情况。", "2", 4, "low", "ordinary", "", False, False, ""),
    ("governance", "整理楼道告示", "在家排版，发给联系人打印。", "0.5", 1, "low", "skilled", "写写记记", True, True, ""),
    ("home", "陪伴独居长辈", "两人一组上门聊聊天，看看家里缺什么，有事告诉联系人；不代管钱物。", "1", 2, "low", "ordinary", "陪伴长辈", True, False, ""),
    ("home", "电话问候长辈", "在家给约好的长辈打电话，问问身体和需要，有事告诉联系人。", "1", 3, "low", "ordinary", "陪伴长辈", False, True, ""),
    ("home", "手机小课堂", "一对一教长辈用手机，一次只教一件事；不代输密码。", "1.5", 6, "low", "skilled", "教用手机", True, False, "自己的手机"),
    ("home", "便民小修", "在居委门口帮邻居修小家电、磨刀、换灯泡；不登高，不碰电路。", "2", 3, "low", "skilled", "修修补补", False, False, "常用工具"),
    ("home", "花坛养护", "浇水、拔草、捡落叶。", "1.5", 6, "low", "ordinary", "", True, False, "手套、帽子"),
    ("home", "血压测量", "由有护理经历的志愿者为邻居量血压；只告诉本人，不登记数值。", "2", 2, "low", "skilled", "急救护理", False, False, ""),
    ("emergency", "高温天送水", "给户外工作的人和独居长辈送水，早晚出发，避开中午。", "1.5", 6, "some", "hard", "", False, False, "遮阳帽、水杯"),
    ("emergency", "台风前检查门窗", "两人一组提醒邻居收好花盆、关好门窗；不登高，不到屋顶。", "2", 6, "some", "hard", "", False, False, "防滑鞋、手电"),
    ("emergency", "寒潮前提醒", "上门或打电话提醒长辈保暖、用气用电安全，水管包扎由物业来做。", "1.5", 6, "low", "ordinary", "陪伴长辈", False, False, ""),
    ("emergency", "雨天看积水", "在楼门口看积水，提醒邻居绕行，告诉联系人；不下水，不碰井盖。", "1.5", 4, "some", "hard", "", False, False, "雨衣、防滑鞋"),
    ("emergency", "扫雪防滑", "天亮后清扫楼门口和主路，铺防滑垫。", "1.5", 8, "some", "hard", "", False, False, "手套、防滑鞋"),
]  # fmt: skip


def rows() -> list[dict]:
    """What the migration writes."""
    names = "family title summary hours seats risk factor skill minors from_home bring".split()
    found = [dict(zip(names, row, strict=True)) for row in ROWS]
    return [
        row
        | {
            "hours": Decimal(row["hours"]),
            "risk_text": SAFE if row["risk"] == "low" else CAREFUL,
            "spot": "在家" if row["from_home"] else "",
        }
        for row in found
    ]
