# Filters: what matches, nothing that matches, a syntax error, Esc leaves it as it was.
runs many
size 140x40
keys f
screen the prompt
type optimizer.lr<=0.008 status=failed
screen typed
keys Enter
screen filtered
keys a f
text all of them selected, the prompt again
keys Ctrl-U
type AP>=
keys Enter
screen a syntax error
keys f Esc
text after Esc
keys f Ctrl-U
type nothing-has-this-name
keys Enter
screen nothing matches
keys f Ctrl-U Enter
text no filter any more
