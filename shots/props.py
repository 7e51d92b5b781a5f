"""What a clerk's desk holds besides: an uploaded roster to be checked, one with a column nobody knows, and one that is in."""

import io

import xlsxwriter

HEAD = ["序号", "姓名", "联系电话", "街镇", "居村", "人员类别", "入队日期", "所在分队", "职务", "备注"]
GOOD = ["", "19920101001", "万里街道", "中浩云居委会", "在职党员", "2022-05-04", "第一分队", "队员", ""]
MESSY = [  # name, and what differs from a good row
    ("白晓梅", {"联系电话": "199 2010 1002"}),
    ("白学农", {"联系电话": "１９９２０１０１００３", "居村": "中浩云"}),
    ("钱少一位", {"联系电话": "1992010100"}),
    ("钱写错", {"联系电话": "19920101005", "居村": "中浩运居委会"}),
    ("钱将来", {"联系电话": "19920101006", "入队日期": "2062-05-04"}),
    ("白晓梅", {"联系电话": "19920101002", "备注": "又写了一遍"}),
]
TIDY = [("白里红", {"联系电话": "19920101011"}), ("白在册", {"联系电话": "19920101012"})]


def workbook(rows, head=HEAD) -> bytes:
    """A roster as an office makes it: a title, a header, rows, a total."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    sheet = book.add_worksheet("名册")
    sheet.write_string(0, 0, "第二梯队人员基本信息登记表")
    for column, name in enumerate(head):
        sheet.write_string(1, column, name)
    for line, (name, changes) in enumerate(rows, start=1):
        cells = dict(zip(HEAD[1:], [name, *GOOD[1:]], strict=True)) | changes
        for column, text in enumerate([str(line), *cells.values()]):
            sheet.write_string(1 + line, column, text)
    sheet.write_string(2 + len(rows), 0, "合计")
    book.close()
    return target.getvalue()


def uploads(clerk, place, *, take_back=False) -> None:
    """Three uploads of this clerk; with `take_back` the last one is undone again, so that figures stay what they were."""
    from tongxin.registrations.models import RosterImport
    from tongxin.registrations.roster import work
    from tongxin.registrations.roster.columns import locate
    from tongxin.sheets.reading import read_workbook

    strange = ["找得到人的号" if name == "联系电话" else name for name in HEAD]
    for name, body in {
        "万里街道第二梯队（11月）.xlsx": workbook(MESSY),
        "表头不一样的名册.xlsx": workbook(TIDY, strange),
        "补录的名册.xlsx": workbook(TIDY),
    }.items():
        job = work.take_in(locate(read_workbook(io.BytesIO(body), name)), filename=name, place=place, by=clerk)
    job.confirm(by=clerk, queue=False)
    work.run_import.func(job.pk)
    if take_back:
        RosterImport.objects.get(pk=job.pk).undo(by=clerk)
