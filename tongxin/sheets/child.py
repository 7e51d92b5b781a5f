"""The child process that opens a workbook: `python -m tongxin.sheets.child FILE MEMORY_BYTES CPU_SECONDS MAX_ROWS MAX_COLUMNS`.

A hostile file may make the parser eat memory or time; both are limited here, and only this process dies of it. It writes
one line of JSON: {"sheets": [{"name", "rows", "formulas"}]} or {"problem": code, "detail": […]}. Dates travel as {"d": "2022-05-04"}.
"""

import datetime
import json
import re
import resource
import sys
import zipfile
from xml.etree import ElementTree

CHUNK = 1 << 20
TAIL = 400  # more than the opening tag of any cell
_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*)>\s*<(?:\w+:)?f[\s/>]")
_AT = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')


class Refused(Exception):
    """args: code, *detail."""


def main(file: str, memory: str, seconds: str, max_rows: str, max_columns: str) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds)))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        answer = {"sheets": read(file, int(max_rows), int(max_columns))}
    except Refused as refused:
        answer = {"problem": refused.args[0], "detail": refused.args[1:]}
    except MemoryError:
        answer = {"problem": "too_large", "detail": []}
    sys.stdout.write(json.dumps(answer, ensure_ascii=False, separators=(",", ":"), default=_plain))


def read(file: str, max_rows: int, max_columns: int) -> list[dict]:
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_path(file)
    except python_calamine.PasswordError:
        raise Refused("protected") from None
    except python_calamine.CalamineError:
        raise Refused("broken") from None
    formulas = formulas_of(file) if zipfile.is_zipfile(file) else {}
    sheets = []
    for meta in book.sheets_metadata:
        if meta.typ != python_calamine.SheetTypeEnum.WorkSheet:
            continue
        try:
            sheet = book.get_sheet_by_name(meta.name)
        except python_calamine.CalamineError:
            raise Refused("broken") from None
        last_row, last_column = sheet.end or (-1, -1)
        if last_row >= max_rows:
            raise Refused("too_many_rows", meta.name)
        if last_column >= max_columns:
            raise Refused("too_many_columns", meta.name)
        rows = sheet.to_python(skip_empty_area=False)
        sheets.append({"name": meta.name, "rows": rows, "formulas": formulas.get(meta.name, [])})
    return sheets


def formulas_of(file: str) -> dict[str, list]:
    """Sheet name → [[row, column]] (from 0) of the cells that hold a formula; the reader gives only their last values."""
    found = {}
    with zipfile.ZipFile(file) as package:
        for name, part in sheet_parts(package):
            cells = []
            with package.open(part) as stream:
                rest = b""
                while chunk := stream.read(CHUNK):
                    data, counted = rest + chunk, 0
                    if b"<f" in data or b":f" in data:
                        for match in _CELL.finditer(data):
                            cells.append(_position(match[1]))
                            counted = match.end()
                    rest = data[max(counted, len(data) - TAIL) :]  # a cell may be cut in two
            if cells:
                found[name] = [cell for cell in cells if cell]
    return found


def sheet_parts(package: zipfile.ZipFile):
    """Pairs of (sheet name, part of the package), by way of the relations of the workbook."""
    names = set(package.namelist())
    if "xl/workbook.xml" not in names or "xl/_rels/workbook.xml.rels" not in names:
        return
    targets = {}
    for relation in _tree(package, "xl/_rels/workbook.xml.rels"):
        target = relation.get("Target", "")
        targets[relation.get("Id")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    for element in _tree(package, "xl/workbook.xml").iter():
        if element.tag.rpartition("}")[2] != "sheet":
            continue
        reference = next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == "id"), None)
        if targets.get(reference) in names:
            yield element.get("name"), targets[reference]


def _tree(package: zipfile.ZipFile, part: str):
    data = package.read(part)
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise Refused("broken")
    try:
        return ElementTree.fromstring(data)  # noqa: S314  no DTD, so nothing to expand and nothing to fetch
    except ElementTree.ParseError:
        raise Refused("broken") from None


def _position(attributes: bytes):
    at = _AT.search(attributes)
    if at is None:
        return None
    column = 0
    for letter in at[1]:
        column = column * 26 + letter - 64
    return [int(at[2]) - 1, column - 1]


def _plain(value):
    if isinstance(value, datetime.datetime):
        return {"t": value.isoformat()}
    if isinstance(value, datetime.date):
        return {"d": value.isoformat()}
    return str(value)


if __name__ == "__main__":
    main(*sys.argv[1:])
