# Images beside one another: a grid, runs with the truth, steps, A against B; boxes pointed at; what B
# fixes and breaks; zoom.
runs boxes
size 140x40
keys a i
screen two runs beside one another at once
keys V V V
screen a grid
picture its tiles
keys l l h Down
text another of the grid is the image
keys V
screen runs side by side with the truth
picture their boxes
keys n
text the first box
keys N N
text the last box
keys Tab n n n
text boxes of the next picture
keys [ [ ] V
screen A against B
picture both in one
keys a d
picture without what both found or missed
keys a d V e
text what B fixes
keys w
text what B breaks
keys F F F
text lowest F1 first
keys / s t r e e t _ [ 3 5 ] Enter
text two names
keys u f
type FP>0
keys Enter
text images with false positives
keys u f
type nosuch>0
keys Enter
text what is wrong with an expression
keys c O
text each class at its own confidence
keys j ] ] ] t
type .75
keys Enter
text one class at .75
keys B
text at its own best F1
keys } c ] ]
text all moved by +.02: their curve, and each class at another
keys B
text moved to where all are best
keys O
text all at one again
keys + + L
picture closer
keys 0 A A
picture medium boxes alone
keys A A # n i g h t Enter
text tagged
size 80x24
text folded
keys V
text a grid, folded
keys V
text runs, folded
size 200x60
text runs, wide
size 20x5
text tiny
