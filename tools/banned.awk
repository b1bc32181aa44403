# Fails when C source calls what must not be called here, or hides a path of somebody's machine.
# banned.txt has on each line a function and why not.
FILENAME ~ /banned\.txt$/ { if ($1 != "" && $1 !~ /^#/) { why[$1] = substr($0, index($0, $2)); } next }
FNR == 1 { comment = 0 }
{
    line = $0
    gsub(/"([^"\\]|\\.)*"/, "\"\"", line)               # what stands in strings is text
    while (match(line, /\/\*([^*]|\*+[^*\/])*\*+\//)) line = substr(line, 1, RSTART - 1) " " substr(line, RSTART + RLENGTH)
    if (comment) { if (!sub(/^.*\*\//, "", line)) next; comment = 0 }
    if (match(line, /\/\*/)) { line = substr(line, 1, RSTART - 1); comment = 1 }
    sub(/\/\/.*/, "", line)
    rest = line
    while (match(rest, /[A-Za-z_][A-Za-z0-9_]*[ \t]*\(/)) {
        before = RSTART > 1 ? substr(rest, RSTART - 1, 1) : ""
        name = substr(rest, RSTART, RLENGTH - 1); sub(/[ \t]+$/, "", name)
        if ((name in why) && before !~ /[.>]/) { print FILENAME ":" FNR ": " name "(): " why[name]; bad = 1 }
        rest = substr(rest, RSTART + RLENGTH)
    }
}
END { exit bad }
