# What is copied: the cell, the row, the table. The story shows the text where the path would be.
runs three
size 140x40
keys l l l y
text a number
keys h h h y
text a name
keys Y
screen the forms
keys T
text a row, tab-separated
keys Y C
text a row, CSV
keys Y L
text a row, LaTeX
keys Y Esc
text nothing
