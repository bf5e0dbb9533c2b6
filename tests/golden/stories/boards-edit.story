# A dashboard is changed in place, and put back.
runs three
size 120x40
keys 1 E
screen editing
keys |
text split to the right
keys c
screen what a panel can show
keys g j j Enter
text the new one is a diff
keys - c G k k Enter w
text what it is told
type show two lines\nof my own
keys Enter
text a text
keys h h h k k
text borders moved
keys x
text the text closed
keys r Ctrl-U
type Mine
keys Enter
text renamed
keys n Ctrl-U
type Second
keys Enter
text a new one
keys < L
text it is moved, for these folders only
keys X
text and deleted
keys Esc
text all undone
keys E v E
text one split kept
size 80x24
text narrow
