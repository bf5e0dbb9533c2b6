# 300 runs: eight at first, all when asked; strokes and markers beyond eight hues; no colours.
runs many
size 120x40
keys v
text eight of them
keys a
text as many as a page takes
keys Enter
text all in one panel
keys q a a u
size 200x60
text the table
keys Space Space Space Space Space Space Space Space Space Space v Enter a
screen ten
theme mono
text ten without colours
size 80x24
text ten without colours, narrow
