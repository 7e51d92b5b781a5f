"""How to stop text messages: the last words of each of them."""

HOW_TO_STOP = "不想再收短信，打开同心“消息－怎样通知我”点一下就停。"
