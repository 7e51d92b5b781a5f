"""A clerk brings in the office's own workbook: sees what will happen, mends, confirms, watches, takes back."""

import io

import python_calamine
from django.core.management import call_command

from tests.registrations.rosters import HEADER, people, row, workbook
from tongxin.people.models import Person
from tongxin.registrations.models import RosterImport
from tongxin.teams.models import Membership

GOOD = 4
ROWS = [
    *people(GOOD),
    row(姓名="钱短号", 联系电话="1991000"),
    row(姓名="钱别处", 联系电话="19910002001", 居村="中浩运居委会"),
    row(姓名="白一", 联系电话="19910001100", 备注="与第一行同一个号码"),
    row(姓名="=SUM(A1)", 联系电话="19910002003"),
]


def upload(clerk, body, name="花名册（2026年11月）.xlsx"):
    clerk.open("/desk/").follow("导入名册")
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    clerk.page.get_by_label("名册表格").set_input_files({"name": name, "mimeType": kind, "buffer": body})
    clerk.tap("上传并检查")


def test_a_clerk_brings_in_a_roster_and_takes_it_back(desktop, live_world):
    before = Membership.objects.count()
    clerk = desktop(live_world.shen)
    upload(clerk, workbook(ROWS))
    job = RosterImport.objects.get()
    clerk.reads(f"共{job.rows}行", "还没有写入任何数据", "中浩云居委会", "手机号")
    assert (job.rows, job.duplicates) == (len(ROWS), 1) and job.errors >= 2
    assert Membership.objects.count() == before
    mend(clerk, job)

    clerk.tap(f"导入{job.imported}行")
    clerk.reads("正在导入", f"/ {job.imported} 人")
    assert Membership.objects.count() == before
    call_command("worker", once=True)
    clerk.reads(f"已导入{job.imported}人")  # the page asks again by itself
    assert Membership.objects.count() == before + job.imported

    clerk.page.get_by_text("我要撤回").click()
    clerk.tap("确认整批撤回")
    clerk.reads(f"已整批撤回{job.imported}人", "都已撤出名册")
    assert Membership.objects.filter(until=None).count() == before
    assert not Person.objects.by_phone("19910001100")


def mend(clerk, job):
    """The rows to mend come as a workbook with the reason beside them."""
    with clerk.page.expect_download() as download:
        clerk.page.get_by_role("link", name="下载标好红格的表").click()
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(download.value.path().read_bytes()))
    cells = [str(cell) for line in book.get_sheet_by_index(0).to_python() for cell in line]
    assert {"钱短号", "钱别处"} <= set(cells) and "1991000" in cells
    assert any("中浩云居委会" in cell for cell in cells)
    assert "白一" not in cells[: len(HEADER)]


def test_a_file_that_is_no_workbook_is_answered_in_words(desktop, live_world):
    clerk = desktop(live_world.shen)
    clerk.watch.allow("422")
    upload(clerk, b"%PDF-1.7 not a workbook", name="roster.pdf")
    clerk.reads("导入名册")
    assert clerk.page.locator(".t-field.bad .err").inner_text().strip()
    assert not RosterImport.objects.exists()


def test_a_missing_column_is_asked_for(desktop, live_world):
    header = ["找得到他的号" if name == "联系电话" else name for name in HEADER]
    rows = [one | {"找得到他的号": one["联系电话"]} for one in people(GOOD)]
    clerk = desktop(live_world.shen)
    upload(clerk, workbook(rows, header=header))
    clerk.reads("没有找到", "联系电话")
    clerk.page.get_by_label("联系电话").select_option("找得到他的号")
    clerk.tap("按这样检查")
    clerk.reads(f"导入{GOOD}行")


def test_uploading_works_without_javascript(phone, live_world):
    """On whatever is at hand: the whole import by plain forms."""
    clerk = phone(live_world.shen, js=False)
    clerk.page.goto("/registrations/imports/")
    clerk.page.get_by_label("名册表格").set_input_files(
        {"name": "名册.xlsx", "mimeType": "application/octet-stream", "buffer": workbook(people(GOOD))}
    )
    clerk.tap("上传并检查")
    clerk.tap(f"导入{GOOD}行")
    call_command("worker", once=True)
    clerk.page.reload()
    clerk.reads(f"已导入{GOOD}人")
