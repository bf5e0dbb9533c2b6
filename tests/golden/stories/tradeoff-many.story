# 300 runs: dots beside the front, letters on it, the mouse, the filter of the table.
runs spread
size 120x40
keys t
screen three hundred
keys Tab j j j
text along the front
press 20 30
text a click goes to the nearest
press 4 80
text a click in the list
wheel 10 10 1
text the wheel
size 80x24
screen narrow
size 200x60
text widest
keys q
keys f
type model=fcos
keys Enter t
size 120x40
text only what the filter shows
keys x
type lr
keys Enter X
screen against a parameter, logarithmic
