# The diff of runs with predictions: deltas with intervals, and why there are none.
runs versions
size 140x40
keys f
type det/a
keys Enter Space f Ctrl-U
type det/b
keys Enter Space d
screen intervals
size 80x24
text narrow
keys q f Esc a d
text three ground truths
