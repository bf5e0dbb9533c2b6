# Curves of several runs: panels, log, smooth, zoom, pan, crosshair.
runs three
size 120x40
keys a v
screen three runs
keys j
text the next panel has the focus
keys l l l l
text the crosshair, in every panel where it lies
keys h c
text the crosshair is off
keys z
text one panel
keys k y
screen the loss alone, logarithmic
keys y s s s
screen smoothed
keys M
text by a moving mean
keys S S S S
text plain again
keys + +
screen zoomed in
keys [ [
text earlier
keys ]
text later
keys -
text zoomed out
keys 0 z PgDn
text the second page
size 80x24
text narrow
keys G
text the last panel, narrow
size 60x20
text narrower
size 30x8
text hardly any room
size 200x60
text widest
