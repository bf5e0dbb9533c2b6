# Curves of several runs: log, smooth, zoom, pan, other quantities.
runs three
size 140x40
keys a v
screen three runs
keys j
text the next quantity
keys j j j
text three on
keys g y
screen logarithmic
keys y s s s
screen smoothed
keys S S S
text plain again
keys + +
screen zoomed in
keys [ [
text earlier
keys ]
text later
keys -
text zoomed out
keys 0
size 80x24
text narrow
size 60x20
text without the list
size 200x60
text widest
