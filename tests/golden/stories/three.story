# Three runs: moving, sorting, baseline and delta, selection.
runs three
size 140x40
screen three runs
keys j
screen the second
keys p
screen the second is the baseline
keys k Space
screen the first is selected
keys > > >
screen sorted
keys I
screen the other way round
keys l l l
screen columns to the right
keys a
text all selected
keys u p
text none selected, another baseline
size 80x24
screen narrow
size 40x10
screen very narrow
size 200x60
screen wide
size 120x40
text 120 columns
