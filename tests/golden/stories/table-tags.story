# Tags and notes: typed, shown, filtered by, taken off.
runs three
size 140x40
keys M
screen the prompt for tags
type keep, paper
keys Enter
screen tagged
keys j m
type exploded after the warm-up
keys Enter
screen noted
keys f
type tag=paper
screen filtered by a tag
keys Esc M
type keep
keys Enter j m
type see issue 12
keys Enter
screen two notes
keys f
type note~exploded
text filtered by a note
keys Ctrl-U
type tag!=paper
text without a tag
keys Esc g M
screen the prompt has what there is
keys Ctrl-U Enter
text taken off
size 80x24
screen narrow
size 200x60
text wide
