# plot-memory-curve.gp: time and cost over memory, as tuning tools draw it, from points.csv of `slsim size -o`. Its columns are found by their
# titles: the first, the one that ends in "ResponseTime.Average" (or the first with "ResponseTime" or "Duration"), and cost.month.
#   gnuplot -c scripts/plot-memory-curve.gp results/memory results/memory.svg
if (strstrt(ARG1.ARG3, "'")) { exit error "a name with ' in it would be read as a command" }
folder = ARG1
set terminal svg size 760,420 font "sans-serif,13" background rgb "white"
set output ARG2
rows = sprintf("< awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) { if ($i ~ /(ResponseTime|Duration)\\.Average$/) t = i; if (!u && $i ~ /(ResponseTime|Duration)/) u = i; if ($i == \"cost.month\") c = i }; if (!t) t = u; next } { print $1, $t, $c }' '%s/points.csv' | sort -n", folder)
set title "Time and cost by memory size"
set xlabel "memory (MB)"
set ylabel "time (ms)" textcolor rgb "#2471a3"
set y2label "a month (USD)" textcolor rgb "#c0392b"
set logscale x 2
set yrange [0:*]
set y2range [0:*]
set ytics nomirror
set y2tics
set xtics nomirror
set border 11
set grid ytics lc rgb "#dddddd"
set key top center
plot rows using 1:2 with linespoints pt 7 ps 0.5 lw 2 lc rgb "#2471a3" title "time", \
     rows using 1:3 axes x1y2 with linespoints pt 7 ps 0.5 lw 2 lc rgb "#c0392b" title "cost"
