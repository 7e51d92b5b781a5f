"""What a clerk hands in: the workbook, and which header stands for a column that was not found."""

from django import forms

from tongxin.access.policy import Permission as P
from tongxin.access.rules import places_where
from tongxin.places.models import Level
from tongxin.sheets.problems import SheetProblem
from tongxin.sheets.reading import MAX_BYTES, read_workbook

from .roster.columns import LABELS, locate

UPPER = (Level.DISTRICT, Level.SUBDISTRICT, Level.NEIGHBOURHOOD)


def where_to_import(person):
    """The uppermost places a person may import rosters for."""
    tops = []
    for place in places_where(person, P.IMPORT_ROSTER).at_level(*UPPER).order_by("path"):
        if not any(place.is_under(top) for top in tops):
            tops.append(place)
    return tops


class UploadForm(forms.Form):
    """The office's own workbook (名册)."""

    file = forms.FileField(
        label="名册表格",
        help_text="Excel或WPS表格（.xlsx、.xls）或 .csv，不超过20MB",
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.csv"}),
        error_messages={"required": "请选择一个文件", "empty": "文件是空的，请选择填好的表格"},
    )
    place = forms.TypedChoiceField(label="为哪里导入", coerce=int)

    def __init__(self, *args, person, **kwargs):
        super().__init__(*args, **kwargs)
        self.places = {place.pk: place for place in where_to_import(person)}
        choices = [(pk, place.label) for pk, place in self.places.items()]
        self.fields["place"].choices = choices
        if len(choices) == 1:
            self.fields["place"].widget = forms.HiddenInput()
            self.fields["place"].initial = choices[0][0]

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError("文件超过20MB，请删去图片和空白行列，或分成几份上传")
        try:
            self.table = locate(read_workbook(file, file.name))
        except SheetProblem as problem:
            raise forms.ValidationError(problem.message) from None
        if not self.table.rows:
            raise forms.ValidationError("表头下面没有内容，请确认选对了表格")
        return file

    def facts(self):
        """What `take_in` is given."""
        return {
            "table": self.table,
            "filename": self.cleaned_data["file"].name,
            "place": self.places[self.cleaned_data["place"]],
        }


class ColumnsForm(forms.Form):
    """Which header stands for a column that is missing."""

    def __init__(self, *args, job, **kwargs):
        super().__init__(*args, **kwargs)
        headers = [("", "请选一列"), *((header, header) for header in job.ignored)]
        for key in job.missing:
            message = {"required": f"请选出哪一列是{LABELS[key]}"}
            self.fields[key] = forms.ChoiceField(label=LABELS[key], choices=headers, error_messages=message)

    def clean(self):
        chosen = [header for header in self.cleaned_data.values() if header]
        if len(chosen) != len(set(chosen)):
            raise forms.ValidationError("同一列只能用一次，请重新选择")
        return self.cleaned_data
