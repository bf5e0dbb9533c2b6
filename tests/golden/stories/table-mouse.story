# The mouse in the header: a click sorts, a drag of a border resizes.
runs three
size 140x40
press 2 3
screen sorted by name
press 2 3
text the other way round
press 2 18
drag 2 26
screen the name is wider
release 2 26
drag 2 60
text nothing is held any more
