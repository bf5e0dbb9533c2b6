# Curves of no run, of one, of undefined numbers; no colours.
runs none
size 80x24
open curves
text nothing, narrow
size 200x60
text nothing, wide
runs one
size 80x24
keys v
text one run
size 200x60
text one run, wide
runs gaps
size 80x24
open curves undefined
keys G
text undefined numbers are no line at -1
keys q
open curves nan
theme mono
keys G
screen NaN, no colours, narrow
