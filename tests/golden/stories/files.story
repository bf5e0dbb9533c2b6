# The files of a run: the list, the pager, two files side by side.
runs layouts
size 100x24
keys Enter o
screen the files
keys Enter
screen a text
keys /
type LR
keys Enter
text found
keys n
text the next one
keys q d
text another run is wanted
keys q q j p k Enter o
text with a baseline
keys d
screen side by side
keys n
text the next difference
size 80x24
text narrow
open text
text nothing is open
