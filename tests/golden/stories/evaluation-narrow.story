# One pane at a time on a small screen, one run alone, and without colours.
runs boxes
size 80x24
keys f
type det/a
keys Enter Enter W
screen recall
keys Tab
text all three rates
keys Tab
text classes
keys Tab
text errors
keys Tab
screen confusion
keys x
text shades
theme mono
keys x o
screen without colours
size 200x60
text wide
size 30x8
text tiny
