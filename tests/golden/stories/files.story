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
keys q j j Enter
text binary
keys q k Enter
text empty
keys q k k k Enter
text long line
keys q d
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
