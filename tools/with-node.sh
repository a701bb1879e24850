#!/bin/sh
# Runs one TypeScript program of this repository under Node.js 24 or newer: sh tools/with-node.sh bench/main.ts --quick
set -eu
ROOT=$(cd "$(dirname "$0")/.." && pwd)
. "$ROOT/tools/node.sh"
find_node || fail "Node.js 24 or newer is not here yet: run  npm run setup"
exec "$NODE" "$@"
