# The trade-off without any run.
runs none
size 80x24
open tradeoff
text no run
keys j x C |
text nor after keys
