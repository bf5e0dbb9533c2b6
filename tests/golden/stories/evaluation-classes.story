# Eighty classes: long and wide names, one without ground truth; intervals; and one class alone.
runs classes
size 140x40
keys f
type many
keys Enter a W
text eighty classes
keys Tab Tab G
text a class without ground truth
keys o
text differences with intervals
keys o Tab Tab z
text confusion of eighty
keys l l j j
text further on
keys x
text their shades
keys x G l l l l
size 80x24
text the end of the matrix, narrow
keys w
text pairs alone
keys Tab
text the curve of the class
keys g :
type iou 0.62
keys Enter
text an IoU off the grid
keys q f Ctrl-U
type single
keys Enter u Enter W Tab Tab Tab Tab
text one class
