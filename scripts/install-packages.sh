#!/usr/bin/env bash
# install-packages.sh [--tests]: installs the Debian packages that are missing, and nothing where none is.
# Needs root or sudo only when something is missing.
set -euo pipefail

packages=(gcc libc6-dev cmake ninja-build pkg-config libgsl-dev libcjson-dev libcsv-dev libyaml-dev libmd-dev gnuplot-nox)
test_packages=(clang clang-format clang-tidy libclang-rt-14-dev libcmocka-dev jq time libxml2-utils chromium slurm-wlm munge parallel)

case "${1:-}" in
'') ;;
--tests)
    packages+=("${test_packages[@]}")
    # Any Node.js with its npm drives the browser.
    command -v node >/dev/null && command -v npm >/dev/null || packages+=(nodejs npm)
    ;;
*)
    echo "usage: scripts/install-packages.sh [--tests]" >&2
    exit 2
    ;;
esac

if ! command -v dpkg-query >/dev/null; then
    echo "install-packages.sh: this is not Debian; needed are: ${packages[*]}" >&2
    exit 0
fi

missing=()
for package in "${packages[@]}"; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)" = installed ] || missing+=("$package")
done
# Any gnuplot draws: a machine that has gnuplot-qt keeps it.
if command -v gnuplot >/dev/null; then
    kept=()
    for package in ${missing[@]+"${missing[@]}"}; do
        [ "$package" = gnuplot-nox ] || kept+=("$package")
    done
    missing=(${kept[@]+"${kept[@]}"})
fi
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "install-packages.sh: missing: ${missing[*]}; install them as root" >&2
        exit 1
    fi
    as_root=(sudo)
fi
echo "installing: ${missing[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
install=("${as_root[@]+${as_root[@]}}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}")
# The package lists may be older than what the archive still holds: fetch them once and try again.
if ! "${install[@]}" >/dev/null 2>&1; then
    ${as_root[@]+"${as_root[@]}"} apt-get update -qq >&2
    "${install[@]}" >&2
fi
