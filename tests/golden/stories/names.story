# Long, wide, combining and hostile names: all columns stay straight, nothing escapes.
runs names
size 80x24
screen narrow
size 140x40
screen wide
keys j Enter
screen a page with a combining name and hostile parameters
keys Tab
screen its parameters
keys q G Enter
screen a page whose name and metrics hold control codes
keys q a d
screen the diff of all
keys q v
screen the curves of all
size 200x60
text the curves of all, widest
keys q
text the table, widest
size 120x40
text the table, 120 columns
