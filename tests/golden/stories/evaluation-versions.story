# Three runs, of which one has another ground truth; one has no predictions.
runs versions
size 120x40
keys a W
text three of four
keys Tab Tab Tab Tab
text their confusion
