# No run, none with predictions, and those that cannot be evaluated or compared.
runs none
size 80x24
open evaluation
text no run
