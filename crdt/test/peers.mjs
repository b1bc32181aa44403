// Random peers: C and JavaScript replicas edit, go offline, get messages late, twice and in any order, and end equal.
//   node crdt/test/peers.mjs --rounds 300 --seed 1 [--steps 40] [--verbose]
// Each C peer has a mirror: a Yjs document with the same client id that gets the same messages and makes the same edits.
// After every step both must hold the same bytes. (The mirror does no formatting clean-up on remote edits, as the engine
// does none; the ordinary Yjs peers do theirs.)
import { once } from 'node:events'
import * as Y from 'yjs'
import { Engine, b64, un64, makeRandom, option as arg } from './engine.mjs'
import { roots, runOp, someOp, update, expectBytes, expectValue, deltaOf, dsOf, makeYjs, Different } from './edits.mjs'

const ROUNDS = arg('rounds', 300)
const SEED = arg('seed', 1)
const STEPS = arg('steps', 40)
const VERBOSE = process.argv.includes('--verbose')

/* ---- peers ---- */

class YjsPeer {
  constructor (clientID, gc) { this.doc = makeYjs(clientID, gc) }
  async edit (ops) { return update(this.doc, () => this.doc.transact(() => ops.forEach(op => runOp(this.doc, op)))) }
  async receive (u) { return update(this.doc, () => Y.applyUpdate(this.doc, u)) }
  source () { return this.doc }
}

class CPeer {
  constructor (engine, slot, clientID, gc) {
    this.engine = engine; this.slot = slot; this.gc = gc; this.clientID = clientID
    this.doc = makeYjs(clientID, gc)
    this.doc.on('beforeObserverCalls', tr => { // no clean-up; positions remembered by the mirror are forgotten
      if (tr.local) return
      tr.local = true
      tr.changed.forEach((_, type) => { if (type._searchMarker) type._searchMarker.length = 0 })
    })
    this.opened = engine.ask({ cmd: 'open', doc: slot, client: clientID, gc })
  }

  source () { return this.doc }

  async check (when) {
    const [c, state] = await Promise.all([this.engine.ask({ cmd: 'encode', doc: this.slot }), this.engine.ask({ cmd: 'state', doc: this.slot })])
    const pending = this.doc.store.pendingStructs || this.doc.store.pendingDs
    expectBytes(when + ': state vector', Y.encodeStateVector(this.doc), un64(state.sv))
    expectBytes(when + ': delete set', dsOf0(this.doc), un64(state.ds))
    if (!pending) expectBytes(when + ': encodeStateAsUpdate', Y.encodeStateAsUpdate(this.doc), un64(c.update))
  }

  /** Of a struct that some replica collected and another did not, while it waits for something, either form may be
   *  kept, and Yjs keeps whichever came last. From then on the mirror proves nothing; the end still has to be equal. */
  async attempt (f) {
    if (this.parted) return
    try { await f() } catch (e) {
      if (!(e instanceof Different) || !this.collectedWhileWaiting) throw e
      this.parted = true
    }
  }

  async edit (ops) {
    if (this.parted) return []
    const reply = await this.engine.ask({ cmd: 'edit', doc: this.slot, ops })
    const mine = update(this.doc, () => this.doc.transact(() => ops.forEach(op => runOp(this.doc, op))))
    expectBytes('update of ' + JSON.stringify(ops), mine[0] || new Uint8Array(), un64(reply.update))
    await this.attempt(() => this.check('after ' + JSON.stringify(ops)))
    return reply.update ? [un64(reply.update)] : []
  }

  async receive (u) {
    const known = await this.engine.ask({ cmd: 'known', doc: this.slot, update: b64(u) })
    const reply = await this.engine.ask({ cmd: 'apply', doc: this.slot, update: b64(u) })
    const news = update(this.doc, () => Y.applyUpdate(this.doc, u))
    const pending = !!(this.doc.store.pendingStructs || this.doc.store.pendingDs)
    if (Y.decodeUpdate(u).structs.some(s => s instanceof Y.GC)) this.collected = true
    if (this.collected && (pending || reply.pending || this.waited)) this.collectedWhileWaiting = true
    this.waited = pending || reply.pending
    await this.attempt(async () => {
      if (reply.changed !== news.length > 0) throw new Different(`changed: Yjs ${news.length > 0}, C ${reply.changed}`)
      if (reply.pending !== pending) throw new Different(`pending: Yjs ${pending}, C ${reply.pending}`)
      if (known.known && news.length > 0) throw new Different('an update was called known but changed something')
      await this.check('after an update')
    })
    return []
  }
}
// with structs pending, only the integrated part counts
const dsOf0 = doc => {
  const { pendingStructs, pendingDs } = doc.store
  doc.store.pendingStructs = null; doc.store.pendingDs = null
  const ds = dsOf(doc)
  doc.store.pendingStructs = pendingStructs; doc.store.pendingDs = pendingDs
  return ds
}

/* ---- a round ---- */

const compareContents = async (engine, slot, doc) => {
  const r = roots(doc)
  const read = (name, as, kind) => engine.ask({ cmd: 'read', doc: slot, path: [name], as, kind }).then(x => x.value)
  const [text, delta, array, map, xml] = await Promise.all([
    read('t', 'text'), read('t', 'delta'), read('a', 'json', 'array'), read('m', 'json', 'map'), read('x', 'xml')])
  expectValue('text', r.t.toString(), text)
  expectValue('delta', deltaOf(r.t), delta)
  expectValue('array', r.a.toJSON(), array)
  expectValue('map', r.m.toJSON(), map)
  const lower = s => s.replace(/İ/g, 'i̇')
  if (lower(r.x.toString()) !== lower(xml)) throw new Different(`xml\n  Yjs: ${r.x.toString()}\n  C:   ${xml}`)
}

/** Merge, diff and state vector without a document. */
const compareUpdates = async (engine, r, log, gc) => {
  const all = r.chance(0.5) && log.length <= 200
  const some = all ? log.slice() : log.filter(() => r.chance(0.5)).slice(0, 200)
  if (some.length === 0) return
  if (r.chance(0.3)) some.sort(() => r.next() - 0.5)
  const merged = un64((await engine.ask({ cmd: 'merge', updates: some.map(b64) })).update)
  const a = makeYjs(1, gc); const b = makeYjs(1, gc)
  for (const d of [a, b]) d.on('beforeObserverCalls', tr => { tr.local = true })
  a.transact(() => some.forEach(u => Y.applyUpdate(a, u)))
  Y.applyUpdate(b, merged)
  // With something missing the order decides what is kept of a struct that some replica had collected already.
  if (all || (!a.store.pendingStructs && !b.store.pendingStructs && !some.some(u => Y.decodeUpdate(u).structs.some(s => s instanceof Y.GC)))) {
    expectBytes('state vector after merge', Y.encodeStateVector(a), Y.encodeStateVector(b))
    expectBytes('delete set after merge', dsOf0(a), dsOf0(b))
  }
  for (const u of [r.pick(some), merged, Y.mergeUpdates(some)]) {
    const v2 = Y.convertUpdateFormatV1ToV2(u)
    expectBytes('v1 to v2', v2, un64((await engine.ask({ cmd: 'convert', update: b64(u) })).update))
    expectBytes('v2 to v1', Y.convertUpdateFormatV2ToV1(v2), un64((await engine.ask({ cmd: 'convert', v2: b64(v2) })).update))
    expectBytes('state vector from update', Y.encodeStateVectorFromUpdate(u), un64((await engine.ask({ cmd: 'svfrom', update: b64(u) })).sv))
    const sv = Y.encodeStateVector(new Map(Array.from(Y.decodeStateVector(Y.encodeStateVector(a))).map(([c, k]) => [c, r.int(k + 2)])))
    expectBytes('diff of update', Y.diffUpdate(u, sv), un64((await engine.ask({ cmd: 'diff', update: b64(u), sv: b64(sv) })).update))
  }
}

const round = async (engine, seed) => {
  const r = makeRandom(seed)
  const gc = r.chance(0.8)
  const ids = [1, 7, 4294967295, 2147483648, 130, 9007199254740991].sort(() => r.next() - 0.5)
  const peers = []
  for (let n = 1 + r.int(3); n > 0; n--) peers.push(new YjsPeer(ids.pop(), gc))
  for (let n = 1 + r.int(2); n > 0; n--) peers.push(new CPeer(engine, n, ids.pop(), gc))
  await Promise.all(peers.map(p => p.opened))
  const undo = r.chance(0.25) ? new Y.UndoManager(Object.values(roots(peers[0].doc)), { captureTimeout: 0 }) : null
  const inbox = peers.map(() => [])
  const log = []
  const publish = (from, updates) => {
    for (const u of updates) {
      if (u.length === 0) continue
      log.push(u)
      peers.forEach((_, to) => { if (to !== from) { inbox[to].push(u); if (r.chance(0.1)) inbox[to].push(u) } })
    }
  }
  const deliver = async (to, inOrder) => {
    const box = inbox[to]
    const i = inOrder || r.chance(0.6) ? 0 : r.int(box.length)
    let [u] = box.splice(i, 1)
    if (r.chance(0.1) && box.length > 0) u = Y.mergeUpdates([u, ...box.splice(0, 1 + r.int(5))])
    publish(to, await peers[to].receive(u))
  }
  const steps = 5 + r.int(STEPS)
  for (let i = 0; i < steps; i++) {
    const who = r.int(peers.length)
    if (r.chance(0.55)) {
      if (undo && who === 0 && r.chance(0.3)) {
        publish(0, update(peers[0].doc, () => r.chance(0.6) ? undo.undo() : undo.redo()))
        continue
      }
      const ops = [someOp(r, peers[who].source())]
      publish(who, await peers[who].edit(ops))
    } else if (inbox[who].length > 0) {
      await deliver(who, false)
    }
  }
  for (let again = true; again;) { // everybody hears everything, and what clean-ups then send
    again = false
    for (let who = 0; who < peers.length; who++) {
      while (inbox[who].length > 0) { await deliver(who, r.chance(0.5)); again = true }
    }
  }
  const first = peers[0].doc
  const canonical = doc => { const d = makeYjs(1, gc); d.on('beforeObserverCalls', tr => { tr.local = true }); Y.applyUpdate(d, Y.encodeStateAsUpdate(doc)); return d }
  const reference = canonical(first)
  for (const p of peers.slice(1)) {
    expectBytes('state vector at the end', Y.encodeStateVector(first), Y.encodeStateVector(p.doc))
    expectBytes('delete set at the end', dsOf(first), dsOf(p.doc))
  }
  for (const p of peers) {
    if (p instanceof CPeer) {
      const state = await engine.ask({ cmd: 'state', doc: p.slot })
      expectBytes('state vector of C at the end', Y.encodeStateVector(first), un64(state.sv))
      expectBytes('delete set of C at the end', dsOf(first), un64(state.ds))
      if (p.parted) parted++
      await compareContents(engine, p.slot, first)
      if (first.store.pendingStructs) throw new Different('Yjs still waits for something')
      const bytes = un64((await engine.ask({ cmd: 'encode', doc: p.slot })).update)
      await engine.ask({ cmd: 'open', doc: 60, client: 1, gc })
      await engine.ask({ cmd: 'apply', doc: 60, update: b64(Y.encodeStateAsUpdate(first)) })
      const reloaded = un64((await engine.ask({ cmd: 'encode', doc: 60 })).update)
      expectBytes('bytes after loading', Y.encodeStateAsUpdate(reference), reloaded)
      const other = canonical(p.doc)
      const d = makeYjs(1, gc); d.on('beforeObserverCalls', tr => { tr.local = true }); Y.applyUpdate(d, bytes)
      if (p.parted) continue
      expectBytes('bytes that Yjs makes of ours', Y.encodeStateAsUpdate(other), Y.encodeStateAsUpdate(d))
      const sv = Y.encodeStateVector(new Map(Array.from(Y.decodeStateVector(Y.encodeStateVector(first))).filter(() => r.chance(0.8)).map(([c, k]) => [c, r.int(k + 2)])))
      expectBytes('diff from document', Y.encodeStateAsUpdate(p.doc, sv), un64((await engine.ask({ cmd: 'encode', doc: p.slot, sv: b64(sv) })).update))
    }
  }
  await compareUpdates(engine, r, log, gc)
  return log.length
}

const engine = new Engine()
let passed = 0; let failed = 0; let updates = 0; let parted = 0
const started = Date.now()
for (let i = 0; i < ROUNDS && failed < 5; i++) {
  const seed = SEED + i
  try {
    updates += await round(engine, seed)
    passed++
  } catch (e) {
    failed++
    console.log(`seed ${seed}: ${e instanceof Different ? e.message : e.stack}`)
    if (engine.dead) break
  }
  if (VERBOSE && i % 500 === 499) console.log(`${i + 1} rounds, ${updates} updates, ${((Date.now() - started) / 1000).toFixed(0)} s`)
}
engine.child.stdin.end()
if (!engine.dead) await once(engine.child, 'exit')
console.log(`peers: seeds ${SEED}..${SEED + ROUNDS - 1}, ${updates} updates, ${parted} mirrors left; ${passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
