# Panels: patterns, pins, axes, bands over seeds, values of every size.
runs courses
size 120x40
keys a v
screen four runs
keys / 
type loss|ap
text the pattern as it is typed
type |(
text a pattern that is none yet
keys Enter
text and what is wrong with it
keys / Ctrl-U
type tiny|huge|const
keys Enter
screen constant, huge, tiny
keys y
text logarithmic
keys y j p
keys / Ctrl-U Enter g
text huge is pinned
keys p g
text and is not
keys b
screen the band over seeds
keys l l l
text its mean at the crosshair
keys x
text against the epoch
keys x
text against the relative step
keys x
text against the time
keys l l l
text the crosshair in time
keys x
text against the wall time
keys X
type val/AP
keys Enter
text against AP
keys X
type nothing
keys Enter
text against what is not there
keys x Y
text against the logarithm of the step
size 80x24
text narrow
size 200x60
text wide
