# The diff as a tree: levels that fold, what one run has, names and paths, items of lists.
runs layouts
size 120x30
keys a d
screen only what differs
keys j
text the cursor on a level
keys Enter
text folded
keys l
text open again
keys n
screen names and paths
keys n
text hidden again
size 80x24
text narrow
