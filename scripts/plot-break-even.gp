# plot-break-even.gp: two bills over what is varied, from the CSV of `slsim size --against ... -o`.
#   gnuplot -c scripts/plot-break-even.gp break-even.csv break-even.svg
# Columns: 1 the setting (its unit behind the number is left out), 2 this bill, 5 the other's.
if (strstrt(ARG1.ARG3, "'")) { exit error "a name with ' in it would be read as a command" }
set terminal svg size 760,420 font "sans-serif,13" background rgb "white"
set output ARG2
set datafile separator ","
name = system(sprintf("head -n 1 '%s' | cut -d, -f1", ARG1))
figure = system(sprintf("head -n 1 '%s' | cut -d, -f2", ARG1))
set title "Where they cross"
set xlabel name noenhanced
set ylabel figure noenhanced
set yrange [0:*]
set border 3
set tics nomirror
set grid ytics lc rgb "#dddddd"
set key top left
plot ARG1 every ::1 using 1:2 with linespoints pt 7 ps 0.5 lw 2 lc rgb "#2471a3" title "this", \
     ARG1 every ::1 using 1:5 with linespoints pt 7 ps 0.5 lw 2 lc rgb "#c0392b" title "the other"
