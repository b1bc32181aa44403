/** data.mjs DIR: the documents that are measured, made with Yjs; nothing is done when they are there.
 *
 *  Where the recorded documents of ../shared/bench/crdt stand beside the repository, those are unpacked
 *  (B4: the trace of automerge-perf; friendsforever: josephg/editing-traces, CC BY 4.0). Otherwise
 *  documents of the same shape are made here, always the same ones:
 *    b4               one author, 260,000 keystrokes, 105,000 characters at the end, 11,000 structs
 *    friendsforever   two authors in one text at once, 26,000 updates
 *    pm               a report of 45 KB in the shape of ProseMirror, eight authors at once
 *    pmbig            2,000 blocks, 1.4 MB, eight authors
 *  NAME.updates, .first10k, .last10k: u32 LE count, then u32 LE length and bytes of each update.
 *  NAME.v1, .v2: the stored document; .base.v1 the same without the last 10,000 updates; .sv.*: state
 *  vectors; .trace: u32 LE count, then u32 LE position, deleted units, byte length, and the text. */
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import * as Y from 'yjs'

const dir = process.argv[2]
const archive = path.join(path.dirname(fileURLToPath(import.meta.url)),
    '../../../shared/bench/crdt/data.tar.xz')
const NAMES = ['b4', 'friendsforever', 'pm', 'pmbig']
const read = name => fs.readFileSync(path.join(dir, name))
const write = (name, bytes) => fs.writeFileSync(path.join(dir, name), bytes)
const has = name => fs.existsSync(path.join(dir, name))
const AUTHORS = 8
const WORDS = ('the service latency p95 rollback deploy alert on-call database replica failover timeline root ' +
    'cause mitigation customer impact error budget queue backlog cache eviction config change revert ' +
    'Verzögerung 故障 时间线 🔥 incident commander review').split(' ')

function dice(seed) {
    let s = seed
    const next = () => (s = (Math.imul(s, 1664525) + 1013904223) >>> 0) / 4294967296
    return { chance: p => next() < p, upto: n => Math.floor(next() * n), pick: a => a[Math.floor(next() * a.length)] }
}

function u32(n) {
    const b = Buffer.alloc(4)
    b.writeUInt32LE(n)
    return b
}

const framed = list => Buffer.concat([u32(list.length), ...list.flatMap(u => [u32(u.length), u])])

export function unframed(b) {
    const list = []
    for (let at = 4; list.length < b.readUInt32LE(0);) {
        const n = b.readUInt32LE(at)
        list.push(new Uint8Array(b.buffer, b.byteOffset + at + 4, n))
        at += 4 + n
    }
    return list
}

const traced = edits => Buffer.concat([u32(edits.length), ...edits.flatMap(([at, gone, text]) => {
    const b = Buffer.from(text)
    return [u32(at), u32(gone), u32(b.length), b]
})])

/** The document after a list of updates. */
function after(list) {
    const doc = new Y.Doc()
    doc.transact(() => list.forEach(u => Y.applyUpdate(doc, u)))
    return doc
}

/** What is stored of a document that came by these updates one by one. */
function store(name, updates, show) {
    const doc = new Y.Doc()
    updates.forEach(u => Y.applyUpdate(doc, u))
    write(`${name}.v1`, Y.encodeStateAsUpdate(doc))
    write(`${name}.v2`, Y.encodeStateAsUpdateV2(doc))
    write(`${name}.updates`, framed(updates))
    write(show === 'xml' ? `${name}.xml` : `${name}.final.txt`,
        show === 'xml' ? doc.getXmlFragment('prosemirror').toString() : doc.getText('text').toString())
    return doc
}

function tail(name, updates) {
    const base = new Y.Doc()
    updates.slice(0, -10000).forEach(u => Y.applyUpdate(base, u))
    write(`${name}.base.v1`, Y.encodeStateAsUpdate(base))
    write(`${name}.last10k`, framed(updates.slice(-10000)))
    write(`${name}.sv.m100`, Y.encodeStateVector(after(updates.slice(0, -100))))
}

/** One author: runs of typing with slips, cuts of whole phrases, and jumps, mostly not far. */
function makeB4() {
    const r = dice(4), doc = new Y.Doc(), text = doc.getText('text'), updates = [], edits = []
    doc.clientID = 0x9abcdef1
    doc.on('update', u => updates.push(u))
    let at = 0, typed = ''
    const edit = (p, gone, s) => {
        doc.transact(() => {
            if (gone) text.delete(p, gone)
            if (s) text.insert(p, s)
        })
        edits.push([p, gone, s])
        at = p + s.length
    }
    while (edits.length < 259778) {
        if (r.chance(0.012)) {
            const far = r.chance(0.3) ? text.length : 400
            at = Math.max(0, Math.min(text.length, at + r.upto(2 * far + 1) - far))
        }
        if (r.chance(0.028)) {
            for (let n = 1 + r.upto(28); n > 0 && at > 0; n--)
                edit(at - 1, 1, '')
        } else {
            typed = typed || r.pick(WORDS.filter(w => /^[a-z0-9-]*$/.test(w))) + ' '
            edit(at, 0, typed[0])
            typed = typed.slice(1)
        }
        if (edits.length % 4000 < 2 && at > 40)
            edit(at - 40, 40, '')
    }
    const half = updates.slice(0, updates.length >> 1)
    store('b4', updates)
    write('b4.sv.half', Y.encodeStateVector(after(half)))
    write('b4.first10k', framed(updates.slice(0, 10000)))
    write('b4.trace', traced(edits))
    tail('b4', updates)
}

/** The keystrokes of recorded updates, as positions in the text. */
function traceB4() {
    const doc = new Y.Doc(), edits = []
    doc.getText('text').observe(event => {
        let at = 0, gone = 0, text = ''
        for (const part of event.delta) {
            at += part.retain ?? 0
            gone += part.delete ?? 0
            text += part.insert ?? ''
        }
        edits.push([at, gone, text])
    })
    unframed(read('b4.updates')).forEach(u => Y.applyUpdate(doc, u))
    write('b4.trace', traced(edits))
}

/** Two authors type into the same text; each sees the other's keys a few at a time. */
function makeFriends() {
    const r = dice(5), updates = [], seen = [0, 0], at = [0, 0]
    const docs = [0x10000001, 0x11234568].map((id, k) => {
        const d = new Y.Doc({ gc: false })
        d.clientID = id
        d.on('update', (u, origin) => origin === 'other' || updates.push({ u, k }))
        return d
    })
    while (updates.length < 26078) {
        const k = r.upto(2), text = docs[k].getText('text')
        for (; seen[k] < updates.length; seen[k]++)
            if (updates[seen[k]].k !== k)
                Y.applyUpdate(docs[k], updates[seen[k]].u, 'other')
        if (r.chance(0.3))
            at[k] = Math.max(0, text.length - r.upto(200))
        at[k] = Math.min(at[k], text.length)
        for (let n = 1 + r.upto(48); n > 0; n--)
            if (r.chance(0.05) && at[k] > 0)
                text.delete(--at[k], 1)
            else
                text.insert(at[k]++, String.fromCharCode(97 + r.upto(26)))
    }
    store('friendsforever', updates.map(x => x.u))
}

function paragraph(type, attrs) {
    const e = new Y.XmlElement(type)
    for (const k in attrs)
        e.setAttribute(k, attrs[k])
    e.insert(0, [new Y.XmlText()])
    return e
}

function writers(updates) {
    return Array.from({ length: AUTHORS }, (_, k) => {
        const d = new Y.Doc(), seen = { at: 0 }
        d.clientID = 0x20000011 + k * 0x0f0f0f07
        d.on('update', (u, origin) => origin === 'other' || updates.push({ u, k }))
        const catchUp = () => {
            const news = []
            for (; seen.at < updates.length; seen.at++)
                if (updates[seen.at].k !== k)
                    news.push(updates[seen.at].u)
            d.transact(() => news.forEach(u => Y.applyUpdate(d, u, 'other')), 'other')
        }
        return { d, catchUp, body: d.getXmlFragment('prosemirror'), at: null }
    })
}

const plain = t => t.toDelta().map(o => typeof o.insert === 'string' ? o.insert : '\ufffc').join('')
const isLow = c => c >= 0xdc00 && c <= 0xdfff

/** Moves a place out of the middle of a surrogate pair. */
const outside = (s, at) => isLow(s.charCodeAt(at)) ? at - 1 : at

function leafs(node, found = []) {
    for (const c of node.toArray())
        if (c instanceof Y.XmlText)
            found.push(c)
        else if (c instanceof Y.XmlElement)
            leafs(c, found)
    return found
}

/** A report: eight people write in all its paragraphs, mark, add and remove some, all at once. */
function makePm() {
    const r = dice(12), updates = [], people = writers(updates)
    people[0].d.transact(() => {
        const body = people[0].body
        for (let i = 0; i < 40; i++)
            body.push([i % 8 === 0 ? paragraph('heading', { level: 1 + i % 3 }) : paragraph('paragraph')])
        const list = new Y.XmlElement('bulletList')
        for (let i = 0; i < 10; i++) {
            const item = new Y.XmlElement('listItem')
            item.insert(0, [paragraph('paragraph')])
            list.insert(i, [item])
        }
        body.push([list])
    })
    people.forEach(p => p.catchUp())
    while (updates.length < 30000) {
        const p = r.pick(people)
        if (r.chance(0.7))
            p.catchUp()
        if (p.at === null || r.chance(0.08) || p.at.t._item.deleted) {
            const t = r.pick(leafs(p.body))
            p.at = { t, i: r.chance(0.6) ? t.length : outside(plain(t), r.upto(t.length + 1)) }
        }
        const { t } = p.at, roll = r.upto(1000)
        p.at.i = Math.min(p.at.i, t.length)
        if (roll < 800) {
            for (const c of r.pick(WORDS) + ' ') {
                t.insert(p.at.i, c)
                p.at.i += c.length
                if (r.chance(0.1))
                    p.catchUp()
                p.at.i = Math.min(p.at.i, t.length)
            }
        } else if (roll < 900) {
            for (let n = 0; n < 4 && p.at.i > 0; n++) {
                const to = outside(plain(t), p.at.i - 1)
                t.delete(to, p.at.i - to)
                p.at.i = to
            }
        } else if (roll < 950 && t.length > 8) {
            const s = plain(t), from = outside(s, r.upto(t.length - 4))
            const to = outside(s, Math.min(t.length, from + 2 + r.upto(20)))
            const mark = r.pick(['strong', 'em', 'code', 'link'])
            const value = mark === 'link' ? { href: `https://runbooks.example/${r.upto(100)}` } : {}
            if (to > from)
                t.format(from, to - from, { [mark]: r.chance(0.3) ? null : value })
        } else if (roll < 985) {
            const e = paragraph(r.chance(0.15) ? 'heading' : 'paragraph')
            p.body.insert(r.upto(p.body.length + 1), [e])
            p.at = { t: e.get(0), i: 0 }
        } else if (p.body.length > 60) {
            p.body.delete(r.upto(p.body.length), 1)
            p.at = null
        }
    }
    const list = updates.map(x => x.u)
    store('pm', list, 'xml')
    tail('pm', list)
}

/** 2,000 blocks; everybody types a paragraph of their own a word at a time, corrects and marks it. */
function makePmBig() {
    const r = dice(77), updates = [], people = writers(updates)
    for (let round = 0; round < 250; round++)
        for (const p of people) {
            p.catchUp()
            const e = round % 10 === 0 ? paragraph('heading', { level: 2 }) : paragraph('paragraph')
            p.d.transact(() => p.body.insert(r.upto(p.body.length + 1), [e]))
            const t = e.get(0)
            let s = ''
            for (let n = 20 + r.upto(50); n > 0; n--) {
                const word = r.pick(WORDS) + ' '
                t.insert(s.length, word)
                s += word
                if (r.chance(0.1)) {
                    const from = outside(s, s.length - 3)
                    t.delete(from, s.length - from)
                    s = s.slice(0, from)
                }
            }
            for (let k = 0; k < 3 && s.length > 30; k++) {
                const from = outside(s, r.upto(s.length - 20)), to = outside(s, from + 2 + r.upto(15))
                t.format(from, to - from, { [r.pick(['strong', 'em', 'code'])]: {} })
            }
        }
    store('pmbig', updates.map(x => x.u), 'xml')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    fs.mkdirSync(dir, { recursive: true })
    if (!has('complete')) {
        if (process.env.OWN_DATA === undefined && fs.existsSync(archive)) {
            execFileSync('tar', ['xJf', archive, '-C', dir])
            traceB4()
        } else {
            makeB4()
            makeFriends()
            makePm()
            makePmBig()
        }
        write('complete', NAMES.join(' '))
    }
}
