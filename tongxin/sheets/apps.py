from django.apps import AppConfig


class SheetsConfig(AppConfig):
    name = "tongxin.sheets"
    label = "sheets"
    verbose_name = "表格"
