# NaN, infinity, missing and undefined values, every status, damage.
runs gaps
size 140x40
screen the table
size 80x24
text the table, narrow
open run damaged
screen a page with notes
keys q
open run nan
screen a page with NaN
keys q
open run header-alone
screen a page of a run that logged nothing
keys q
open run undefined
text a page of undefined APs
keys q
size 120x40
text the table, 120 columns
size 200x60
text the table, widest
theme mono
size 80x24
screen the table without colours
