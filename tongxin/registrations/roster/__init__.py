"""The roster import (名册导入): an office's workbook becomes people, registrations, memberships and posts.

`columns` finds the table, `gazetteer` knows the places, `check` judges every row and changes nothing, `load` writes the
good rows in chunks, `store` keeps an uploaded table sealed until then, `undo` takes an import back.
"""
