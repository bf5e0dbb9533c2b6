# Evaluation of two runs: every pane, at the thresholds, and the way to the images.
runs boxes
size 140x40
keys a W
screen all panes
keys o
text the raw curve
keys Tab o
text precision against confidence
keys Tab j o
text a class, and differences alone
keys o l l s
text sorted by the AP of the first
keys / c a r Enter
text the class that was searched
keys Tab
text errors
keys o
text counted
keys Tab
text confusion
keys o
text shares of the truth
keys w
text the pairs most confused
keys Enter
text their images
keys q { (
text thresholds
keys t
type .3
keys Enter v
text of the other run
keys Shift-Tab Shift-Tab Enter
text images with an error of a class
keys u
text and all again
keys q Tab G k k Enter
text images with any false detection
keys q Tab w l l l Enter
text nothing was there
