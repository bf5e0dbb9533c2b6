# The files of a run: the list, the pager, two files side by side.
runs layouts
size 100x24
keys Enter o
screen the files
keys j j j Enter
screen a text
keys /
type lr
text asking
keys Enter
screen found
keys n
text the first again, behind the end
keys l l l
text to the right
keys F
text following
keys q j j j j Enter
text binary
keys q k k k Enter
text empty
keys q k k k Enter
text long line
keys q j j j j
text a picture is called so
keys Enter
text a picture
picture a picture
keys l
text one that is cut off
keys l h
picture the last is not left, and the one before
size 40x3
text hardly any room
size 100x24
keys q k k k k d
text another run is wanted
keys q q j p k Enter o j j j
text with a baseline
keys d
screen side by side
keys n
text the next difference
keys N N
text the last, before the first
size 80x24
text narrow
open text
text nothing is open
