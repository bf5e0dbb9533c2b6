# Scrolling sideways: what is frozen stays.
runs many
size 80x24
keys l l l l l l l l l l
screen to the right
keys h h h h h h h h
text back
keys |
screen two are frozen
keys l l l l l l l l l
screen they stay
keys |
text frozen up to where there is no room for more
keys |
text only the name again
size 40x10
screen very narrow
size 200x60
text wide
