# Which parameter made the difference, over three hundred runs.
runs many
size 120x24
keys w
screen three hundred runs
keys >
text by another metric
keys < q f
type fcos
keys Enter w
text of the filtered
size 80x24
text narrow
