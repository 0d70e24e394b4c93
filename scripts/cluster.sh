#!/usr/bin/env bash
# Runs books on a cluster on this machine and kills its processes: Temporal's dev server, workers, and a scripted model.
#
#   scripts/cluster.sh                                      30 books of 20 pages, 3 workers, 200 of them killed, 20 times the server
#   scripts/cluster.sh --books 4 --kills 12 --server-kills 1   the short form, for CI
#   scripts/cluster.sh --kills 0 --server-kills 0              without kills, with the CPU time of a local run of the same pages
#
# Ends with the counts, and fails unless every page is there once and valid, repeated calls are those that were in flight when a worker was
# killed, and the files are those of a local run, except for times. The folder target/cluster/run is kept until the next run.
set -euo pipefail
cd "$(dirname "$0")/.."

books=30 pages=20 workers=3 kills=200 server_kills=20 deadline=840
while [ $# -gt 0 ]; do
  case "$1" in
    --books) books=$2 ;;
    --pages) pages=$2 ;;
    --workers) workers=$2 ;;
    --kills) kills=$2 ;;
    --server-kills) server_kills=$2 ;;
    --deadline) deadline=$2 ;;
    *)
      echo "error: unknown option $1" >&2
      exit 2
      ;;
  esac
  shift 2
done

scripts/setup.sh cluster
CARGO_INCREMENTAL=0 cargo build --quiet --manifest-path crates/temporal/Cargo.toml --features testing --bin cluster-shelf
shelf=$PWD/crates/temporal/target/debug/cluster-shelf
temporal=$PWD/target/cluster/venv/bin/temporal
run=$PWD/target/cluster/run
rm -rf "$run"
mkdir -p "$run/library" "$run/local"
cd "$run"

# Everything that this script starts is ended by its process id.
declare -A started=()
cleanup() {
  for pid in "${started[@]}"; do kill -9 "$pid" 2>/dev/null || true; done
}
trap cleanup EXIT

export OMP_THREAD_LIMIT=1 SHELF_LLM_REQUESTS_PER_MINUTE=0 TEMPORAL_ADDRESS=127.0.0.1:17233
options=(--engine rules --llm-model m --yes)
begin=$SECONDS
say() { printf '%4s s  %s\n' "$((SECONDS - begin))" "$*"; }
# CPU seconds of a process and of those that it has waited for.
cpu_of() { awk '{ print ($14 + $15 + $16 + $17) / 100 }' "/proc/$1/stat"; }

start_server() {
  "$temporal" server start-dev --db-filename "$run/temporal.db" --ip 127.0.0.1 --port 17233 --ui-port 18233 \
    --log-level error >>server.log 2>&1 &
  started[server]=$!
}
start_worker() {
  "$shelf" --library library worker --slots cpu=1,llm=2 >>"worker-$1.log" 2>&1 &
  started[worker-$1]=$!
}

start_server
"$shelf" --library library scripted-model "$run/address" "$run/calls" >>model.log 2>&1 &
started[model]=$!
"$shelf" --library library draw-pages drawn "$pages"
"$shelf" --library library add drawn --id book-001 --quiet >/dev/null
cp -r library/book-001 local/book-001
for number in $(seq 2 "$books"); do cp -r library/book-001 "library/book-$(printf %03d "$number")"; done
until [ -s address ]; do sleep 0.1; done
SHELF_LLM_BASE_URL=$(cat address)
export SHELF_LLM_BASE_URL
for number in $(seq "$workers"); do start_worker "$number"; done

say "submitting $books books of $pages pages"
"$shelf" --library library submit --all "${options[@]}" --heartbeat 3 --wait >submitted 2>&1 &
started[submit]=$!
until grep -q "book-$(printf %03d "$books"): submitted" submitted; do
  sleep 0.2
  if ! kill -0 "${started[submit]}" 2>/dev/null; then
    cat submitted >&2
    exit 1
  fi
done
# Two submissions of one book are one job.
"$shelf" --library library submit book-001 "${options[@]}" --heartbeat 3 >again 2>&1
grep -q 'already submitted' again

killed=0 server_killed=0
every=$((server_kills > 0 ? (kills + server_kills - 1) / server_kills : kills + 1))
while kill -0 "${started[submit]}" 2>/dev/null; do
  sleep 1
  if [ $((SECONDS - begin)) -gt "$deadline" ]; then
    say "error: not done within $deadline s" >&2
    "$shelf" --library library jobs >&2 || true
    exit 1
  fi
  if [ "$killed" -lt "$kills" ]; then
    number=$((RANDOM % workers + 1))
    kill -9 "${started[worker-$number]}" 2>/dev/null || true
    wait "${started[worker-$number]}" 2>/dev/null || true
    start_worker "$number"
    killed=$((killed + 1))
    if [ $((killed % every)) = 0 ] && [ "$server_killed" -lt "$server_kills" ]; then
      kill -9 "${started[server]}"
      wait "${started[server]}" 2>/dev/null || true
      start_server
      server_killed=$((server_killed + 1))
    fi
  fi
done
status=0
wait "${started[submit]}" || status=$?
unset "started[submit]"
took=$((SECONDS - begin))
say "jobs ended with exit code $status; $killed kills of workers, $server_killed of the server"
worker_cpu=0
for number in $(seq "$workers"); do
  pid=${started[worker-$number]}
  kill -TERM "$pid"
  while [ "$(awk '{ print $3 }' "/proc/$pid/stat" 2>/dev/null || echo Z)" != Z ]; do
    worker_last=$(cpu_of "$pid")
    sleep 0.05
  done
  code=0
  wait "$pid" || code=$?
  unset "started[worker-$number]"
  if [ "$code" != 0 ]; then
    say "error: worker $number ended with $code on SIGTERM" >&2
    exit 1
  fi
  worker_cpu=$(awk "BEGIN { print $worker_cpu + $worker_last }")
done
server_cpu=$(cpu_of "${started[server]}")

# What is there.
"$shelf" --library library verify --all >verified 2>&1 || { tail -5 verified >&2; status=1; }
made=$(find library/book-*/described -maxdepth 1 -name 'page_*.json' | wc -l)
linked=$(find library/book-*/linked library/book-*/merged -maxdepth 1 -name 'page_*.json' | wc -l)
wanted=$((books * pages))
calls=$(wc -l <calls)
lost=$(cat library/.ledger/*.jsonl | grep -c '"ended":"lost"' || true)
left=$(find library -name '.write-*' | wc -l)
say "$made of $wanted pages described, $linked of $((2 * wanted)) linked and merged; $left files half written"
say "$calls calls for $wanted pages: $((calls - wanted)) repeated; $lost were in flight when their worker was killed"

# The same book, here.
local_begin=$SECONDS
( "$shelf" --library local process book-001 "${options[@]}" --quiet >local.log 2>&1
  cat /proc/self/stat >/dev/null; times >local.times )
say "the same book took $((SECONDS - local_begin)) s here, of $took s for $books books"
../../../scripts/compare_books.py local/book-001 library/book-* | tee compared
if [ "$kills" = 0 ]; then
  # The second line of `times`: user and system time of the children.
  local_cpu=$(tail -1 local.times | tr 'ms' '  ' | awk '{ print $1 * 60 + $2 + $3 * 60 + $4 }')
  awk "BEGIN { cluster = ($worker_cpu + $server_cpu) / $books
    printf \"CPU per book: %.2f s here, %.2f s in the cluster (%.2f s of it the server), %.2f times\n\",
      $local_cpu, cluster, $server_cpu / $books, cluster / $local_cpu }"
fi

if [ "$status" != 0 ] || [ "$made" != "$wanted" ] || [ "$linked" != $((2 * wanted)) ] || [ "$left" != 0 ] \
  || [ $((calls - wanted)) -gt "$lost" ]; then
  say "error: see above, and $run" >&2
  exit 1
fi
say "every page once, and valid"
