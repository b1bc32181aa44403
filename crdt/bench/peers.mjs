/** peers.mjs DIR yjs|ywasm: the rows of bench.c with another engine; prints "row value unit" lines. */
import fs from 'node:fs'
import path from 'node:path'
import { unframed } from './data.mjs'

const [dir, name] = process.argv.slice(2)
const read = file => fs.readFileSync(path.join(dir, file))
const bytes = file => new Uint8Array(read(file))
const words = file => read(file).toString()

/** Text that can be used: JavaScript only notes what a sum of strings is made of, until it is read. */
function flat(s) {
    s.charCodeAt(s.length >> 1)
    return s
}

/** Each engine as the same few functions; one that is not there leaves its rows out. */
const engines = {
    async yjs() {
        const Y = await import('yjs')
        return {
            open: () => new Y.Doc(), close: () => {},
            apply: (d, u) => Y.applyUpdate(d, u), apply2: (d, u) => Y.applyUpdateV2(d, u),
            encode: d => Y.encodeStateAsUpdate(d), encode2: d => Y.encodeStateAsUpdateV2(d),
            diff: (d, sv) => Y.encodeStateAsUpdate(d, sv), diffBytes: Y.diffUpdate, merge: Y.mergeUpdates,
            text: d => flat(d.getText('text').toString()), xml: d => flat(d.getXmlFragment('prosemirror').toString()),
            edit: (d, at, gone, s) => d.transact(() => {
                const t = d.getText('text')
                if (gone) t.delete(at, gone)
                if (s) t.insert(at, s)
            }),
            listen: (d, f) => d.on('update', f),
        }
    },
    async ywasm() {
        const Y = await import('ywasm')
        return {
            open: () => {
                const d = new Y.YDoc({})
                d.getText('text')
                return d
            },
            close: d => d.free(),
            apply: (d, u) => Y.applyUpdate(d, u), apply2: (d, u) => Y.applyUpdateV2(d, u),
            encode: d => Y.encodeStateAsUpdate(d), encode2: d => Y.encodeStateAsUpdateV2(d),
            diff: (d, sv) => Y.encodeStateAsUpdate(d, sv),
            text: d => flat(d.getText('text').toString()), xml: d => flat(d.getXmlFragment('prosemirror').toString()),
            edit: (d, at, gone, s) => {
                const t = d.getText('text'), tx = d.beginTransaction(undefined)
                if (gone) t.delete(at, gone, tx)
                if (s) t.insert(at, s, null, tx)
                tx.free()
            },
            listen: (d, f) => { d.kept = d.onUpdate(f) },
        }
    },
}
const e = await engines[name]()

function load(stored, v2) {
    const d = e.open()
    v2 ? e.apply2(d, stored) : e.apply(d, stored)
    return d
}

const now = () => Number(process.hrtime.bigint()) / 1e6
const say = (row, value, unit) => console.log(`${row} ${value} ${unit}`)

/** The best of several runs of `run`, each after a fresh `make`, in ms a run. */
function best(row, runs, make, run, after = () => {}) {
    let ms = Infinity
    for (let i = 0; i < runs; i++) {
        const made = make()
        const t = now()
        const out = run(made)
        ms = Math.min(ms, now() - t)
        after(made, out)
    }
    say(row, ms, 'ms')
}

const SHOWS = { b4: ['final.txt', d => e.text(d)], friendsforever: ['final.txt', d => e.text(d)],
    pm: ['xml', d => e.xml(d)], pmbig: ['xml', d => e.xml(d)] }

const differing = new Set()

function check(d, of) {
    const [file, show] = SHOWS[of]
    if (show(d) !== words(`${of}.${file}`))
        differing.add(of)
    e.close(d)
}

/* Memory of JavaScript is what the collector keeps, of WebAssembly what the process grew by; so this comes
 * first, before there is free room in what it has. */
const settle = () => { for (let i = 0; i < 4; i++) globalThis.gc() }
const held = () => {
    settle()
    const m = process.memoryUsage()
    return name === 'ywasm' ? m.rss : m.heapUsed + m.external
}
for (const doc of ['b4', 'pm', 'pmbig']) {
    const stored = bytes(`${doc}.v1`), kept = [load(stored)]
    const n = doc === 'pm' ? 100 : 20, before = held()
    for (let i = 0; i < n; i++)
        kept.push(load(stored))
    say(`memory.${doc}`, (held() - before) / n / 1e6, 'MB')
    kept.forEach(d => e.close(d))
}
for (const doc of ['b4', 'pm', 'pmbig']) {
    const runs = doc === 'pmbig' ? 7 : 21, v1 = bytes(`${doc}.v1`), v2 = bytes(`${doc}.v2`)
    best(`load.${doc}`, runs, () => v1, u => load(u), (_, d) => check(d, doc))
    best(`load_v2.${doc}`, runs, () => v2, u => load(u, true), (_, d) => e.close(d))
    const d = load(v1)
    best(`encode.${doc}`, runs, () => d, e.encode)
    best(`encode_v2.${doc}`, runs, () => d, e.encode2)
    best(`show.${doc}`, runs, () => d, SHOWS[doc][1])
    e.close(d)
}

function applyAll(row, base, file, of, runs) {
    const list = unframed(read(file)), stored = base && bytes(base)
    best(row, runs, () => stored ? load(stored) : e.open(), d => list.forEach(u => e.apply(d, u)),
        d => check(d, of))
}
applyAll('apply.b4', null, 'b4.updates', 'b4', 1)
applyAll('apply.pm', null, 'pm.updates', 'pm', 3)
applyAll('apply.pmbig', null, 'pmbig.updates', 'pmbig', 1)
applyAll('apply.friendsforever', null, 'friendsforever.updates', 'friendsforever', 3)
applyAll('last10k.b4', 'b4.base.v1', 'b4.last10k', 'b4', 3)
applyAll('last10k.pm', 'pm.base.v1', 'pm.last10k', 'pm', 3)

if (e.merge)
    for (const [row, file] of [['merge.first', 'b4.first10k'], ['merge.last', 'b4.last10k'], ['merge.pm', 'pm.last10k']])
        best(row, 3, () => unframed(read(file)), e.merge)

for (const [row, doc, sv] of [['half', 'b4', 'half'], ['m100', 'b4', 'm100'], ['pm', 'pm', 'm100']]) {
    const stored = bytes(`${doc}.v1`), vector = bytes(`${doc}.sv.${sv}`), d = load(stored)
    best(`diff.${row}`, 101, () => d, x => e.diff(x, vector))
    if (e.diffBytes)
        best(`diff_bytes.${row}`, 21, () => stored, u => e.diffBytes(u, vector))
    e.close(d)
}

{
    const b = read('b4.trace'), edits = []
    for (let at = 4; edits.length < b.readUInt32LE(0);) {
        const n = b.readUInt32LE(at + 8)
        edits.push([b.readUInt32LE(at), b.readUInt32LE(at + 4), b.toString('utf8', at + 12, at + 12 + n)])
        at += 12 + n
    }
    const some = name === 'ywasm' ? edits.slice(0, 20000) : edits /* it needs a minute for all */
    const fresh = () => {
        const d = e.open()
        e.listen(d, () => {})
        return d
    }
    const t = now(), d = fresh()
    some.forEach(([at, gone, s]) => e.edit(d, at, gone, s))
    say('local.b4', (now() - t) / some.length * edits.length, 'ms')
    some.length === edits.length ? check(d, 'b4') : e.close(d)
}

{
    const d = load(bytes('b4.v1')), n = 40000, some = name === 'ywasm' ? 2000 : n
    let random = 1
    e.listen(d, () => {})
    const t = now()
    for (let i = 0; i < some; i++) {
        random = Math.imul(random, 1103515245) + 12345 >>> 0
        const at = (random >>> 8) % 500
        i % 2 === 0 ? e.edit(d, at, 0, 'x') : e.edit(d, at, 1, '')
    }
    say('local.front', (now() - t) / some * n, 'ms')
    e.close(d)
}

for (const of of differing)
    console.error(`${name}: what it shows of ${of} is not what Yjs shows`)
