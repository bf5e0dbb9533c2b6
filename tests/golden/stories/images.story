# Images: thresholds, classes, steps, overlays, other runs.
runs boxes
size 140x40
open images det/a
screen the first image
picture its boxes
keys l l
text the third image
picture its boxes
keys } } }
text confidence .80
picture its boxes at confidence .80
keys B
text the best F1
keys ) ) )
text IoU .65
picture its boxes at IoU .65
keys ( ( ( {
text thresholds back
keys t
text the confidence is typed
type .33
keys Enter
text typed
picture its boxes at confidence .33
keys o
picture verdicts
keys o
picture truth
keys o
picture predictions
keys o v
picture all, coloured by verdict
keys v e
picture grey
keys c
screen classes
keys Space
text the first class not ticked
picture without the first class
keys C
text the first class alone
picture the first class alone
keys C c ,
text the step before
picture the boxes of the step before
keys ,
text the first step
picture the boxes of the first step
