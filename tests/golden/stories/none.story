# A folder without runs says what was looked for; every other screen says what it wants.
runs none
size 80x24
screen no runs
keys Enter d v i j Space p
screen keys do nothing
open run
screen run page of nothing
keys q
open diff
screen diff of nothing
keys q
open curves
screen curves of nothing
keys q
open images
screen images of nothing
size 140x40
text no runs, wide
size 120x40
text no runs, 120 columns
size 200x60
text no runs, widest
