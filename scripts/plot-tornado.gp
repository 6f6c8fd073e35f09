# plot-tornado.gp: how far each input moves one figure from its base, from the CSV of `slsim sensitivity -o`; the largest swing on top.
#   gnuplot -c scripts/plot-tornado.gp tornado.csv tornado.svg cost.month
# Columns: 1 figure, 3 input, 11 change at low, 14 change at high.
if (strstrt(ARG1.ARG3, "'")) { exit error "a name with ' in it would be read as a command" }
file = ARG1
figure = ARG3
rows = sprintf("< awk -F, -v figure='%s' '$1 == figure { x[n++] = $3 \" \" $11 \" \" $14 } END { for (i = 0; i < n; i++) print n - i, x[i] }' '%s'", figure, file)
stats rows using 1 nooutput
set terminal svg size 760,120+28*STATS_records font "sans-serif,13" background rgb "white"
set output ARG2
set title sprintf("Change of %s", figure) noenhanced
set style fill solid 0.8
set yrange [0.4:STATS_records+0.6]
set ytics nomirror noenhanced
set xtics nomirror
set xzeroaxis
set arrow from 0, graph 0 to 0, graph 1 nohead lc rgb "#444444"
set border 3
set grid xtics lc rgb "#dddddd"
set key outside bottom center horizontal
plot rows using (0):1:(0):3:($1-0.35):($1+0.35):ytic(2) with boxxyerror lc rgb "#2471a3" title "at the low end", \
     rows using (0):1:(0):4:($1-0.35):($1+0.35) with boxxyerror lc rgb "#c0392b" title "at the high end"
