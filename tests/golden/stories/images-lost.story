# Predictions without ground truth: what is missing and where it may be named.
runs lost
size 80x24
keys i
screen the ground truth is missing
size 140x40
text wide
