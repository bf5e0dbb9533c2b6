# Runs of another ground truth are marked, and not counted.
runs versions
size 120x40
open tradeoff
keys x
type AP50
keys Enter
screen one is not comparable
keys |
text nor here
