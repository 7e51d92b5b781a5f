"""What members say they like doing and when they have time: asked at the check-in, wanted by tasks, in the same words."""

ANYTHING = "都可以"
SKILLS = ["陪伴长辈", "教用手机", "修修补补", "写写记记", "急救护理", ANYTHING]
WEEKDAY, EVENING, WEEKEND, UNSURE = TIMES = ["工作日白天", "工作日晚上", "周末", "说不准"]
