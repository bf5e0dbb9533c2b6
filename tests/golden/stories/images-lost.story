# Predictions without ground truth, and files that are damaged: what is wrong, and where to name it.
runs lost
size 80x24
open images det/lost
screen the ground truth is missing
size 140x40
text wide
keys q
open images other/broken
screen the ground truth is damaged
keys q
open images other/cut
screen the predictions are damaged
keys q
screen the table
open run other/broken
text notes on the run
