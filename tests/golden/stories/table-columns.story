# The cursor on columns: sorting by several, moving, resizing, freezing, hiding, choosing.
runs three
size 140x40
keys l l l
screen the cursor on AP
keys s
screen the other way round
keys l S h
screen then by the step
keys S
text turned round
keys ] ]
screen moved to the right
keys [ [ [ [
text moved to the left, in front of all but the name
keys } } } }
screen wider
keys { { { { { { { { {
text narrower, no less than the least
keys 0 -
screen hidden
keys c
screen all columns
type loss
screen those called loss
keys Space Down Space
screen one hidden, one shown
keys Esc
screen the table with it
keys c
type zzz
text no such column
keys Esc
# one key more than there are columns
keys - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -
screen all but the last hidden
