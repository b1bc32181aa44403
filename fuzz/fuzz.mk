# `make fuzz` builds every fuzz/*.c against all sources with libFuzzer and runs each for FUZZ_SECONDS.
# Seeds and inputs that once failed stand in fuzz/corpus/NAME; what a run finds grows in build/fuzz/found/NAME. The fixtures of
# every source of alerts and changes are seeds of `sources`.
# `make fuzz FUZZ=ws FUZZ_SECONDS=600` runs one for longer.

FUZZ_CC      ?= clang-19
FUZZ_SECONDS ?= 10
FUZZ         ?= $(patsubst fuzz/%.c,%,$(wildcard fuzz/*.c))
FUZZ_SAN     := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
O_FUZZ       := $(O_LIB:build/o/%=build/fuzz/o/%)

build/fuzz/o/%.o: %.c | build/gen/sql.gen.h
	@mkdir -p $(@D); echo "  fuzz $<"; \
	$(FUZZ_CC) $(STD) -w $(FUZZ_SAN) -fsanitize=fuzzer-no-link $(CFLAGS_PKG) -MMD -MP -c -o $@ $<
build/fuzz/o/%.o: build/gen/%.c
	@mkdir -p $(@D); $(FUZZ_CC) $(STD) -w -c -o $@ $<
build/fuzz/o/%.o: build/gen/%.S
	@mkdir -p $(@D); $(FUZZ_CC) -c -o $@ $<
# An archive: a target links the rooms it reaches, not the whole house.
build/fuzz/all.a: $(O_FUZZ)
	@rm -f $@; ar rcs $@ $^
build/fuzz/%: build/fuzz/o/fuzz/%.o build/fuzz/all.a
	@echo "  link $@"; $(FUZZ_CC) $(FUZZ_SAN) -fsanitize=fuzzer -o $@ $^ $(LIBS)

# A fixture behind the number of its source in integrations.def (an octal escape) and how it comes.
fuzz-seeds:
	@mkdir -p build/fuzz/seeds/sources; n=0; \
	for kind in $$(sed -n 's/^INTEGRATION(\(.*\))/\1/p' integrations.def); do \
	  for f in src/integration/$$kind/fixtures/*; do \
	    [ -f "$$f" ] || continue; how=j; case $$f in *.eml) how=m;; esac; \
	    { printf "\\$$(printf %o $$n)$$how"; cat "$$f"; } > build/fuzz/seeds/sources/$$kind-$$(basename $$f); \
	  done; n=$$((n + 1)); done

fuzz: $(FUZZ:%=build/fuzz/%) fuzz-seeds
	@for f in $(FUZZ); do \
	  mkdir -p build/fuzz/found/$$f; seeds=; for d in fuzz/corpus/$$f build/fuzz/seeds/$$f; do [ ! -d $$d ] || seeds="$$seeds $$d"; done; \
	  echo "  fuzz $$f for $(FUZZ_SECONDS) s"; \
	  build/fuzz/$$f -max_total_time=$(FUZZ_SECONDS) -timeout=20 -rss_limit_mb=2048 -print_final_stats=0 -verbosity=0 \
	    -artifact_prefix=build/fuzz/$$f- build/fuzz/found/$$f $$seeds || exit 1; \
	done

-include $(shell find build/fuzz/o -name '*.d' 2>/dev/null)
.PHONY: fuzz fuzz-seeds
.SECONDARY:
