# The trade-off of one run.
runs one
size 80x24
keys t
screen one run
keys j k Tab
text nowhere to go
keys |
text no parameter varies
