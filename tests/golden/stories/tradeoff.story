# The trade-off: the front and its list, moving along it, columns, directions, constraints.
runs ties
size 120x40
keys t
screen on the run that the table was on
keys g
text the fastest
keys j
screen equal to another
keys l l
text further right
keys Tab
text the front only
keys G
screen its end
keys Space p
screen selected and the baseline
keys C
text a constraint begins with the column
type 60 lr<1
keys Enter
screen what is beyond is ruled out
keys C Ctrl-U
type ms/img<1
keys Enter
text nothing is left
keys C Ctrl-U
type bogus<1
keys Enter
text no such column: the one before stays
keys C Ctrl-U Enter
text no constraint
keys X
text logarithmic x
keys X o
text slower is better
keys o y
screen the columns
type ap
text those that match
keys Down Enter
text another column
keys x
type nothing like it
text nothing matches
keys Enter
text it is no column
size 80x24
text narrow
size 200x60
text widest
size 60x14
text small
size 20x5
text too small
