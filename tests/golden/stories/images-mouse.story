# Images by mouse: the list, the sliders, the wheel.
runs boxes
size 140x40
open images det/a
press 13 115
text a click into the list
wheel 10 20 1
text the wheel
press 37 20
drag 37 40
screen the confidence slider dragged
release 37 40
wheel 10 20 -1
text released
wheel 10 20 -1
picture closer, where the wheel turned
press 10 20
drag 12 26
release 12 26
picture dragged along
press 12 26
release 12 26
text a click points at a box
move 20 55
text the mouse moves over another box: the picture stays
picture with the box that was clicked on
move 2 130
text outside of the pictures
keys p
move 20 55
text switched off
