// Events, undo, positions and snapshots, held against Yjs: one C document and its Yjs mirror make the same edits and get
// the same updates from another Yjs peer; after each step everything that both can tell must be equal.
//   node crdt/test/changes.mjs --rounds 100 --seed 1 [--steps 40]
import { once } from 'node:events'
import * as Y from 'yjs'
import { Engine, b64, un64, makeRandom, option } from './engine.mjs'
import { roots, runOp, someOp, update, expectBytes, expectValue, deltaOf, dsOf, makeYjs, isText, isList, resolve, Different } from './edits.mjs'

const ROUNDS = option('rounds', 100)
const SEED = option('seed', 1)
const STEPS = option('steps', 40)

const shown = v => v instanceof Y.AbstractType ? v.toJSON() : v instanceof Uint8Array ? { ...v } : Array.isArray(v) ? v.map(shown) : v

/** Reading a delta must not change the mirror: Yjs removes marks that do nothing while it computes one. */
const readOnly = f => {
  const remove = Y.Item.prototype.delete
  const marked = []
  Y.Item.prototype.delete = function () { if (!this.deleted) { this.markDeleted(); marked.push(this) } }
  try { return f() } finally { Y.Item.prototype.delete = remove; marked.forEach(item => { item.deleted = false }) }
}

const eventOf = (name, event) => {
  const keys = {}
  event.keys.forEach((change, key) => { keys[key] = change.action === 'add' ? { action: 'add' } : { action: change.action, oldValue: shown(change.oldValue) } })
  const text = event.target instanceof Y.Text
  const delta = readOnly(() => event.delta).map(op => 'insert' in op ? { ...op, insert: text ? shown(op.insert) : op.insert.map(shown) } : op)
  return { path: [name, ...event.path], delta, keys }
}

class Pair {
  constructor (engine, r, gc) {
    this.engine = engine; this.r = r; this.gc = gc
    this.doc = makeYjs(7, gc)
    this.doc.on('beforeObserverCalls', tr => { // no clean-up of formatting, as in the engine
      if (tr.local) return
      tr.local = true
      tr.changed.forEach((_, type) => { if (type._searchMarker) type._searchMarker.length = 0 })
    })
    this.events = []
    for (const [name, root] of Object.entries(roots(this.doc))) root.observeDeep(events => events.forEach(e => this.events.push(eventOf(name, e))))
    this.positions = []
    this.snapshots = []
  }

  async open (scope) {
    await this.engine.ask({ cmd: 'open', doc: 0, client: 7, gc: this.gc })
    await this.engine.ask({ cmd: 'observe', doc: 0 })
    await this.engine.ask({ cmd: 'undoOpen', doc: 0, scope })
    // All roots rather than the document: then Yjs, too, takes no notice of transactions that change nothing.
    this.undo = new Y.UndoManager((scope.length ? scope : ['t', 'a', 'm', 'x']).map(name => roots(this.doc)[name]), { captureTimeout: 0 })
  }

  /** Runs a step on both sides; each tells its update. */
  async both (what, command, mine) {
    this.events = []
    const reply = await this.engine.ask({ doc: 0, ...command })
    const sent = update(this.doc, mine)
    if (reply.update !== undefined) expectBytes(what + ': update', sent[0] || new Uint8Array(), un64(reply.update))
    const order = list => list.map(e => JSON.stringify(e.path)).map((p, i) => [p, list[i]]).sort((a, b) => a[0] < b[0] ? -1 : 1).map(x => x[1])
    const full = e => ({ path: e.path, delta: e.delta || [], keys: e.keys || {} })
    expectValue(what + ': events', order(this.events.map(full)), order((reply.events || []).map(full)))
    await this.check(what)
    return sent
  }

  async check (when) {
    const [c, state, snapshot] = await Promise.all(['encode', 'state', 'snapshot'].map(cmd => this.engine.ask({ cmd, doc: 0 })))
    expectBytes(when + ': state', Y.encodeStateAsUpdate(this.doc), un64(c.update))
    expectBytes(when + ': state vector', Y.encodeStateVector(this.doc), un64(state.sv))
    expectBytes(when + ': delete set', dsOf(this.doc), un64(state.ds))
    expectBytes(when + ': snapshot', Y.encodeSnapshot(Y.snapshot(this.doc)), un64(snapshot.snapshot))
    expectBytes(when + ': snapshot v2', Y.encodeSnapshotV2(Y.snapshot(this.doc)), un64(snapshot.snapshotV2))
    for (const p of this.positions) {
      const want = Y.createAbsolutePositionFromRelativePosition(p, this.doc)
      const got = await this.engine.ask(this.r.chance(0.5) ? { cmd: 'find', doc: 0, position: b64(Y.encodeRelativePosition(p)) } : { cmd: 'find', doc: 0, json: Y.relativePositionToJSON(p) })
      const alive = want && (want.type._item === null || !want.type._item.deleted)
      if ((want !== null) !== got.found || (alive && want.index !== got.index)) {
        throw new Different(`${when}: position ${JSON.stringify(p)}\n  Yjs: ${want && want.index}\n  C:   ${JSON.stringify(got)}`)
      }
    }
  }

  async edit (ops) {
    return this.both('edit ' + JSON.stringify(ops), { cmd: 'edit', ops }, () => this.doc.transact(() => ops.forEach(op => runOp(this.doc, op))))
  }

  async receive (u) {
    return this.both('an update', { cmd: 'apply', update: b64(u) }, () => Y.applyUpdate(this.doc, u, 'remote'))
  }

  async takeBack (cmd) {
    return this.both(cmd, { cmd }, () => this.undo[cmd]())
  }

  async remember () {
    const op = someOp(this.r, this.doc)
    const node = resolve(this.doc, op.path)
    if (!isText(node) && !isList(node)) return
    const index = this.r.int(node.length + 1)
    const assoc = this.r.pick([0, 0, -1, 3])
    const mine = Y.createRelativePositionFromTypeIndex(node, index, assoc)
    const reply = await this.engine.ask({ cmd: 'position', doc: 0, path: op.path, index, assoc })
    expectBytes('position', Y.encodeRelativePosition(mine), un64(reply.position))
    expectValue('position as JSON', Y.relativePositionToJSON(mine), reply.json)
    this.positions.push(mine)
  }
}

const contentsOf = doc => {
  const r = roots(doc)
  return { text: deltaOf(r.t), array: r.a.toJSON(), map: r.m.toJSON(), xml: r.x.toString(), inner: r.x.toJSON() }
}

/** A document that keeps everything shows every state that a snapshot named. */
const comparePast = async (engine, pair) => {
  for (const { snapshot, contents } of pair.snapshots) {
    const reply = await engine.ask({ cmd: 'snapshotUpdate', doc: 0, snapshot: b64(snapshot) })
    const theirs = Y.createDocFromSnapshot(pair.doc, Y.decodeSnapshot(snapshot), makeYjs(20, false))
    const mine = makeYjs(20, false)
    Y.applyUpdate(mine, un64(reply.update))
    expectBytes('a past state', Y.encodeStateAsUpdate(theirs), Y.encodeStateAsUpdate(mine))
    expectValue('contents of a past state', contents, contentsOf(mine))
  }
}

/** Everyone sees what a restored version says. */
const compareRestored = async (engine, pair, stored, contents) => {
  const other = makeYjs(30, true)
  Y.applyUpdate(other, Y.encodeStateAsUpdate(pair.doc))
  for (const name of ['t', 'a', 'm', 'x']) {
    const reply = await engine.ask({ cmd: 'restore', doc: 0, path: [name], update: b64(stored) })
    if (reply.update) Y.applyUpdate(other, un64(reply.update))
  }
  expectValue('a restored version', contents, contentsOf(other))
}

const round = async (engine, seed) => {
  const r = makeRandom(seed)
  const pair = new Pair(engine, r, r.chance(0.6))
  const remote = makeYjs(r.pick([3, 9]), true)
  let stored = null
  await pair.open(r.chance(0.6) ? [] : [r.pick(['t', 'x']), 'm'])
  for (let i = 0; i < STEPS; i++) {
    const what = r.next()
    let sent = []
    if (what < 0.5) {
      const ops = []
      const copy = makeYjs(50, true)
      Y.applyUpdate(copy, Y.encodeStateAsUpdate(pair.doc))
      for (let n = 1 + r.int(3); n > 0; n--) { const op = someOp(r, copy); runOp(copy, op); ops.push(op) }
      sent = await pair.edit(ops)
    } else if (what < 0.7) {
      const theirs = update(remote, () => runOp(remote, someOp(r, remote)))
      for (const u of theirs) await pair.receive(u)
    } else if (what < 0.85) {
      sent = await pair.takeBack('undo')
    } else if (what < 0.95) {
      sent = await pair.takeBack('redo')
    } else if (!stored && r.chance(0.5)) {
      stored = { update: Y.encodeStateAsUpdate(pair.doc), contents: contentsOf(pair.doc) }
    }
    for (const u of sent) if (r.chance(0.9)) Y.applyUpdate(remote, u)
    if (r.chance(0.1)) Y.applyUpdate(remote, Y.encodeStateAsUpdate(pair.doc))
    if (r.chance(0.2) && pair.positions.length < 12) await pair.remember()
    if (!pair.gc && r.chance(0.1)) pair.snapshots.push({ snapshot: Y.encodeSnapshot(Y.snapshot(pair.doc)), contents: contentsOf(pair.doc) })
  }
  if (!pair.gc) await comparePast(engine, pair)
  if (stored) await compareRestored(engine, pair, stored.update, stored.contents)
}

let engine = new Engine()
let passed = 0; let failed = 0
for (let i = 0; i < ROUNDS; i++) {
  try {
    await round(engine, SEED + i)
    passed++
  } catch (e) {
    failed++
    console.log(`seed ${SEED + i}: ${e instanceof Different ? e.message : e.stack}`)
    if (engine.dead) engine = new Engine()
  }
}
engine.child.stdin.end()
if (!engine.dead) await once(engine.child, 'exit')
console.log(`changes: seeds ${SEED}..${SEED + ROUNDS - 1}; ${passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
