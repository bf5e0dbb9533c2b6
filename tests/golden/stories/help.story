# Help of every view: all of it can be read on 80x24.
runs boxes
size 80x24
keys ?
screen runs
keys j j
text two lines down
keys G
text the end
keys x Enter ?
text run
keys G
text run, the end
keys q v ?
text curves
keys G
text curves, the end
keys q q i ?
text images
keys G
text images, the end
keys q q
open diff
keys ?
text diff
keys G
text diff, the end
size 140x40
text wide
size 200x60
text widest
