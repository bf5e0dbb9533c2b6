# The tables of a run: the list, one of an evaluation, sorting, columns, filter, search, an image.
runs boxes
size 120x30
open data det/a
screen the list of tables
keys Enter
screen images of the evaluation
keys l l >
text sorted by the next column
keys I l l l S
text inverted, then by another
keys - L
text a column less, one moved
keys + /
type street_3
keys Enter
text found
keys f
type FP>0
screen a filter
keys Enter Enter
text the image of the row
keys q T j j Enter
text detections
size 80x24
text detections, narrow
keys f
type nothing=1
keys Enter
text no column is called so
keys T g G Enter
text a file
size 200x60
screen a file, wide
keys T g j j j j Enter
text one JSON object
keys Enter
text no cell names an image
