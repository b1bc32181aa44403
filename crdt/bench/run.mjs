/** run.mjs BENCH DIR [ROUNDS]: crdt beside Yjs and ywasm in one run, as a table. Engines take turns, ROUNDS
 *  times, and the best of each counts; so what else the machine does cancels out in the ratios.
 *  INSTRUCTIONS=0 leaves out the instruction counts (callgrind), PEERS=0 the other engines. */
import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const [bench, dir, rounds = '2'] = process.argv.slice(2)
const here = path.dirname(fileURLToPath(import.meta.url))

/** Each row: its name, what one unit of it is, and the target as Yjs divided by ours (memory: MB). */
const ROWS = [
    ['load.b4', 'load B4 (one author, 260,000 keystrokes)', 'ms', 8],
    ['load.pm', 'load a report (45 KB, ProseMirror)', 'ms', 8],
    ['load.pmbig', 'load 2,000 blocks (1.4 MB, ProseMirror)', 'ms', 27],
    ['load_v2.b4', 'load B4 stored as v2', 'ms'],
    ['load_v2.pm', 'load a report stored as v2', 'ms'],
    ['load_v2.pmbig', 'load 2,000 blocks stored as v2', 'ms'],
    ['apply.b4', 'B4, update by update', 'us', 30, 'b4.updates'],
    ['apply.pm', 'report, update by update', 'us', 48, 'pm.updates'],
    ['apply.pmbig', '2,000 blocks, update by update', 'us', 30, 'pmbig.updates'],
    ['apply.friendsforever', 'two authors at once, update by update', 'us', 36, 'friendsforever.updates'],
    ['last10k.b4', 'last 10,000 updates onto loaded B4', 'us', 12, 'b4.last10k'],
    ['last10k.pm', 'last 10,000 updates onto a loaded report', 'us', undefined, 'pm.last10k'],
    ['merge.first', 'merge the first 10,000 updates of B4', 'ms', 250],
    ['merge.last', 'merge the last 10,000 updates of B4', 'ms', 250],
    ['merge.pm', 'merge the last 10,000 updates of a report', 'ms', 400],
    ['diff.half', 'diff from a document: half of B4 behind', 'ms', 10],
    ['diff.m100', 'diff from a document: 100 keystrokes behind', 'ms', 6],
    ['diff.pm', 'diff from a report: 100 updates behind', 'ms', 6],
    ['diff_bytes.half', 'diff from bytes: half of B4 behind', 'ms', 10],
    ['diff_bytes.m100', 'diff from bytes: 100 keystrokes behind', 'ms', 6],
    ['diff_bytes.pm', 'diff from bytes of a report: 100 updates behind', 'ms', 6],
    ['encode.b4', 'encode B4, v1', 'ms', 10],
    ['encode.pm', 'encode a report, v1', 'ms'],
    ['encode.pmbig', 'encode 2,000 blocks, v1', 'ms', 19],
    ['encode_v2.b4', 'encode B4, v2', 'ms'],
    ['encode_v2.pm', 'encode a report, v2', 'ms'],
    ['encode_v2.pmbig', 'encode 2,000 blocks, v2', 'ms'],
    ['show.b4', 'text out of B4', 'ms', 3],
    ['show.pm', 'XML out of a report', 'ms'],
    ['show.pmbig', 'XML out of 2,000 blocks', 'ms'],
    ['local.b4', 'B4 as local edits, one transaction each', 'us', 6, 'b4.trace'],
    ['local.front', 'edits at random at the front of B4, 40,000', 'us', undefined, 40000],
    ['memory.b4', 'memory of loaded B4', 'MB', 0.8],
    ['memory.pm', 'memory of a loaded report', 'MB', 0.05],
    ['memory.pmbig', 'memory of 2,000 loaded blocks', 'MB', 4],
    ['allocations.b4', 'allocations an update, long session (B4)', '', 0],
    ['allocations.pm', 'allocations an update, long session (report)', '', 0],
]

const count = file => typeof file === 'number' ? file : fs.readFileSync(path.join(dir, file)).readUInt32LE(0)

/** Runs an engine; best value of each row, all rounds so far. */
function measure(best, command, args) {
    const out = execFileSync(command, args, { cwd: here, stdio: ['ignore', 'pipe', 'inherit'] }).toString()
    for (const line of out.trim().split('\n')) {
        const [row, value] = line.split(' ')
        best[row] = Math.min(best[row] ?? Infinity, Number(value))
    }
}

/** Instructions of the measured part of a row, or undefined without valgrind. */
function instructions(row) {
    const r = spawnSync('valgrind', ['--tool=callgrind', '--callgrind-out-file=/dev/null', '--toggle-collect=measured',
        bench, dir, row])
    const found = /Collected : (\d+)/.exec(String(r.stderr))
    return found ? Number(found[1]) : undefined
}

const brief = n => n === undefined ? '–' : n >= 100 ? n.toFixed(0) : n >= 1 ? n.toFixed(2) : n.toPrecision(3)
const millions = n => n === undefined ? '–' : n >= 1e8 ? `${(n / 1e6).toFixed(0)} M` : n >= 1e5 ? `${(n / 1e6).toFixed(2)} M`
    : n >= 1e4 ? `${(n / 1e3).toFixed(0)} k` : n.toFixed(0)

function outcome(unit, ours, yjs, target) {
    if (target === undefined)
        return ['', '']
    if (unit === 'MB' || unit === '')
        return [`≤ ${target}`, ours <= target + (unit === '' ? 0.005 : 0) ? 'met' : 'missed']
    return [`≥ ${target}`, yjs === undefined ? '' : yjs / ours >= target ? 'met' : 'missed']
}

const crdt = {}, yjs = {}, ywasm = {}
const peers = process.env.PEERS !== '0'
for (let i = 0; i < Number(rounds); i++) {
    measure(crdt, bench, [dir])
    if (peers) {
        measure(yjs, process.execPath, ['--expose-gc', 'peers.mjs', dir, 'yjs'])
        measure(ywasm, process.execPath, ['--expose-gc', 'peers.mjs', dir, 'ywasm'])
        measure(crdt, bench, [dir])
    }
}
const version = name => peers
    ? JSON.parse(fs.readFileSync(path.join(here, 'node_modules', name, 'package.json'))).version : ''
console.log(`| row | unit | crdt | Yjs ${version('yjs')} | ywasm ${version('ywasm')} | Yjs ÷ crdt | ywasm ÷ crdt | target | | instructions |`)
console.log('|---|---|---|---|---|---|---|---|---|---|')
let missed = 0
for (const [row, title, unit, target, updates] of ROWS) {
    const each = updates ? 1000 / count(updates) : 1
    const [a, b, c] = [crdt, yjs, ywasm].map(x => x[row] === undefined ? undefined : x[row] * each)
    const [want, is] = outcome(unit, a, b, target)
    missed += is === 'missed'
    const ins = process.env.INSTRUCTIONS === '0' || unit === 'MB' || unit === '' ? undefined : instructions(row)
    console.log('| ' + [title, unit, brief(a), brief(b), brief(c), b === undefined ? '–' : brief(b / a),
        c === undefined ? '–' : brief(c / a), want, is,
        ins === undefined ? '–' : updates ? `${millions(ins / count(updates))} each` : millions(ins)].join(' | ') + ' |')
}
console.log(`\n${missed} of ${ROWS.filter(r => r[3] !== undefined).length} targets missed`)
