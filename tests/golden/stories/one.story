# One run: the table, its page, its curves.
runs one
size 80x24
screen one run
keys Enter
screen its page
keys Tab
screen its parameters
keys q v
screen its curves
keys q d
screen a diff wants two
size 140x40
keys q
screen one run, wide
keys Enter
screen its page, wide
size 200x60
screen its page, widest
keys q
text one run, widest
size 120x40
text one run, 120 columns
