"""Opening what an office hands over: .xlsx, .xls or .csv, checked before it is parsed and parsed in a child process."""

import csv
import datetime
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from .cells import Cell, Formula
from .problems import SheetProblem

MAX_BYTES = 20 * 1024 * 1024
MAX_UNPACKED = 200 * 1024 * 1024
MAX_RATIO = 200  # unpacked ÷ packed; office files stay below 50
SMALL = 10 * 1024 * 1024  # below this nobody is hurt, whatever the ratio
MAX_PARTS = 5_000
MAX_ROWS = 200_000
MAX_COLUMNS = 300
MEMORY = 1024 * 1024 * 1024  # of the child, bytes of address space
SECONDS = 60  # of the child

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SAVE_AS = "请在 Excel 或 WPS 中打开原表，另存为 .xlsx 后再上传"
_OTHER_KINDS = (
    (b"%PDF", "PDF 文件"),
    (b"\xff\xd8\xff", "图片"),
    (b"\x89PNG", "图片"),
    (b"GIF8", "图片"),
    (b"BM", "图片"),
    (b"Rar!", "压缩包"),
    (b"7z\xbc\xaf", "压缩包"),
    (b"\x1f\x8b", "压缩包"),
    (b"{\\rtf", "文字文档"),
    (b"<", "网页格式的文件"),
)
_MESSAGES = {
    "empty": "文件是空的，请选择填好的表格",
    "protected": "表格设有打开密码，请在 Excel 或 WPS 中取消密码保护，保存后再上传",
    "broken": f"表格已损坏，无法读取。{_SAVE_AS}",
    "too_large": "表格太大（文件不超过20MB，展开后不超过200MB），请删去图片和空白行列，或分成几份上传",
    "too_many_rows": f"表格超过{MAX_ROWS}行，请删去多余的空白行，或分成几份上传",
    "too_many_columns": f"表格超过{MAX_COLUMNS}列，请删去右侧多余的空白列后再上传",
    "too_slow": "表格读取时间过长，请删去图片和多余格式，或分成几份上传",
}


@dataclass
class Sheet:
    """One sheet: rows as (row number as Excel shows it, cells)."""

    name: str
    rows: list[tuple[int, list[Cell]]] = field(default_factory=list)


@dataclass
class Workbook:
    """What was in the file, sheets without any content left out."""

    filename: str
    sheets: list[Sheet]


def read_workbook(source, filename: str = "") -> Workbook:
    """Read a workbook from a path, bytes or an open binary file. Raises SheetProblem, and then nothing was read."""
    data, filename = _bytes_of(source, filename)
    if not data:
        raise _problem("empty")
    if data.startswith(ZIP):
        check_package(data)
        sheets = _read_in_child(data, ".xlsx")
    elif data.startswith(OLE):
        _check_ole(data)
        sheets = _read_in_child(data, ".xls")
    else:
        sheets = [Sheet(Path(filename).stem or "表格", _csv_rows(data))]
    sheets = [sheet for sheet in sheets if sheet.rows]
    if not sheets:
        raise _problem("empty")
    return Workbook(filename, sheets)


def check_package(data: bytes) -> None:
    """Refuse a package before anything of it is unpacked: other kinds of document, protected ones, bombs."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = package.infolist()
    except zipfile.BadZipFile:
        raise _problem("broken") from None
    if any(part.flag_bits & 1 for part in parts):
        raise _problem("protected")
    unpacked = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts) or 1
    if len(parts) > MAX_PARTS or unpacked > MAX_UNPACKED or (unpacked > SMALL and unpacked / packed > MAX_RATIO):
        raise _problem("too_large")
    names = {part.filename for part in parts}
    if not names & {"xl/workbook.xml", "xl/workbook.bin"}:
        kind = "压缩包"
        for folder, label in (("word/", "文字文档（Word）"), ("ppt/", "演示文稿")):
            if any(name.startswith(folder) for name in names):
                kind = label
        if "content.xml" in names:
            kind = "其他办公软件的文档"
        raise _not_a_sheet(kind)


def _check_ole(data: bytes) -> None:
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise _problem("protected")
    if not any(name.encode("utf-16-le") in data for name in ("Workbook", "Book")):
        raise _not_a_sheet("旧版文档")


def _bytes_of(source, filename: str) -> tuple[bytes, str]:
    if isinstance(source, bytes | bytearray):
        if len(source) > MAX_BYTES:
            raise _problem("too_large")
        return bytes(source), filename
    if isinstance(source, str | Path):
        path = Path(source)
        try:
            with path.open("rb") as stream:
                return _bytes_of(stream.read(MAX_BYTES + 1), filename or path.name)
        except OSError:
            raise SheetProblem("unreadable", f"打不开文件“{path.name}”，请核对文件名和位置") from None
    source.seek(0)
    return _bytes_of(source.read(MAX_BYTES + 1), filename or getattr(source, "name", "") or "")


def _read_in_child(data: bytes, suffix: str) -> list[Sheet]:
    with tempfile.NamedTemporaryFile(prefix="tongxin-", suffix=suffix) as file:
        file.write(data)
        file.flush()
        limits = map(str, (MEMORY, SECONDS, MAX_ROWS, MAX_COLUMNS))
        command = [sys.executable, "-m", "tongxin.sheets.child", file.name, *limits]
        # Nothing of our environment goes along: the child needs no key and no database.
        env = {"PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONIOENCODING": "utf-8", "PYTHONDONTWRITEBYTECODE": "1"}
        root = Path(__file__).resolve().parents[2]
        try:
            ran = subprocess.run(command, cwd=root, env=env, capture_output=True, timeout=SECONDS, check=False)  # noqa: S603
        except subprocess.TimeoutExpired:
            raise _problem("too_slow") from None
    if ran.returncode != 0 or not ran.stdout:
        # Out of memory ends the parser by a signal or by an error of its own; out of time by SIGXCPU or SIGKILL.
        raise _problem("too_slow" if ran.returncode in (-24, -9) else "too_large")
    answer = json.loads(ran.stdout, object_hook=_moment)
    if "problem" in answer:
        raise _problem(answer["problem"])
    return [_sheet(each) for each in answer["sheets"]]


def _moment(value: dict):
    if len(value) == 1:
        if "d" in value:
            return datetime.date.fromisoformat(value["d"])
        if "t" in value:
            return datetime.datetime.fromisoformat(value["t"])
    return value


def _sheet(answer: dict) -> Sheet:
    rows = answer["rows"]
    for row, column in answer["formulas"]:
        if row >= MAX_ROWS or column >= MAX_COLUMNS:
            continue
        while row >= len(rows):
            rows.append([])  # a formula that was never computed has no value to make the row exist
        cells = rows[row]
        cells.extend([""] * (column + 1 - len(cells)))
        cells[column] = Formula(cells[column])
    return Sheet(answer["name"], [(number, cells) for number, cells in enumerate(rows, 1) if any(map(_filled, cells))])


def _filled(cell) -> bool:
    return cell is not None and (not isinstance(cell, str) or bool(cell.strip()))


def _csv_rows(data: bytes) -> list[tuple[int, list[Cell]]]:
    for start, kind in _OTHER_KINDS:
        if data.lstrip()[: len(start)] == start:
            raise _not_a_sheet(kind)
    text = _decoded(data)
    first_lines = "\n".join(text.splitlines()[:20])
    delimiter = max(",\t;", key=first_lines.count)
    rows = []
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), 1):
            if number > MAX_ROWS:
                raise _problem("too_many_rows")
            if len(cells) > MAX_COLUMNS:
                raise _problem("too_many_columns")
            if any(map(str.strip, cells)):
                rows.append((number, cells))
    except csv.Error:
        raise _problem("broken") from None
    return rows


def _decoded(data: bytes) -> str:
    """UTF-8 with or without mark, UTF-16 with mark (Excel's "Unicode text"), else GB 18030."""
    encodings = ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not re.search(r"[\x00-\x08\x0e-\x1f]", text):
            return text
    raise _not_a_sheet("无法识别的文件")


def _problem(code: str) -> SheetProblem:
    return SheetProblem(code, _MESSAGES[code])


def _not_a_sheet(kind: str) -> SheetProblem:
    return SheetProblem("not_a_sheet", f"这是{kind}，不是表格。{_SAVE_AS}")
