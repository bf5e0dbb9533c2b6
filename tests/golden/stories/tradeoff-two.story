# Two runs on one point and a third without a time.
runs three
size 80x24
keys t
screen two of three
size 120x40
text wider
size 200x60
text widest
