# The line above the table: completion, what is wrong while it is typed, computed columns, ranking.
runs spread
size 120x40
keys f
type mo
screen the beginning of a name searches for nothing yet
keys Tab
type =
screen its values
keys Tab
text the first of them
keys Tab
text the next
keys Shift-Tab
text and back
type &lr<
screen what is wrong, while the table stays as it was
keys Enter
text it stays open
type 1e-3
text the table follows
keys Enter
text filtered
keys =
type mean(val/AP,
screen what is wrong with a column
type 2)
text nothing is
keys Enter
screen a column of means
keys s
text sorted by it
keys f Ctrl-U
type mean(val/AP,2)>0.3 lr<0.01
keys Enter
text filtered by it
keys =
type x=best(AP)/ms_per_image
keys Enter
text another column
keys f Ctrl-U
type best AP where ms_per_image<30
text a ranking is no filter
keys Enter
screen the best under a constraint
keys : b e s t Space e p o c h s Enter
text nothing is best
keys : b e s t Space l o s s Enter
text the lowest loss, of all
size 80x24
screen narrow
keys M
type other
keys Enter Space Space Space k M
type keep
screen tags of three
keys Enter
screen each has it beside its own
keys M
text what all three have in common
keys Ctrl-U Enter
text taken off, but not what one alone had
keys m
type later
keys Enter f
type note=later
keys Enter
text a note on all
