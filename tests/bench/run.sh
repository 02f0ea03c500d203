#!/bin/bash
# run.sh N [RUNS]: checks the same N agreements with countersign and with each installed peer; see README.md.
#   BENCH=   folder with gen.py, measure.py and rules/   (default: ../shared/bench beside the repository)
#   PEERS=   folder with bin/cfn-guard and bin/regorus   (default: /tmp/peers)
#   OUT=     folder for facts and outputs                (default: /tmp/countersign-bench)
set -eu
N=$1; RUNS=${2:-3}
HERE=$(cd "$(dirname "$0")" && pwd); ROOT=$(cd "$HERE/../.." && pwd)
BENCH=${BENCH:-$ROOT/../shared/bench}; PEERS=${PEERS:-/tmp/peers}; OUT=${OUT:-/tmp/countersign-bench}
COUNTERSIGN=${COUNTERSIGN:-${CARGO_TARGET_DIR:-$ROOT/target}/release/countersign}
D=$OUT/n$N; R=$BENCH/rules
[ -f "$D/expected.json" ] || python3 "$BENCH/gen.py" "$N" "$D" --no-md --no-yaml >/dev/null
rm -rf "$D/deal"; python3 "$HERE/emit.py" "$D/all.json" "$D/deal"

go() { # name peer command...: measures, compares with the oracle, prints one row
  local name=$1 peer=$2; shift 2
  local report=$D/$name.out measured compared
  measured=$(python3 "$BENCH/measure.py" "$RUNS" "$report" -- "$@")
  compared=$(python3 "$HERE/compare.py" "$report" "$D/expected.json" "$peer" 2>&1 | tail -1) || true
  python3 -c 'import json, sys
m = json.loads(sys.argv[3])
print("| %-22s | %7s | %8.3f | %8.3f | %7.0f | %s |" % (sys.argv[1], sys.argv[2], m["cpu_min"], m["wall_min"], m["rss_mib"], sys.argv[4]))' \
    "$name" "$N" "$measured" "$compared"
}
echo "| checker                | N       | CPU s    | wall s   | peak MiB | findings |"
echo "|---|---|---|---|---|---|"
go countersign countersign "$COUNTERSIGN" check "$D/deal" --gate sign --format json
go countersign-1-thread countersign "$COUNTERSIGN" check "$D/deal" --gate sign --format json --threads 1
if [ -x "$PEERS/bin/cfn-guard" ]; then
  go cfn-guard cfn-guard "$PEERS/bin/cfn-guard" validate -r "$R/cfn-guard/countersign.guard" -d "$D/json" --structured -o json -S none
fi
if [ -x "$PEERS/bin/regorus" ]; then
  go regorus regorus "$PEERS/bin/regorus" eval -d "$R/rego/countersign.rego" -i "$D/all.json" data.countersign.findings
fi
