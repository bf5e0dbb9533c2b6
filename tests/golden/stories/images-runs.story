# Images of several runs: Tab goes on to the next that has predictions.
runs boxes
size 140x40
keys a i V V
text the first
picture its boxes
keys l l Tab
text the next run, the same image
picture its boxes
keys Tab
text and back

size 80x30
keys V V
text the list stands where a fourth picture would
press 20 50
text and takes clicks
