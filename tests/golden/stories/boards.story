# The ready dashboards at three sizes: panels, focus, one alone, the mouse.
runs boxes
size 120x40
keys 1
screen Overview
keys Tab j
text the table has the focus
keys z
text it is alone
keys z 2
screen Debugging
picture its picture
keys 3
text Metrics
keys 4
text Accuracy-Speed
keys 9
text there is none of that number
keys 1
press 20 30
text a click into the table
press 18 60
drag 25 60
release 25 60
text its border dragged down
wheel 5 5 1
text the wheel over the summary
size 80x24
text Overview, narrow
keys 2
screen Debugging has no room: one panel, and the names of all
keys Tab
text the next of them
press 1 2
text a click on the first name
keys 3
text Metrics, narrow
size 200x60
keys 1
text Overview, wide
keys 2
text Debugging, wide
size 30x8
text small
size 10x3
text tiny
keys q
text the table again
