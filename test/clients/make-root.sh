#!/usr/bin/env bash
# Makes the folders that the client tests run real build clients from, with packages from Debian and npm only:
#
#   sid      a chroot of Debian's development suite: Bazel 7.7 with its rules, Abseil's source, recc, casupload, moto
#   stable   a chroot of Debian 13: Bazel 4.2.3
#   moon     moon from npm, run outside any chroot
#
#   make-root.sh [sid|stable|moon]...   makes those that are missing (all, when none is named) and prints where they are
#   make-root.sh --remove               removes everything that this script made
#
# They are kept in $HAYLOFT_CLIENTS_DIR (default ~/.cache/hayloft/clients). Each is made beside its final name and
# renamed when complete, so an interrupted run leaves nothing that looks finished. HAYLOFT_DEBIAN_MIRROR names
# another mirror; proxies and the other download settings of the host's apt are taken over.
#
# Exit code 3: this machine lacks what it takes (Linux, root, Debian); the last line says what.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
moon_version=2.5.5
mirror=${HAYLOFT_DEBIAN_MIRROR:-http://deb.debian.org/debian}
base=${HAYLOFT_CLIENTS_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/hayloft/clients}
# Folders that were made by another version of this are made anew.
recipe=$(cat "$here/make-root.sh" "$here/bazel-blake3.c" | sha256sum | cut -c1-16)

say() { printf 'clients: %s\n' "$*" >&2; }
die() {
  say "$*"
  exit 1
}
cannot() {
  say "$*"
  exit 3
}

is_ready() { [ "$(cat "$base/$1/.hayloft-recipe" 2>/dev/null)" = "$recipe" ]; }

# Runs a command quietly; its output goes to the folder's log and is shown when it fails.
logged() {
  local log=$base/$1.log
  shift
  "$@" >>"$log" 2>&1 </dev/null || {
    tail -n 20 "$log" >&2
    die "failed: $* (all of it: $log)"
  }
}

# inside NAME DIR COMMAND...: runs it in the chroot, logged.
inside() {
  local name=$1 dir=$2
  shift 2
  logged "$name" chroot "$dir" env PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C DEBIAN_FRONTEND=noninteractive "$@"
}

# Never through a mount: --one-file-system does not see a bind mount of the same file system.
remove() {
  awk -v top="$1" '{ gsub(/\\040/, " ", $5); if (index($5 "/", top "/") == 1) found = 1 } END { exit found }' \
    /proc/self/mountinfo || die "something is mounted in $1: unmount it first"
  rm -rf --one-file-system -- "$1"
}

# A CI machine is there to be installed on; a developer's is not.
need_debootstrap() {
  command -v debootstrap >/dev/null && return
  command -v apt-get >/dev/null || cannot "debootstrap is missing, and this is no Debian to install it on"
  [ "${CI:-}" = true ] || cannot "debootstrap is missing: apt-get install debootstrap debian-archive-keyring"
  say "installing debootstrap on this machine"
  # Another apt may be running; wait for its lock rather than fail.
  logged "$1" apt-get -o DPkg::Lock::Timeout=300 update -qq
  logged "$1" apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends \
    debootstrap debian-archive-keyring
}

# How the host downloads (proxies, retries, clocks that the mirror's signature dates do not suit) holds inside too.
take_over_host_settings() {
  if command -v apt-config >/dev/null; then
    apt-config dump | grep -E '^Acquire::(http|https|Retries|Check-Valid-Until|Check-Date)[: ]' \
      >"$1/etc/apt/apt.conf.d/90host" || true
  fi
  printf 'Acquire::Retries "3";\nAPT::Sandbox::User "root";\n' >"$1/etc/apt/apt.conf.d/91hayloft"
  # A root that can be made anew need not survive a power cut, and no daemon shall start in it.
  echo force-unsafe-io >"$1/etc/dpkg/dpkg.cfg.d/hayloft"
  printf '#!/bin/sh\nexit 101\n' >"$1/usr/sbin/policy-rc.d"
  chmod +x "$1/usr/sbin/policy-rc.d"
  if [ -e /etc/resolv.conf ]; then cp /etc/resolv.conf "$1/etc/resolv.conf"; fi
}

# make_chroot NAME SUITE DIR PACKAGE...
make_chroot() {
  local name=$1 suite=$2 dir=$3
  shift 3
  need_debootstrap "$name"
  say "$name: unpacking Debian $suite"
  logged "$name" debootstrap --force-check-gpg --variant=minbase "$suite" "$dir" "$mirror"
  mountpoint -q "$dir/proc" || mount -t proc proc "$dir/proc"
  take_over_host_settings "$dir"
  sed -n 's/^deb /deb-src /p' "$dir/etc/apt/sources.list" >"$dir/etc/apt/sources.list.d/src.list"
  say "$name: installing $# packages and what they need"
  inside "$name" "$dir" apt-get update -qq
  inside "$name" "$dir" apt-get install -y -qq --no-install-recommends "$@"
}

# Debian ships Bazel's rules as packages; this tells Bazel to take them from there, since it cannot download them.
write_bazelrc() {
  local rule
  {
    echo "common --noenable_bzlmod --enable_workspace"
    for rule in rules_cc=rules/cc rules_java=rules/java rules_proto=rules/proto rules_shell=rules/shell \
      rules_license=rules/license rules_python=rules/python bazel_features=tools/features \
      bazel_skylib=tools/skylib platforms=tools/platforms; do
      echo "common --override_repository=${rule%%=*}=/usr/share/bazel/${rule#*=}"
    done
    echo "build --cxxopt=-std=c++17 --host_cxxopt=-std=c++17"
  } >"$1/etc/bazel.bazelrc"
}

# Abseil asks rules_cc for a compiler that Debian's version of the rules does not know.
add_emscripten_setting() {
  local build_file=$1/usr/share/bazel/rules/cc/cc/compiler/BUILD
  grep -q emscripten "$build_file" || cat >>"$build_file" <<'BUILD'

config_setting(
    name = "emscripten",
    flag_values = {"@bazel_tools//tools/cpp:compiler": "emscripten"},
)
BUILD
}

build_blake3_for_bazel() {
  say "sid: compiling BLAKE3 for Bazel"
  mkdir -p "$1/opt/hayloft"
  cp "$here/bazel-blake3.c" "$1/opt/hayloft/"
  # shellcheck disable=SC2016 # The chroot's shell expands it.
  inside sid "$1" sh -c 'java=/usr/lib/jvm/default-java/include
    gcc -O2 -shared -fPIC -I"$java" -I"$java/linux" /opt/hayloft/bazel-blake3.c -lblake3 -o /opt/hayloft/bazel-blake3.so'
}

fetch_abseil() {
  say "sid: fetching Abseil's source"
  mkdir -p "$1/src/abseil"
  inside sid "$1" sh -c 'cd /src && apt-get source -qq --download-only abseil &&
    tar xf abseil_*.orig.tar.?z -C abseil --strip-components=1'
  echo 'workspace(name = "abseil-cpp")' >"$1/src/abseil/WORKSPACE"
}

make_sid() {
  make_chroot sid sid "$1" bazel-bootstrap bazel-rules-cc bazel-features bazel-skylib bazel-platforms \
    bazel-rules-java bazel-rules-proto bazel-rules-shell bazel-rules-license bazel-rules-python \
    buildbox gcc g++ libc6-dev libblake3-dev python3-moto python3-flask python3-flask-cors
  write_bazelrc "$1"
  add_emscripten_setting "$1"
  build_blake3_for_bazel "$1"
  fetch_abseil "$1"
}

make_stable() { make_chroot stable trixie "$1" bazel-bootstrap; }

make_moon() {
  say "moon: installing @moonrepo/cli $moon_version from npm"
  mkdir -p "$1"
  echo '{ "private": true }' >"$1/package.json"
  logged moon npm install --prefix "$1" --ignore-scripts --no-audit --no-fund --save-exact \
    "@moonrepo/cli@$moon_version"
}

make_one() {
  local name=$1 started=$SECONDS
  is_ready "$name" && return
  remove "$base/$name"
  remove "$base/$name.partial"
  : >"$base/$name.log"
  "make_$name" "$base/$name.partial"
  if [ -x "$base/$name.partial/usr/bin/apt-get" ]; then inside "$name" "$base/$name.partial" apt-get clean; fi
  if mountpoint -q "$base/$name.partial/proc"; then umount "$base/$name.partial/proc"; fi
  echo "$recipe" >"$base/$name.partial/.hayloft-recipe"
  mv -T "$base/$name.partial" "$base/$name"
  say "$name: ready in $((SECONDS - started)) s ($(du -sxh "$base/$name" | cut -f1))"
}

remove_all() {
  local name
  for name in sid stable moon; do
    remove "$base/$name"
    remove "$base/$name.partial"
    rm -f -- "$base/$name.log"
  done
}

[ "$(uname)" = Linux ] || cannot "the clients run on Linux only"
wanted=("$@")
[ $# -gt 0 ] || wanted=(sid stable moon)
for name in "${wanted[@]}"; do
  case $name in
    moon) ;;
    sid | stable | --remove)
      [ "$(id -u)" = 0 ] || cannot "making, entering and removing a chroot need root"
      unshare --mount --pid --fork true 2>/dev/null || cannot "this machine lets even root make no namespaces"
      ;;
    *) die "usage: make-root.sh [sid|stable|moon]... | --remove" ;;
  esac
done

mkdir -p "$base"
base=$(cd "$base" && pwd -P)
missing=()
for name in "${wanted[@]}"; do is_ready "$name" || missing+=("$name"); done

if [ ${#missing[@]} -gt 0 ]; then
  if [ "${wanted[*]}" != moon ] && [ "${HAYLOFT_CLIENTS_PRIVATE:-}" != yes ]; then
    # In a mount namespace of its own: /proc in a root is gone when this ends, however it ends.
    exec env HAYLOFT_CLIENTS_PRIVATE=yes HAYLOFT_CLIENTS_DIR="$base" unshare --mount -- bash "$0" "$@"
  fi
  # One maker at a time, whoever started it. The lock goes with the process.
  exec 9>"$base/.lock"
  flock --nonblock 9 || {
    say "waiting for another make-root.sh"
    flock --timeout 900 9 || die "another make-root.sh has been running for 15 minutes"
  }
  if [ "${wanted[0]}" = --remove ]; then
    remove_all
    exit 0
  fi
  for name in "${missing[@]}"; do make_one "$name"; done
fi
printf "%s\n" "${wanted[@]/#/$base/}"
