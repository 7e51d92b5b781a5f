"""Password rules in words people read."""

from django.contrib.auth.password_validation import (
    CommonPasswordValidator,
    MinimumLengthValidator,
    NumericPasswordValidator,
)


class LongEnough(MinimumLengthValidator):
    def get_error_message(self):
        return f"密码至少{self.min_length}位，请加长"


class NotCommon(CommonPasswordValidator):
    def get_error_message(self):
        return "这个密码太常见，请换一个"


class NotOnlyDigits(NumericPasswordValidator):
    def get_error_message(self):
        return "密码不能全是数字，请加上字母"
