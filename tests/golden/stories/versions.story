# Runs of two ground truths: a line says so, the odd one is marked, and nothing judges across.
runs versions
size 140x40
screen two ground truths
keys p
screen the best is the baseline: it is of the other one
keys p j p
screen a baseline of the usual one
keys a d
screen the diff
keys q u
keys f
type truth=truth.json AP<0.9 name~det/b
keys Enter
text one is left
size 80x24
keys f Ctrl-U Enter
text narrow
