"""What the API server refuses of its own kinds although their schema passes it, as data: rows of a type, a field and a
constraint, a table for each API group.

`tables/` hold the rows, `constraint` the kinds of constraints, `formats` and `relations` what a row can name,
`compiled` makes of all rows what one kind's objects are checked by. `updates` says what may not change.
"""
