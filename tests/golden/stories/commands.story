# Everything that can be done, found by a few letters.
runs three
size 80x24
keys :
screen all
type sel
screen select
keys Enter
text selected
keys :
text chosen last comes first
type theme li
keys Tab
text completed
keys Ctrl-U
type theme colo
keys Enter :
type sort lr
keys Enter
text sorted
keys :
type filter AP>2
keys Enter
text nothing matches
keys :
type filter 
keys Enter
text an empty command asks for more
keys Esc :
type nothing is called so
text nothing
keys Esc :
type overview
keys Enter
text a dashboard
keys :
type conf 7
keys Enter
text a number is wanted
keys :
type show loss
keys Enter
text not here
keys Esc :
type screen words
keys Enter
text the screen of words
size 20x6
keys :
text small
