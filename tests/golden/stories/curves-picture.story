# Curves as a picture: the axes stay text, each plot is a tile, the crosshair a line over it.
runs three
size 120x40
keys a v P
text every panel has a picture
picture the tiles
keys l l l
picture the crosshair lies over them
keys Enter
text one panel
picture one tile
size 80x24
text narrow
picture narrow
keys P
text dots again
picture none
keys P q
keys 3
text on a dashboard each panel has its own
picture of the dashboard
keys ?
text help of a dashboard: what its panel would do alone stands at the end
