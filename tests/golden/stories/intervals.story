# The diff of runs with predictions: deltas with intervals, and without.
runs boxes
size 140x40
keys a d
screen intervals
