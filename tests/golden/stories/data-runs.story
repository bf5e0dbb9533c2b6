# Tables of no run, of values that are none, of long, wide and hostile names; no colours.
runs none
size 80x24
open data
text of nothing
runs gaps
size 120x40
open data nan
keys j Enter
text NaN and what is missing look different
keys l l l s
text sorted, those last
size 80x24
text narrow
theme mono
screen without colours
runs names
size 80x24
keys j T
text the tables of a run with a hostile name
keys j Enter
text one of them
size 200x60
text one of them, wide
