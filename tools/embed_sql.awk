# Turns src/**/{schema,queries}.sql into C: `-- name: x` begins query sql_x, `-- step N` begins a schema step.
# `-- shared: x` begins a piece of text that later queries of the file take in with a line `--use x`.
# The text stays as written; store/ rewrites parameters and dialect words when it prepares.
function cstr(s) { gsub(/\\/, "\\\\&", s); gsub(/"/, "\\\"", s); gsub(/\n/, "\\n\"\n    \"", s); return "\"" s "\"" }
function end_query() {
    if (name == "") return
    print "extern const Sql sql_" name ";" > header
    print "const Sql sql_" name " = { \"" name "\",\n    " cstr(text) " };"
    names[++n_names] = name; name = ""; text = ""
}
function end_step() { if (step != "") steps = steps "    " cstr(step) ",\n"; n_steps += (step != ""); step = "" }
function end_schema() {
    if (room == "") return
    end_step()
    print "extern const Schema " room "_schema;" > header
    print "static const char *const " room "_steps[] = {\n" steps "};"
    print "const Schema " room "_schema = { \"" room "\", " room "_steps, " n_steps " };"
    room = ""; steps = ""; n_steps = 0
}
BEGIN {
    print "#include \"sql.gen.h\""
    print "#pragma once\n#include \"store/store.h\"\nextern const Sql *const sql_all[];\nextern const size_t sql_all_len;" > header
}
FNR == 1 {
    end_query(); end_schema(); share = ""; delete shared
    if (FILENAME ~ /schema\.sql$/) { n = split(FILENAME, p, "/"); room = p[n - 1] }
}
# Steps are applied in the order in which they stand: one with the number of another came from two people at a time.
room != "" && /^-- step / {
    end_step()
    if ($3 != n_steps + 1) {
        print FILENAME ":" FNR ": step " $3 " stands where step " n_steps + 1 " belongs" > "/dev/stderr"; exit_code = 1; exit 1
    }
    next
}
room != "" { if ($0 !~ /^[ \t]*(--.*)?$/) step = step $0 "\n"; next }
/^-- name:/ { end_query(); name = $3; share = ""; next }
/^-- shared:/ { end_query(); share = $3; shared[share] = ""; next }
/^--use / {
    if (!($2 in shared)) { print FILENAME ":" FNR ": nothing shared is called " $2 > "/dev/stderr"; exit_code = 1; exit 1 }
    text = text shared[$2]; next
}
/^[ \t]*--/ && !/^--(if|else|end)/ { next }
share != "" { shared[share] = shared[share] $0 "\n"; next }
name != "" { text = text $0 "\n" }
END {
    if (exit_code) exit exit_code
    end_query(); end_schema()
    print "const Sql *const sql_all[] = {"
    for (i = 1; i <= n_names; i++) print "    &sql_" names[i] ","
    print "    0 };\nconst size_t sql_all_len = " n_names + 0 ";"
}
