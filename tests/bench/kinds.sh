#!/bin/bash
# kinds.sh [RUNS]: the full rule set over generated deals of all kinds, cold and whole; see README.md.
#   COUNTERSIGN=  the program   (default: target/release/countersign)
#   OUT=          folder for the deals   (default: /tmp/countersign-kinds)
#   THREADS=      threads to use   (default: 1)
set -eu
RUNS=${1:-3}; HERE=$(cd "$(dirname "$0")" && pwd); ROOT=$(cd "$HERE/../.." && pwd)
OUT=${OUT:-/tmp/countersign-kinds}; THREADS=${THREADS:-1}
COUNTERSIGN=${COUNTERSIGN:-${CARGO_TARGET_DIR:-$ROOT/target}/release/countersign}

row() { # name deals path: the least CPU and wall time of the runs, and the peak memory
  local times=""
  for _ in $(seq "$RUNS"); do
    times+=$( { /usr/bin/time -q -f "%U %S %e %M" "$COUNTERSIGN" check "$3" --format json --as-of 2026-11-22 \
      --threads "$THREADS" > /dev/null || true; } 2>&1 | tail -1)$'\n'
  done
  echo "$times" | awk -v name="$1" -v deals="$2" 'NF == 4 {
      cpu = $1 + $2; if (least == "" || cpu < least) least = cpu; if (wall == "" || $3 < wall) wall = $3; if ($4 > peak) peak = $4 }
    END { printf "| %-12s | %7.2f | %7.2f | %8.3f | %7.0f |\n", name, least, wall, least * 1000 / deals, peak / 1024 }'
}

echo "| deals        | CPU s   | wall s  | CPU ms/1 | peak MiB|"
echo "|---|---|---|---|---|"
for n in 1000 10000; do
  [ -d "$OUT/n$n" ] || python3 "$HERE/kinds.py" "$n" "$OUT/n$n"
  row "$n" "$n" "$OUT/n$n"
done
row "one file" 1 "$ROOT/tests/real/bonterms-nda"
