# Sourced by the other scripts: ROOT is the repository, NODE a Node.js that runs TypeScript as it is (24 or newer).
# The Node on PATH is used when it is new enough; otherwise a copy from the npm registry lives in .node/, apart from
# node_modules, because `npm ci` deletes node_modules under whatever process is running from it.
node_version=24.21.0

say() { [ -n "${QUIET:-}" ] || printf '%s\n' "$*"; }
fail() {
  printf '\n%s\n' "$*" >&2
  exit 1
}

is_new_enough() { "$1" -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 24 ? 0 : 1)' 2>/dev/null; }

find_node() {
  for candidate in "$(command -v node || true)" "$ROOT"/.node/node_modules/node-*/bin/node; do
    if [ -x "$candidate" ] && is_new_enough "$candidate"; then
      NODE=$candidate
      PATH=$(dirname "$NODE"):$PATH
      export PATH
      return 0
    fi
  done
  return 1
}

# The npm program itself: from `npm run` by its environment, else behind the npm on PATH.
npm_program() {
  for candidate in "${npm_execpath:-}" "$(readlink -f "$(command -v npm || true)" 2>/dev/null || true)" \
    "$ROOT/.node/node_modules/npm/bin/npm-cli.js"; do
    case $candidate in
      *.js)
        if [ -f "$candidate" ] && "$1" "$candidate" --version >/dev/null 2>&1; then
          printf '%s\n' "$candidate"
          return 0
        fi
        ;;
    esac
  done
  return 1
}

platform_package() {
  case $(uname -s) in
    Linux) system=linux ;;
    Darwin) system=darwin ;;
    *) return 1 ;;
  esac
  case $(uname -m) in
    x86_64 | amd64) printf 'node-%s-x64\n' "$system" ;;
    aarch64 | arm64) printf 'node-%s-arm64\n' "$system" ;;
    *) return 1 ;;
  esac
}

install_node() {
  command -v npm >/dev/null 2>&1 ||
    fail "npm is missing: install Node.js 20 or newer with npm (https://nodejs.org), then run this again"
  package=$(platform_package) ||
    fail "There is no Node.js $node_version package for $(uname -sm): install Node.js 24 or newer by hand"
  printf 'Node.js %s is older than 24: fetching %s@%s into .node/\n' "$(node --version 2>/dev/null)" "$package" "$node_version"
  mkdir -p "$ROOT/.node"
  # A package.json of its own stops npm from walking up to the workspace.
  printf '{ "private": true }\n' >"$ROOT/.node/package.json"
  npm install --prefix "$ROOT/.node" --ignore-scripts --no-audit --no-fund --loglevel=error \
    "$package@$node_version" >/dev/null ||
    fail "npm could not install $package@$node_version: check that the npm registry is reachable"
}
