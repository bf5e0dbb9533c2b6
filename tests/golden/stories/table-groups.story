# Runs grouped by their seeds and by a column: heads, members, what is done to both.
runs courses
size 140x40
keys x
screen two lines: three seeds and another
keys Enter
screen the members
keys j Space
screen one member is selected
keys g Space
screen all of the group
keys g p
screen a member is the baseline: the head has the mean of the differences
keys / s e e d - 3 Enter
text the search finds a member
keys z
text closed: the search finds it in its group
keys n y
text a head's name copied
keys l l l l l l l y
text its mean and deviation copied
keys Y m
text the table in Markdown
keys Y c
text the table as CSV
size 80x24
screen narrow
size 200x60
screen wide
size 120x40
keys x
text each run by itself again
keys c
type seed
keys Space Esc
keys > > > > > > > >
keys X
screen grouped by the column under the cursor
keys z
text all open
keys : g r o u p Space l r Enter
text by the rate, from the palette
keys : g r o u p Space n o s u c h Enter
text there is no such column
keys : g r o u p Space n o n e Enter
text none
