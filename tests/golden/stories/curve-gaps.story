# Curves with NaN, infinity and a restart: the gap stays open, the restart is a second stroke.
runs gaps
size 140x40
open curves nan
screen NaN, AP
keys G
screen NaN, loss
keys y
text NaN, loss, logarithmic
keys q
open curves restart
screen a restart
keys s s s s
text a restart, smoothed stroke by stroke
keys q
open curves one-point
screen one point
keys q
open curves header-alone
screen no point
keys q
open curves undefined
text undefined APs
