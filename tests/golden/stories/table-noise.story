# The table's differences to the baseline: within noise, or not, as the diff says of them.
runs classes
size 140x40
keys j p =
type delta(eval/AP75)
keys Enter
screen the baseline is chosen, and another difference: one within noise, one not
keys j Space
text of a selection
keys d
text the diff says the same
