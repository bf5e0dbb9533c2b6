# Parallel coordinates: axes, the brush, moving axes, many runs.
runs spread
size 120x40
keys t |
screen three hundred lines
keys j j
text the third best
keys l l
screen another axis
keys [ [ [ ] ]
screen a brush
keys { }
text a little wider
keys J
text the axis goes left
keys K K
text and right
keys l [
text a second brush
keys C
type 40
keys Enter
text what is ruled out is not among them
keys 0
text no brush
press 10 60
text a click takes the axis
size 80x24
screen narrow
keys l l l l
text scrolled to the last axis
size 200x60
text widest
size 30x8
text small
