# Search: the match, the next, the one before, none.
runs many
size 80x24
keys /
screen the prompt
type run_12
screen typed
keys Enter
screen the first match
keys n n
text two on
keys N
text one back
keys /
type no-such-run
keys Enter
screen no match
