"""A clerk's way through the pages: upload, check, mend, confirm, watch, take back."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from tests.registrations.rosters import GOOD, HEADER, bring_in, people, row, workbook
from tongxin.journal.models import Event
from tongxin.people.models import Person
from tongxin.registrations.models import Registration
from tongxin.registrations.roster import store, work
from tongxin.registrations.roster.models import RosterImport
from tongxin.sheets.reading import read_workbook

LIST = reverse("registrations:imports")
SCRIPT = "<script>alert(1)</script>"


def send(client, data, *, name="名册.xlsx", place=None, follow=True):
    file = SimpleUploadedFile(name, data)
    return client.post(LIST, {"file": file, "place": place or ""}, follow=follow)


def upload(world, rows, **more):
    client = world.client(world.shen)
    answer = send(client, workbook(rows, **more), place=world.subdistrict.pk)
    assert answer.status_code == 200
    return client, answer, RosterImport.objects.latest("pk")


def page_of(job, name="import_check"):
    return reverse(f"registrations:{name}", args=[job.pk])


def test_the_whole_way(world, django_capture_on_commit_callbacks):
    client, answer, job = upload(world, [row(), *people(3), row(姓名=""), row()])
    text = answer.content.decode()
    assert "可以导入" in text and "姓名空着，请补上" in text and "与第4行手机号相同" in text and "导入4行" in text
    assert "19910001001" not in text and "199****1001" in text  # masked here too
    assert not Registration.objects.exists()

    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(page_of(job, "import_confirm"), follow=True)
    assert "正在导入" in answer.content.decode() and '<noscript><meta http-equiv="refresh"' in answer.content.decode()
    assert DBTaskResult.objects.get().args_kwargs["args"] == [job.pk]  # the worker's, not the request's
    work.run_import.func(job.pk)

    answer = client.get(page_of(job), follow=True)
    assert "已导入4人" in answer.content.decode() and "整批撤回" in answer.content.decode()
    answer = client.post(page_of(job, "import_undo"), follow=True)
    assert "已整批撤回4人" in answer.content.decode() and not Registration.objects.exists()


def test_bad_rows_come_back_as_a_workbook_that_can_be_mended(world):
    client, _, job = upload(
        world, [row(), row(姓名="", 联系电话="19910001002", 备注="=1+1"), row(联系电话="1991", 入队日期="2022.13.45")]
    )
    answer = client.get(page_of(job, "import_bad_rows"))
    assert "attachment" in answer["Content-Disposition"] and answer["Content-Type"].endswith("spreadsheetml.sheet")
    sheet = read_workbook(answer.content, "改.xlsx").sheets[0]
    cells = [cells for _, cells in sheet.rows]
    header = next(line for line in cells if "姓名" in line)
    bad = cells[cells.index(header) + 1 :]
    assert header[:15] == HEADER and header[15] == "原因" and len(bad) == 2
    assert bad[0][14] == "=1+1"  # text stays text, on the way back as well
    assert "姓名：姓名空着，请补上" in bad[0][15] and "入队日期" in bad[1][15] and "联系电话" in bad[1][15]
    assert Event.objects.filter(verb="rosterimport.download", actor_id=world.shen.pk).count() == 1
    again = send(client, answer.content, place=world.subdistrict.pk)
    assert "姓名空着" in again.content.decode() and "原因：同心不收" in again.content.decode()


def test_a_missing_column_is_asked_for_and_pointed_out(world):
    header = ["人员" if name == "姓名" else name for name in HEADER]
    client, answer, job = upload(world, [GOOD | {"人员": "白洋"}], header=header)
    assert "没有找到：姓名" in answer.content.decode() and job.missing == ["name"]
    assert client.post(page_of(job, "import_confirm")).status_code == 409
    assert "请选出哪一列是姓名" in client.post(page_of(job), {"name": ""}).content.decode()
    answer = client.post(page_of(job), {"name": "人员"}, follow=True)
    assert "导入1行" in answer.content.decode()


def test_two_missing_columns_cannot_be_the_same_one(world):
    swap = {"姓名": "人员", "联系电话": "号"}
    client, _, job = upload(
        world, [GOOD | {"人员": "白洋", "号": "19910001001"}], header=[swap.get(name, name) for name in HEADER]
    )
    answer = client.post(page_of(job), {"name": "人员", "phone": "人员"})
    assert "同一列只能用一次" in answer.content.decode()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "空的"),
        (b"%PDF-1.7", "PDF"),
        (b"\x89PNG\r\n", "图片"),
        (b"PK\x03\x04torn", "损坏"),
        (workbook([]), "没有内容"),
    ],
    ids=["empty", "pdf", "picture", "torn", "no rows"],
)
def test_a_file_that_is_no_roster_is_refused_on_the_page(world, data, says):
    answer = send(world.client(world.shen), data, place=world.subdistrict.pk)
    assert answer.status_code == 422 and says in answer.content.decode() and not RosterImport.objects.exists()


def test_rows_of_another_subdistrict_are_listed_and_not_taken(world):
    rows = [row(), row(联系电话="19910001002", 街镇="长风新村街道", 居村="师大一村居委会")]
    _client, answer, job = upload(world, rows)
    assert "不在您负责的街镇" in answer.content.decode() and (job.imported, job.errors) == (1, 1)
    job.confirm(by=world.shen, queue=False)
    work.run_import.func(job.pk)
    assert not Registration.objects.filter(place=world.far).exists()


def test_nobody_uploads_for_a_place_that_is_not_theirs(world):
    answer = send(world.client(world.shen), workbook([row()]), place=world.far_subdistrict.pk)
    assert answer.status_code == 422 and not RosterImport.objects.exists()


@pytest.mark.parametrize("who", ["alan", "zhou", "wang", "he", "auditor", "admin"])
def test_only_clerks_import(world, who):
    job = bring_in(people(1), world.subdistrict)
    client = world.client(getattr(world, who))
    assert client.get(LIST).status_code == 403
    for name in ("import_check", "import_progress", "import_bad_rows"):
        assert client.get(page_of(job, name)).status_code == 404
    for name in ("import_confirm", "import_resume", "import_drop", "import_undo"):
        assert client.post(page_of(job, name)).status_code == 404
    assert RosterImport.objects.get().status == "done"


def test_another_place_s_import_is_not_found(world):
    job = bring_in([row(街镇="长风新村街道", 居村="师大一村居委会")], world.far_subdistrict)
    client = world.client(world.shen)
    assert client.get(page_of(job, "import_progress")).status_code == 404
    assert "名册.xlsx" not in client.get(LIST).content.decode()


def test_what_a_file_says_is_shown_as_text(world):
    rows = [row(姓名=f"甲{SCRIPT}", 备注=SCRIPT), row(联系电话="19910001002", 居村=SCRIPT, 人员类别=SCRIPT)]
    _, answer, _ = upload(world, rows, header=[*HEADER, SCRIPT])
    text = answer.content.decode()
    assert SCRIPT not in text and "&lt;script&gt;" in text


def test_another_file_instead_deletes_this_one(world, django_capture_on_commit_callbacks):
    client, _, job = upload(world, [row()])
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(page_of(job, "import_drop"), follow=True)
    assert "没有导入任何内容" in answer.content.decode() and store.load(job.uid) is None
    assert client.post(page_of(job, "import_confirm")).status_code == 409
    assert "这份表格已不在" in client.get(page_of(job)).content.decode()


def test_long_rosters_are_paged_with_a_constant_number_of_queries(world, django_assert_max_num_queries):
    client, _, job = upload(world, people(120))
    with django_assert_max_num_queries(20):
        answer = client.get(page_of(job) + "?show=new&page=2")
    assert len(answer.context["rows"]) == 50 and answer.context["page"].paginator.count == 120


def test_who_stayed_after_an_undo_is_named(world):
    job = bring_in(people(2), world.subdistrict)
    stays = Person.objects.by_phone("19910001100")
    world.claimed(world.task(), stays)
    client = world.client(world.shen)
    text = client.post(page_of(job, "import_undo"), follow=True).content.decode()
    assert "已整批撤回1人" in text and stays.name in text and stays.local_phone not in text


def test_the_fragment_for_htmx_is_only_the_card(world):
    job = bring_in(people(1), world.subdistrict)
    answer = world.client(world.shen).get(page_of(job, "import_progress"), headers={"HX-Request": "true"})
    assert answer.content.decode().lstrip().startswith('<div class="t-stack" id="progress"')


def test_the_template_of_the_office_is_no_upload_of_megabytes(world):
    answer = send(
        world.client(world.shen), io.BytesIO(b"x" * (21 * 1024 * 1024)).getvalue(), place=world.subdistrict.pk
    )
    assert answer.status_code == 422 and "20MB" in answer.content.decode()
