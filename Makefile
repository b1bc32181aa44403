# The only front door. `make help` says what there is.
# Two builds of the same sources: build/o (release) and build/san (tests: ASan, UBSan, arena poisoning).

CC      ?= cc
PKGS    := libmicrohttpd libxml-2.0 libuv libcurl libcrypto zlib sqlite3 libpq jansson libsodium icu-i18n icu-uc
STD     := -std=gnu2x -D_GNU_SOURCE -Isrc -I. -Ibuild/gen
WARN    := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wno-missing-field-initializers -Werror
HARDEN  := -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fstack-clash-protection -fcf-protection=full \
           -ftrivial-auto-var-init=zero -fno-strict-aliasing -fPIE
RELEASE := -O2 -g $(HARDEN)
SAN     := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer -fno-strict-aliasing
# Asked once, and only when something is compiled.
CFLAGS_PKG = $(eval CFLAGS_PKG := $$(shell pkg-config --cflags $$(PKGS) 2>/dev/null))$(CFLAGS_PKG)
LIBS    = $(eval LIBS := $$(shell pkg-config --libs $$(PKGS) 2>/dev/null) -lwslay -lmd4c -lresolv -lpthread -lm)$(LIBS)
LDFLAGS_RELEASE := -pie -Wl,-z,relro,-z,now

ALL_C   := $(wildcard src/*.c src/*/*.c src/feature/*/*.c src/integration/*/*.c)
TESTS   := $(filter %_test.c,$(ALL_C))
# spec_*.c: the runner and the helpers of tests (given_a_database …); they never stand in the binary.
SPEC    := $(foreach f,$(ALL_C),$(if $(filter spec_%,$(notdir $f)),$f))
LIB     := $(filter-out %_test.c $(SPEC) src/main.c,$(ALL_C)) $(wildcard crdt/*.c)
SQL     := $(wildcard src/*/schema.sql src/*/queries.sql src/feature/*/schema.sql src/feature/*/queries.sql)
GEN     := build/gen/sql.gen.c

O_LIB   := $(LIB:%.c=build/o/%.o) build/o/sql.gen.o build/o/assets.o build/o/demo_files.o
O_MAIN  := build/o/src/main.o
O_TEST  := $(LIB:%.c=build/san/%.o) $(TESTS:%.c=build/san/%.o) $(SPEC:%.c=build/san/%.o) \
           build/san/sql.gen.o build/san/assets.o build/san/demo_files.o

all: build/hindsight build/hindsight-image build/hindsight-pdf

help:
	@echo "make run      install what is missing, build, serve http://127.0.0.1:8080 with sample data"
	@echo "make test     install what is missing, run every test       (W=word: only suites whose name contains it)"
	@echo "make check    compilers, floors, banned functions, types, queries on both databases, API page"
	@echo "make          build/hindsight, with the user interface in it"
	@echo "make dev      serve a scratch folder; build and restart on every change"
	@echo "make test-c   the C specs on SQLite                         (W=word: only specs that contain it)"
	@echo "make fuzz     every fuzz target, some seconds each          (FUZZ_SECONDS=n)"
	@echo "make eval     how good drafts are, on the incidents of tests/eval"
	@echo "make bench    figures                make install [PREFIX=/usr/local]   make deb   make clean"

build/hindsight: $(O_MAIN) $(O_LIB)
	@echo "  link $@"; $(CC) $(RELEASE) $(LDFLAGS_RELEASE) -o $@ $^ $(LIBS)

# Decodes uploaded pictures, alone in a cage: the server links no decoder.
build/hindsight-image: image/image.c image/cage.h
	@mkdir -p build; echo "  cc   $<"; $(CC) $(STD) $(WARN) $(RELEASE) $$(pkg-config --cflags vips) $(LDFLAGS_RELEASE) -o $@ $< $$(pkg-config --libs vips)

# Sets reports as pages, likewise: the server links no font engine.
build/hindsight-pdf: $(wildcard pdf/*.c) pdf/pdf.h pdf/flow.h image/cage.h
	@mkdir -p build; echo "  cc   pdf"; $(CC) $(STD) $(WARN) $(RELEASE) $$(pkg-config --cflags pangocairo jansson) $(LDFLAGS_RELEASE) -o $@ pdf/*.c $$(pkg-config --libs pangocairo jansson)

build/test: $(O_TEST) | build/hindsight-image build/hindsight-pdf
	@echo "  link $@"; $(CC) $(SAN) -o $@ $^ $(LIBS)

build/o/%.o: %.c | build/gen/sql.gen.h
	@mkdir -p $(@D); echo "  cc   $<"; $(CC) $(STD) $(WARN) $(RELEASE) $(CFLAGS_PKG) -MMD -MP -c -o $@ $<
build/san/%.o: %.c | build/gen/sql.gen.h
	@mkdir -p $(@D); echo "  san  $<"; $(CC) $(STD) $(WARN) $(SAN) $(CFLAGS_PKG) -MMD -MP -c -o $@ $<
build/o/sql.gen.o: build/gen/sql.gen.c
	@mkdir -p $(@D); $(CC) $(STD) $(RELEASE) -c -o $@ $<
build/san/sql.gen.o: build/gen/sql.gen.c
	@mkdir -p $(@D); $(CC) $(STD) $(SAN) -c -o $@ $<
build/o/%.o: build/gen/%.S
	@mkdir -p $(@D); $(CC) -c -o $@ $<
build/san/%.o: build/gen/%.S
	@mkdir -p $(@D); $(CC) -c -o $@ $<

build/gen/sql.gen.h: build/gen/sql.gen.c
build/gen/sql.gen.c: $(SQL) tools/embed_sql.awk
	@mkdir -p build/gen; awk -v header=build/gen/sql.gen.h -f tools/embed_sql.awk $(SQL) > $@.tmp && mv $@.tmp $@

# The UI and other files that travel inside the binary.
WEB_SRC := features.def package.json $(shell find web src/feature/*/ui -type f 2>/dev/null)
node_modules/.package-lock.json: package-lock.json
	@tools/setup.sh build
build/web/manifest.json: $(WEB_SRC) node_modules/.package-lock.json
	@node web/build.mjs
build/gen/assets.S: tools/embed_assets.sh build/web/manifest.json
	@mkdir -p build/gen; sh tools/embed_assets.sh assets build/web > $@.tmp && mv $@.tmp $@
build/gen/demo_files.S: tools/embed_assets.sh $(wildcard src/feature/demo/data/*)
	@mkdir -p build/gen; sh tools/embed_assets.sh demo_files src/feature/demo/data raw > $@.tmp && mv $@.tmp $@

-include $(shell find build/o build/san -name '*.d' 2>/dev/null)

test-c: build/test
	ASAN_OPTIONS=detect_leaks=1 build/test $(W)

# What the store costs against the bare libraries; with PostgreSQL that really syncs.
build/store_bench: build/o/bench/store_bench.o $(filter build/o/src/base/% build/o/src/store/%,$(O_LIB))
	@echo "  link $@"; $(CC) $(RELEASE) $(LDFLAGS_RELEASE) -o $@ $^ $(LIBS)
build/bench_seed: build/o/bench/seed.o $(O_LIB)
	@$(CC) $(RELEASE) $(LDFLAGS_RELEASE) -o $@ $^ $(LIBS)
# How many alerts a second become durable, beside what the database does alone.
build/ingest_load: bench/ingest_load.c
	@mkdir -p build; $(CC) $(STD) -O2 $(CFLAGS_PKG) -o $@ $< -lsqlite3 $(shell pkg-config --libs libpq)
bench-ingest: all build/ingest_load
	@POSTGRES_DURABLE=1 tests/postgres.sh node bench/ingest.mjs
# What 5,000 monitors cost.
bench-monitors: all
	@node bench/monitors.mjs
# How long pages take while alerts come in.
bench-browse: all build/ingest_load build/bench_seed
	@data=$$(mktemp -d); build/bench_seed $$data $${BENCH_INCIDENTS:-10000} $${BENCH_ALERTS:-100000} $${BENCH_REPORTS:-2000} && node bench/browse.mjs $$data; rm -rf $$data
# Rooms beside other servers and beside a bare relay: words choose parts (steady limit many crowd cursors).
build/room_%: bench/room/%.c bench/room/wire.h
	@mkdir -p build; $(CC) $(STD) $(WARN) -O2 -o $@ $< -lcrypto -lm
bench-room: all build/room_load build/room_relay
	@[ -d bench/room/node_modules ] || (cd bench/room && npm ci --silent --no-progress)
	@node bench/room/run.mjs $(W)
# Opening a document after a million updates.
build/bench_history: build/o/bench/history.o $(O_LIB)
	@$(CC) $(RELEASE) $(LDFLAGS_RELEASE) -o $@ $^ $(LIBS)
bench-history: build/bench_history
	@data=$$(mktemp -d); build/bench_history $$data; rm -rf $$data
# The writer without AI, and the check of claims.
build/bench_draft: build/o/bench/draft.o $(O_LIB)
	@$(CC) $(RELEASE) $(LDFLAGS_RELEASE) -o $@ $^ $(LIBS)
bench-draft: build/bench_draft
	@data=$$(mktemp -d); build/bench_draft $$data; rm -rf $$data
# How good drafts are, on whole incidents; with a model when EVAL_PROVIDER and EVAL_MODEL name one.
build/eval: build/o/bench/eval.o $(O_LIB)
	@$(CC) $(RELEASE) $(LDFLAGS_RELEASE) -o $@ $^ $(LIBS)
eval: build/eval
	@build/eval
bench-store: build/store_bench
	POSTGRES_DURABLE=1 tests/postgres.sh build/store_bench

floors:
	@awk -f tools/floors.awk src/FLOORS $(ALL_C) $(shell find src -name '*.h')

JOBS := -j$(shell nproc 2>/dev/null || echo 2)
setup-build setup-test: setup-%:
	@tools/setup.sh $*
run: setup-build
	@$(MAKE) --no-print-directory $(JOBS) all
	@tools/run.sh
test: setup-test
	@$(MAKE) --no-print-directory $(JOBS) all build/test
	@tools/test.sh $(W)
check: setup-test
	@tools/check.sh
dev: setup-build
	@node tools/dev.mjs

# The second compiler: reads everything, makes nothing.
clang: $(patsubst %.c,build/clang/%.ok,$(ALL_C) $(wildcard crdt/*.c))
build/clang/%.ok: %.c | build/gen/sql.gen.h
	@mkdir -p $(@D); clang-19 $(STD) $(WARN) -Wno-unknown-warning-option $(CFLAGS_PKG) -fsyntax-only -MMD -MP -MF $(@:.ok=.d) -MT $@ $< && touch $@
-include $(shell find build/clang -name '*.d' 2>/dev/null)

bench: all
	@[ ! -f bench/run.sh ] || sh bench/run.sh

PREFIX ?= /usr/local
install: all
	install -D -m 755 build/hindsight $(DESTDIR)$(PREFIX)/bin/hindsight
	install -D -m 755 build/hindsight-image $(DESTDIR)$(PREFIX)/bin/hindsight-image
	install -D -m 755 build/hindsight-pdf $(DESTDIR)$(PREFIX)/bin/hindsight-pdf
	install -D -m 644 tools/hindsight.service $(DESTDIR)$(PREFIX)/lib/systemd/system/hindsight.service
deb: all
	@sh tools/deb.sh

include fuzz/fuzz.mk

clean:
	rm -rf build

.PHONY: all help run test check dev test-c floors clang bench bench-store bench-ingest bench-browse bench-monitors bench-room bench-history bench-draft eval install deb clean setup-build setup-test
.DELETE_ON_ERROR:
