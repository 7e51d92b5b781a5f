"""What is said when a workbook or a cell cannot be taken: `code` for programs, `message` in Chinese: what, and how to mend it."""


class SheetProblem(Exception):
    """The whole file cannot be taken; nothing of it was used."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code, self.message = code, message


class CellProblem(Exception):
    """One cell cannot be taken."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code, self.message = code, message
