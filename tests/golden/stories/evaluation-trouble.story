# Runs that cannot be evaluated, or not compared.
runs lost
size 100x24
keys a W
text no ground truth
