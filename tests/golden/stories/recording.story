# The live page of recorded runs: output, system, parameters, and the question before a signal.
runs recorded
size 80x24
open run rec/live
text the run page offers it
keys L
screen live
keys K
text asked
keys q
text q is an answer too
keys K n
text not sent
keys k k k
text behind the end
keys l l
text to the right
keys F
text following again
keys Tab
text metrics
keys Tab Tab
text parameters
keys Shift-Tab
text system
size 200x60
screen wide
size 80x5
text low
size 20x3
text hardly any room
size 100x24
keys P
text the newest picture
keys l
text the other of that step
keys k
text of the step before
keys j h
text back
open recording rec/failed
text failed
keys P
text it logged none
keys q
keys K
text it has ended
runs three
size 80x24
open recording fcos/base
text nobody recorded it
