"""What the register says when something cannot be entered."""


class RegisterProblem(Exception):
    """A change the register cannot take: `code` for programs, `message` in Chinese for the person, who can mend it."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code, self.message = code, message
