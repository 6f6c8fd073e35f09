# plot-cold-starts.gp: the share of cold calls by how seldom a function is called, simulated and in closed form.
#   build/release/slsim run scenarios/cold-start-study.json && gnuplot -c scripts/plot-cold-starts.gp results/cold-start-study results/reference/cold-starts.svg
if (strstrt(ARG1.ARG3, "'")) { exit error "a name with ' in it would be read as a command" }
folder = ARG1
set terminal svg size 760,420 font "sans-serif,13" background rgb "white"
set output ARG2
set datafile separator ","

# Calls a day of the study's six functions, by name; columns 6 to 8 of summary.csv are the value and its 95 % interval.
rows = sprintf("< awk -F, 'BEGIN { OFS = FS; n[\"EveryTwoHours\"] = 12; n[\"Hourly\"] = 24; n[\"HalfHourly\"] = 48; n[\"Sometimes\"] = 144; n[\"Often\"] = 288; n[\"VeryOften\"] = 576 } ($2 in n) && $3 == \"ColdStartRate\" && $4 == \"Average\" { print 1440 / n[$2], $6, $7, $8 }' %s/summary.csv", folder)

set title "Cold calls of a function that is kept warm for 10 minutes"
set xlabel "mean time between calls (minutes, Poisson)"
set ylabel "share of calls that are cold (%)"
set logscale x
set xtics (2.5, 5, 10, 30, 60, 120)
set xrange [2:150]
set yrange [0:100]
set grid ytics lc rgb "#dddddd"
set border 3
set tics nomirror
set key bottom right
set samples 300
plot 100 * exp(-10 / x) with lines lw 2 lc rgb "#8899aa" title "exp(-10 min / mean time)", \
     rows using 1:2:3:4 with yerrorbars pt 7 ps 0.7 lc rgb "#c0392b" title "simulated, 20 weeks, 95 % intervals"
