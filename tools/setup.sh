#!/bin/sh
# Installs what building (setup.sh build) or testing (setup.sh test) needs, and says so. Quick when all is there.
set -eu
cd "$(dirname "$0")/.."
what=${1:-build}

# Debian package        what shows that it is there
build_packages="gcc make pkg-config libmicrohttpd-dev libuv1-dev libwslay-dev libcurl4-openssl-dev libssl-dev libsqlite3-dev
    libpq-dev libjansson-dev libsodium-dev libicu-dev libmd4c-dev libxml2-dev libvips-dev libpango1.0-dev zlib1g-dev"
test_packages="postgresql sqlite3 chromium fonts-noto-cjk prometheus prometheus-alertmanager clang-19 libclang-rt-19-dev curl openssl dovecot-imapd dnsmasq-base iproute2"

say() { printf '%s\n' "$*"; }

node_is_good() {        # 18 or later, with npm
    command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1 || return 1
    version=$(node --version 2>/dev/null) || return 1
    major=${version#v}; major=${major%%.*}
    [ "$major" -ge 18 ] 2>/dev/null
}

packages="$build_packages"
[ "$what" = build ] || packages="$packages $test_packages"
node_is_good || packages="$packages nodejs npm"

other_system() {
    say "This is not Debian 12 or later, so nothing is installed here. Needed are:"
    say "  a C compiler (gcc 12 or later), GNU make, pkg-config, node 18 or later with npm, and the development files of"
    say "  libmicrohttpd libuv wslay libcurl OpenSSL SQLite (3.40) libpq jansson libsodium ICU md4c libxml2 libvips Pango zlib"
    [ "$what" = build ] || say "  and for tests PostgreSQL 15, the sqlite3 shell, Chromium, Noto CJK fonts, Prometheus, Alertmanager, clang 19, openssl, Dovecot, dnsmasq"
    for lib in libmicrohttpd libuv libwslay libcurl libcrypto sqlite3 libpq jansson libsodium icu-i18n libxml-2.0 vips pangocairo zlib; do
        pkg-config --exists "$lib" 2>/dev/null || missing="${missing:-} $lib"
    done
    for tool in gcc make pkg-config node npm; do command -v "$tool" >/dev/null 2>&1 || missing="${missing:-} $tool"; done
    [ -z "${missing:-}" ] || { say "Not found:$missing"; exit 1; }
    say "All that building needs seems to be there."
}

debian() {
    missing=""
    # One question for all of them; what dpkg does not know it says on standard error, and leaves out.
    installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' $packages 2>/dev/null | sed -n 's/ installed$//p')
    for p in $packages; do
        printf '%s\n' "$installed" | grep -qx "$p" || missing="$missing $p"
    done
    [ -n "$missing" ] || return 0
    root=""
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null 2>&1 || { say "These Debian packages are needed:$missing"; say "Install them as root: apt-get install$missing"; exit 1; }
        root=sudo
    fi
    say "Installing Debian packages:$missing"
    $root apt-get update -qq || say "apt-get update failed; trying with what is known"
    # clang-19 came with a later point release; where it is not, checks by clang are left out.
    wanted=""
    for p in $missing; do
        if [ "${p#clang-19}" != "$p" ] || [ "${p#libclang-rt-19}" != "$p" ]; then
            apt-cache show "$p" >/dev/null 2>&1 || { say "$p is not offered here: left out"; continue; }
        fi
        wanted="$wanted $p"
    done
    [ -z "$wanted" ] || DEBIAN_FRONTEND=noninteractive $root apt-get install -y -qq --no-install-recommends $wanted >build/setup.log 2>&1 ||
        { tail -20 build/setup.log; say "Installing failed; all of it is in build/setup.log"; exit 1; }
    # Debian starts the servers that it installs. These are for the tests, which start their own.
    if [ "$what" != build ] && command -v systemctl >/dev/null 2>&1; then
        for s in postgresql prometheus prometheus-alertmanager; do
            case " $wanted " in *" $s "*) $root systemctl disable --now "$s" >/dev/null 2>&1 || true ;; esac
        done
    fi
}

mkdir -p build
if command -v apt-get >/dev/null 2>&1 && command -v dpkg-query >/dev/null 2>&1; then debian; else other_system; fi
node_is_good || { say "node 18 or later and npm are needed to build the user interface"; exit 1; }

# node_modules is as new as the lock file, or is made anew.
if [ ! -f node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
    say "Installing npm packages of package-lock.json into node_modules"
    npm ci --no-fund --no-audit --loglevel=error
    touch node_modules/.package-lock.json
fi
