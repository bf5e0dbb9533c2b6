# The diff of three runs: what differs, then all.
runs three
size 140x40
keys a d
screen differences
keys D
screen all parameters
keys G
text the end
keys g l
text a column to the right
keys D
size 80x24
screen narrow
size 200x60
text widest
keys q j p d
text another baseline
