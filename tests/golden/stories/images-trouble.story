# Images that cannot be shown, and why.
runs boxes
size 80x24
open images det/no-predictions
screen no predictions
keys q
open images det/a
screen narrow
picture its boxes
keys l l l l
screen the image file is missing
size 50x10
text small
size 20x5
text tiny
size 200x60
text widest
