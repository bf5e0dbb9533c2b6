# Copying on the evaluation screen, and its steps. The story shows the text where the path would be.
runs boxes
size 140x40
keys a W
keys Tab Tab l l y
text a number
keys l l l y
text a difference, with its interval
keys Y
screen the forms
keys C
text a row of classes, CSV
keys Y M
text a row of classes, Markdown
keys Y c
text all classes, CSV
keys Tab Y T
text a row of errors, tab-separated
keys Tab y
text a cell of the confusion
keys Y L
text a row of the confusion, LaTeX
keys w Y C
text the pair most confused, CSV
keys Y Esc
text nothing
keys Tab y
text the precision where the recall is 0
keys Tab y
text F1 at the confidence
keys v ,
text the step before
keys y
text F1 at that step
keys , , .
text and on
press 38 132
text a click on the last step
