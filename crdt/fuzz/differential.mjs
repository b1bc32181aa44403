// The engine beside Yjs on strange input: updates that libFuzzer found, and updates whose structs were tampered with, go
// into both. Where both accept an update they must agree on state vector, delete set, what waits, and contents.
//   node crdt/fuzz/differential.mjs [--seconds 60 | --inputs 300] [--seed 1] [FOLDER of inputs of fuzz/update.c …]
import fs from 'node:fs'
import path from 'node:path'
import * as Y from 'yjs'
import { SyncEngine, b64, un64, makeRandom, option } from '../test/engine.mjs'
import { roots, runOp, someOp, update, deltaOf, makeYjs, plain } from '../test/edits.mjs'

const SECONDS = option('seconds', 20)
const INPUTS = option('inputs', Infinity)
const SEED = option('seed', 1)
const FOLDERS = process.argv.slice(2).filter((a, i, all) => !a.startsWith('--') && !(all[i - 1] ?? '').startsWith('--'))
let engine = new SyncEngine()

/* ---- inputs ---- */

/** The pieces of an input of fuzz/update.c. */
const pieces = bytes => {
  const found = []
  for (let at = 1; at + 2 < bytes.length;) {
    const n = bytes[at] | bytes[at + 1] << 8
    found.push(new Uint8Array(bytes.subarray(at + 2, at + 2 + n)))
    at += 2 + n
  }
  return found
}

/** What a few people who sometimes hear of each other sent. */
const history = r => {
  const docs = [1, 2, 3].map(id => makeYjs(id, r.chance(0.7)))
  const sent = []
  for (let i = 0; i < 12; i++) {
    const doc = r.pick(docs)
    sent.push(...update(doc, () => { try { runOp(doc, someOp(r, doc)) } catch {} }))
    if (r.chance(0.4)) { const other = r.pick(docs); Y.applyUpdate(other, Y.encodeStateAsUpdate(doc)) }
  }
  return sent
}

/** The same update with a number changed here and there: clocks, clients, lengths, flags. */
const tamper = (r, u) => {
  const copy = Uint8Array.from(u)
  for (let n = 1 + r.int(2); n > 0 && copy.length > 0; n--) {
    const at = r.int(copy.length)
    copy[at] = r.chance(0.6) ? Math.max(0, Math.min(255, copy[at] + r.pick([-1, 1, 2, -2]))) : r.pick([0, 1, 2, 3, copy[r.int(copy.length)], 0x44, 0x84, 0xC4, 0x27])
  }
  return copy
}

/* ---- both ---- */

/** What no Yjs sends: two different structs with the same clock (Yjs believes some of each), deletions of nothing or unsorted. `seen` holds those before. */
const contradicts = (seen, u) => {
  let structs; let ds
  try { ({ structs, ds } = Y.decodeUpdate(u)) } catch { return false }
  for (const ranges of ds.clients.values()) { // Yjs cuts at a deletion of nothing, and keeps unsorted ones wrongly
    if (ranges.some((d, i) => d.len === 0 || (i > 0 && d.clock < ranges[i - 1].clock + ranges[i - 1].len))) return true
  }
  const id = x => x && `${x.client}:${x.clock}`
  let wrong = false
  for (const s of structs) {
    if (s instanceof Y.Skip) continue
    const from = s.id.clock; const to = from + s.length
    const says = JSON.stringify([from, to, id(s.origin), id(s.rightOrigin), typeof s.parent === 'string' ? s.parent : id(s.parent), s.parentSub, s.content?.constructor.name])
    const known = seen.get(s.id.client) ?? []
    wrong ||= known.some(k => k.from < to && from < k.to && k.says !== says)
    seen.set(s.id.client, [...known, { from, to, says }])
  }
  return wrong
}

/** Text in a list or more than one unit in a map entry, which no Yjs writes: shown differently. */
const tooStrange = doc => {
  for (const structs of doc.store.clients.values()) {
    for (const s of structs) if (s instanceof Y.Item && s.parentSub !== null && s.length !== 1) return true
  }
  return false
}

const yjsApply = (doc, u) => {
  const warn = console.error; console.error = () => {}
  try { Y.applyUpdate(doc, u); return true } catch { return false } finally { console.error = warn }
}

/** Null, or what they disagree about. */
const compare = updates => {
  const doc = makeYjs(77, true)
  doc.on('beforeObserverCalls', tr => { tr.local = true })
  engine.ask({ cmd: 'open', doc: 0, client: 78 })
  let both = 0
  const seen = new Map()
  for (const u of updates) {
    const before = b64(engineState())
    let accepted = true
    try { engine.ask({ cmd: 'apply', doc: 0, update: b64(u) }) } catch (e) { if (/ended/.test(e.message)) throw e; accepted = false }
    if (!accepted) {
      if (b64(engineState()) !== before) return 'a refused update changed the document'
      continue // Yjs accepts much that no Yjs sends; see hostile_test.c for what is refused
    }
    if (contradicts(seen, u)) return null
    if (!yjsApply(doc, u)) return null // Yjs gave up half-way: nothing to compare with
    both++
    if (tooStrange(doc)) return null
  }
  return both > 0 ? difference(doc) : null
}

const engineState = () => un64(engine.ask({ cmd: 'encode', doc: 0 }).update)

const difference = doc => {
  const state = engine.ask({ cmd: 'state', doc: 0 })
  const waits = !!(doc.store.pendingStructs || doc.store.pendingDs)
  if (b64(Y.encodeStateVector(doc)) !== state.sv) return 'state vectors'
  if (!waits && b64(Y.encodeStateAsUpdate(doc, Y.encodeStateVector(doc)).slice(1)) !== state.ds) return 'delete sets'
  const r = roots(doc)
  const read = (name, as, kind) => engine.ask({ cmd: 'read', doc: 0, name, as, kind }).value
  const list = /\\ud[89a-f]/.test(JSON.stringify(r.a.toJSON(), (_, v) => typeof v === 'bigint' ? `${v}` : v)) ? /* text in a list */ [] : [['array', () => r.a.toJSON(), () => read('a', 'json', 'array')]]
  const proto = doc.share.get('m')._map.has('__proto__') // JavaScript cannot show it in an object
  const pairs = [...list, ['text', () => r.t.toString(), () => read('t', 'text')], ['delta', () => deltaOf(r.t), () => read('t', 'delta')],
    ['map', () => proto ? null : r.m.toJSON(), () => proto ? null : read('m', 'json', 'map')]]
  for (const [what, theirs, mine] of pairs) {
    let want
    try { want = plain(theirs()) } catch { continue } // Yjs cannot show it
    const got = plain(mine())
    if (want !== got) return `${what}\n    Yjs ${want.slice(0, 500)}\n    C   ${got.slice(0, 500)}`
  }
  return null
}

/* ---- */

const started = Date.now()
let compared = 0; let found = 0
const judge = (name, updates) => {
  let wrong
  try { wrong = compare(updates) } catch (e) { wrong = e.stack.slice(0, 600); if (/ended/.test(e.message)) engine = new SyncEngine() }
  compared++
  if (wrong === null) return
  found++
  if (found <= 10) console.log(`${name}: ${wrong}\n    ${updates.map(u => Buffer.from(u).toString('hex')).join(' ')}`)
}
for (const folder of FOLDERS) {
  for (const name of fs.readdirSync(folder)) judge(path.join(folder, name), pieces(fs.readFileSync(path.join(folder, name))))
}
for (let seed = SEED; INPUTS < Infinity ? seed < SEED + INPUTS : Date.now() - started < SECONDS * 1000; seed++) {
  const r = makeRandom(seed)
  const sent = history(r)
  judge('seed ' + seed, sent.map(u => r.chance(0.3) ? tamper(r, u) : u))
}
engine.close()
console.log(`differential: ${compared} inputs; ${compared - found} passed, ${found} failed`)
process.exit(found === 0 ? 0 : 1)
