#!/bin/sh
# Makes build/hindsight_VERSION_ARCH.deb from what was built. Its dependencies are read off the program.
set -eu
cd "$(dirname "$0")/.."
command -v dpkg-deb >/dev/null 2>&1 || { echo "dpkg-deb is needed: this is for Debian" >&2; exit 1; }
version=$(build/hindsight --version | sed 's/.* //')
arch=$(dpkg --print-architecture)
stage=build/deb
rm -rf "$stage"
make --no-print-directory -s install DESTDIR="$stage" PREFIX=/usr
strip "$stage/usr/bin/hindsight" "$stage/usr/bin/hindsight-image" "$stage/usr/bin/hindsight-pdf"
mkdir -p "$stage/DEBIAN" "$stage/usr/share/doc/hindsight"
cp README.md "$stage/usr/share/doc/hindsight/"
# Packages that own the libraries which the programs name.
multiarch=$(cc -print-multiarch)
libs=$(objdump -p build/hindsight build/hindsight-image build/hindsight-pdf | sed -n 's/^ *NEEDED *//p')
depends=$(for l in $libs; do dpkg-query -S "*/$multiarch/$l" 2>/dev/null | sed 's/:.*//' | head -1; done | sort -u | paste -sd, | sed 's/,/, /g')
cat >"$stage/DEBIAN/control" <<END
Package: hindsight
Version: $version
Architecture: $arch
Maintainer: Hindsight maintainers <maintainers@hindsight.invalid>
Depends: $depends
Recommends: fonts-noto-cjk, fonts-liberation | fonts-noto-core
Section: web
Priority: optional
Description: incident post-mortems from evidence
 Alerts, changes and chat become an incident's timeline; one click makes a post-mortem of it, which a team
 writes together, reviews and publishes. One program with one SQLite file, or PostgreSQL.
END
cat >"$stage/DEBIAN/postinst" <<'END'
#!/bin/sh
set -e
if [ "$1" = configure ]; then
    getent passwd hindsight >/dev/null || useradd --system --home-dir /var/lib/hindsight --shell /usr/sbin/nologin hindsight
    install -d -m 700 -o hindsight -g hindsight /var/lib/hindsight
    [ ! -d /run/systemd/system ] || systemctl daemon-reload
    [ -n "$2" ] || echo "Start it with: systemctl enable --now hindsight"
fi
END
chmod 755 "$stage/DEBIAN/postinst"
dpkg-deb --root-owner-group -b "$stage" "build/hindsight_${version}_${arch}.deb"
