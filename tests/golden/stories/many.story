# 300 runs: scrolling by lines, pages and to the ends.
runs many
size 80x24
text the first
keys G
screen the last
keys k k k
text three up
keys PgUp
text a page up
keys Ctrl-U
text half a page up
keys g
text the first again
keys Ctrl-D PgDn
text one and a half pages down
wheel 10 10 1
text the wheel
press 8 20
screen a click
size 140x40
text wide
size 200x60
text widest
size 120x40
text 120 columns
