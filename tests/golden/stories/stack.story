# Views on views: each q goes one back, to where the person was.
runs boxes
size 80x24
keys j Enter
text the second run
keys v
text its curves
keys d
text the diff wants two
keys q
text the curves again
keys q i
text its images
keys q
text its page again
keys q
text the table, still on the second
