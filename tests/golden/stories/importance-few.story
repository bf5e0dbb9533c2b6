# Which parameter made the difference: too few runs to tell.
runs three
size 120x24
keys w
screen too few runs
