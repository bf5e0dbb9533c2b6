# The ready dashboards of no run, one, 300, and of names that are long, wide or hostile; no colours.
runs none
size 80x24
keys 1
text Overview of nothing
keys 2
text Debugging of nothing
keys 3
text Metrics of nothing
keys 4
text Accuracy-Speed of nothing
size 200x60
text Accuracy-Speed of nothing, wide
runs one
size 120x40
keys 1
text Overview of one
keys 3
text Metrics of one
size 80x24
text Metrics of one, narrow
runs many
size 80x24
keys 1
text Overview of 300, narrow
keys 3
text Metrics of the best eight of 300, narrow
size 200x60
text Metrics of the best eight of 300, wide
keys 4
text Accuracy-Speed of 300, wide
runs gaps
size 120x40
keys 3
text Metrics with gaps
theme mono
keys 1
screen Overview of gaps, no colours
runs names
size 80x24
theme mono
keys 1
screen Overview of names, narrow, no colours
keys 3
text Metrics of names, narrow
size 120x40
keys 4
text Accuracy-Speed of names
