// Yjs's own random tests (its testHelper: five users on a net that delays, reorders and parts), with the engine in them.
//   shadow:  every user has a C replica that gets each update the user records; after each one state vector, state bytes
//            and delete set are those of the user, at the end also contents, snapshots, diffs and merges.
//   writing: one of the users *is* C: it reads the messages and answers them, and what it writes is sent as it wrote it.
//   node crdt/test/random.mjs --rounds 2 --seed 1 [--family text] [--iterations 60]
import * as prng from 'lib0/prng'
import * as encoding from 'lib0/encoding'
import * as decoding from 'lib0/decoding'
import * as syncProtocol from 'y-protocols/sync'
import * as Y from 'yjs'
import { applyRandomTests } from 'yjs/testHelper'
import { SyncEngine, b64, un64, option } from './engine.mjs'
import { runOp, expectBytes, expectValue, deltaOf, dsOf } from './edits.mjs'

const ROUNDS = option('rounds', 2)
const SEED = option('seed', 1)
const ITERATIONS = option('iterations', 0)
const FAMILY = process.argv.includes('--family') ? process.argv[process.argv.indexOf('--family') + 1] : null

/* ---- what users do: the edits of Yjs's y-array, y-map, y-text and y-xml tests, as operations for both engines ---- */

let unique = 0
const MARKS = [undefined, { bold: true }, { italic: true }, { italic: true, color: '#888' }]
const place = (gen, node) => prng.int32(gen, 0, node.length)
const range = (gen, node, most) => {
  const index = prng.int32(gen, 0, node.length)
  return { index, units: Math.min(node.length - index, prng.int32(gen, 1, most)) }
}

const arrayEdits = [
  (doc, gen) => [{ op: 'list', path: ['array'], index: place(gen, doc.getArray('array')), values: Array(prng.int32(gen, 1, 4)).fill(unique++) }],
  (doc, gen) => {
    const index = place(gen, doc.getArray('array'))
    return [{ op: 'listNode', path: ['array'], index, kind: 'array' }, { op: 'list', path: ['array', index], index: 0, values: [1, 2, 3, 4] }]
  },
  (doc, gen) => {
    const index = place(gen, doc.getArray('array'))
    const at = { op: 'set', path: ['array', index], key: 'someprop' }
    return [{ op: 'listNode', path: ['array'], index, kind: 'map' }, { ...at, value: 42 }, { ...at, value: 43 }, { ...at, value: 44 }]
  },
  (doc, gen) => [{ op: 'list', path: ['array'], index: place(gen, doc.getArray('array')), values: [null] }],
  (doc, gen) => {
    const array = doc.getArray('array')
    if (array.length === 0) return []
    let path = ['array']; let node = array
    const index = prng.int32(gen, 0, array.length - 1)
    if (prng.bool(gen) && array.get(index) instanceof Y.Array) { path = ['array', index]; node = array.get(index) }
    if (node.length === 0) return []
    const from = node === array ? index : prng.int32(gen, 0, node.length - 1)
    return [{ op: 'remove', path, index: from, units: prng.int32(gen, 1, Math.min(2, node.length - from)) }]
  }
]

const mapEdits = [
  (doc, gen) => [{ op: 'set', path: ['map'], key: prng.oneOf(gen, ['one', 'two']), value: prng.utf16String(gen) }],
  (doc, gen) => {
    const key = prng.oneOf(gen, ['one', 'two']); const kind = prng.oneOf(gen, ['array', 'map'])
    const inner = kind === 'array' ? { op: 'list', path: ['map', key], index: 0, values: [1, 2, 3, 4] } : { op: 'set', path: ['map', key], key: 'deepkey', value: 'deepvalue' }
    return [{ op: 'setNode', path: ['map'], key, kind }, inner]
  },
  (doc, gen) => [{ op: 'unset', path: ['map'], key: prng.oneOf(gen, ['one', 'two']) }]
]

const textEdits = [
  (doc, gen) => {
    const index = place(gen, doc.getText('text')); const attrs = prng.oneOf(gen, MARKS)
    return [{ op: 'insert', path: ['text'], index, text: unique++ + prng.word(gen), ...(attrs ? { attrs } : {}) }]
  },
  (doc, gen) => {
    const value = prng.oneOf(gen, [{ image: 'https://example.org/ee895e5916e5.png' }, { video: '/x' }])
    return [{ op: 'embed', path: ['text'], index: place(gen, doc.getText('text')), value }]
  },
  (doc, gen) => { const r = range(gen, doc.getText('text'), 2); return r.units > 0 ? [{ op: 'delete', path: ['text'], ...r }] : [] },
  (doc, gen) => { const r = range(gen, doc.getText('text'), 2); return r.units > 0 ? [{ op: 'format', path: ['text'], ...r, attrs: prng.oneOf(gen, MARKS.slice(1)) }] : [] },
  (doc, gen) => { // a code block: text, and a marked line end
    const index = place(gen, doc.getText('text')); const text = unique++ + prng.word(gen)
    return [{ op: 'insert', path: ['text'], index, text, attrs: {} }, { op: 'insert', path: ['text'], index: index + text.length, text: '\n', attrs: { 'code-block': true } }]
  }
]

const somewhere = (doc, gen) => { // the root element or one below it
  let path = ['xml']; let node = doc.get('xml', Y.XmlElement)
  for (let depth = 0; depth < 3 && prng.bool(gen); depth++) {
    const inner = node.toArray().map((v, i) => [v, i]).filter(([v]) => v instanceof Y.XmlElement)
    if (inner.length === 0) break
    const [v, i] = prng.oneOf(gen, inner)
    path = [...path, i]; node = v
  }
  return { path, node }
}
const xmlEdits = [
  (doc, gen) => { const { path, node } = somewhere(doc, gen); return [{ op: 'listNode', path, index: place(gen, node), kind: 'element', name: prng.oneOf(gen, ['p', 'ul', 'li']) }] },
  (doc, gen) => {
    const { path, node } = somewhere(doc, gen); const index = place(gen, node)
    return [{ op: 'listNode', path, index, kind: 'xmltext' }, { op: 'insert', path: [...path, index], index: 0, text: prng.word(gen), attrs: prng.bool(gen) ? { strong: {} } : {} }]
  },
  (doc, gen) => ({ path: somewhere(doc, gen).path, key: prng.oneOf(gen, ['class', 'id']) }),
  (doc, gen) => { const { path, node } = somewhere(doc, gen); return node.length > 0 ? [{ op: 'remove', path, index: prng.int32(gen, 0, node.length - 1), units: 1 }] : [] }
].map(f => (doc, gen) => { // attributes only where there is a name to it: the root has none on the wire
  const ops = f(doc, gen)
  if (Array.isArray(ops)) return ops
  return ops.path.length < 2 ? [] : [prng.bool(gen) ? { op: 'set', ...ops, value: prng.word(gen) } : { op: 'unset', ...ops }]
})

const FAMILIES = { array: arrayEdits, map: mapEdits, text: textEdits, xml: xmlEdits, all: [...arrayEdits, ...mapEdits, ...textEdits, ...xmlEdits] }

/* ---- the engine in it ---- */

const engine = new SyncEngine()
let updates = 0
let first = null // what was wrong first: y-protocols catches what is thrown while it applies an update
const noting = f => (...args) => { try { return f(...args) } catch (e) { first ??= e; throw e } }

const compareState = (what, doc, slot) => {
  const { pendingStructs, pendingDs } = doc.store
  const state = engine.ask({ cmd: 'state', doc: slot })
  expectBytes(what + ': state vector', Y.encodeStateVector(doc), un64(state.sv))
  doc.store.pendingStructs = doc.store.pendingDs = null
  expectBytes(what + ': delete set', dsOf(doc), un64(state.ds))
  if (!pendingStructs && !pendingDs) expectBytes(what + ': state', Y.encodeStateAsUpdate(doc), un64(engine.ask({ cmd: 'encode', doc: slot }).update))
  Object.assign(doc.store, { pendingStructs, pendingDs })
}

const compareAll = (what, doc, slot) => {
  compareState(what, doc, slot)
  const read = (name, as, kind) => engine.ask({ cmd: 'read', doc: slot, name, as, kind }).value
  expectValue(what + ': array', doc.getArray('array').toJSON(), read('array', 'json', 'array'))
  expectValue(what + ': map', doc.getMap('map').toJSON(), read('map', 'json', 'map'))
  expectValue(what + ': text', doc.getText('text').toString(), read('text', 'text'))
  expectValue(what + ': delta', deltaOf(doc.getText('text')), read('text', 'delta'))
  expectValue(what + ': xml', doc.get('xml', Y.XmlElement).toArray().map(x => x.toString()).join(''), read('xml', 'xml'))
  expectBytes(what + ': snapshot', Y.encodeSnapshot(Y.snapshot(doc)), un64(engine.ask({ cmd: 'snapshot', doc: slot }).snapshot))
}

const compareMerges = (what, user, sv) => {
  const mine = un64(engine.ask({ cmd: 'merge', updates: user.updates.map(b64) }).update)
  const fromC = new Y.Doc(); Y.applyUpdate(fromC, mine)
  const theirs = new Y.Doc(); Y.applyUpdate(theirs, Y.mergeUpdates(user.updates))
  expectBytes(what + ': merged', Y.encodeStateAsUpdate(theirs), Y.encodeStateAsUpdate(fromC))
  expectBytes(what + ': diff of the merged', Y.diffUpdate(Y.mergeUpdates([mine]), sv), un64(engine.ask({ cmd: 'diff', update: b64(mine), sv: b64(sv) }).update))
}

/** A replica beside a user: gets every update that the user records. */
const shadow = (user, slot) => {
  engine.ask({ cmd: 'open', doc: slot, client: 100 + slot })
  const take = noting(u => {
    engine.ask({ cmd: 'apply', doc: slot, update: b64(u) })
    updates++
  })
  user.updates.forEach(take)
  user.on('update', take)
  user.on('afterAllTransactions', noting(() => compareState('user ' + slot, user, slot))) // clean-ups are sent by then
  return { edit: ops => user.transact(() => ops.forEach(op => runOp(user, op))) }
}

/** Cleans up nothing after what others wrote, as the engine does not. */
const leaveFormatting = user => user.on('beforeObserverCalls', tr => {
  if (tr.local) return
  tr.local = true
  tr.changed.forEach((_, type) => { if (type._searchMarker) type._searchMarker.length = 0 })
})

/** The user's document only mirrors what C says: it cleans up nothing, and nothing it makes is sent. */
const become = (user, slot) => {
  engine.ask({ cmd: 'open', doc: slot, client: user.clientID + 1000 })
  leaveFormatting(user)
  user.updates.forEach(u => engine.ask({ cmd: 'apply', doc: slot, update: b64(u) }))
  const arrived = noting(message => {
    const decoder = decoding.createDecoder(message)
    const kind = decoding.readVarUint(decoder); const payload = decoding.readVarUint8Array(decoder)
    if (kind === syncProtocol.messageYjsSyncStep1) {
      if (user.store.pendingStructs || user.store.pendingDs) return // merged in, and C joins runs as it merges
      expectBytes('an answer to step 1', Y.encodeStateAsUpdate(user, payload), un64(engine.ask({ cmd: 'encode', doc: slot, sv: b64(payload) }).update))
    } else {
      engine.ask({ cmd: 'apply', doc: slot, update: b64(payload) })
      updates++
    }
  })
  user._receive = (message, remote) => {
    if (!user.receiving.has(remote)) {
      const list = []
      list.shift = () => { const m = Array.prototype.shift.call(list); if (m) arrived(m); return m }
      user.receiving.set(remote, list)
    }
    user.receiving.get(remote).push(message)
  }
  const edit = ops => {
    const reply = engine.ask({ cmd: 'edit', doc: slot, ops })
    if (!reply.update) return
    const u = un64(reply.update)
    Y.applyUpdate(user, u, user.tc)
    compareState('the user that is C', user, slot)
    const encoder = encoding.createEncoder()
    syncProtocol.writeUpdate(encoder, u)
    if (user.tc.onlineConns.has(user)) user.tc.onlineConns.forEach(other => other !== user && other._receive(encoding.toUint8Array(encoder), user))
    updates++
  }
  return { edit }
}

/** The same without C, to tell whether Yjs agrees with itself. */
const plain = (user, quiet) => {
  if (quiet) leaveFormatting(user)
  return { edit: ops => user.transact(() => ops.forEach(op => runOp(user, op))) }
}

const round = (seed, edits, iterations, writing, pure) => {
  let slot = 0
  const gone = []
  const init = user => {
    gone.push(user)
    const isC = writing && slot === 0
    return pure ? plain(user, isC && ++slot) : isC ? become(user, slot++) : shadow(user, slot++)
  }
  const mods = edits.map(f => (user, gen, actor) => { const ops = f(user, gen); if (ops.length > 0) actor.edit(ops) })
  unique = 0
  applyRandomTests({ prng: prng.create(seed) }, mods, iterations, init)
  if (pure) return
  gone.forEach((user, i) => {
    compareAll('at the end, user ' + i, user, i)
    compareMerges('user ' + i, user, Y.encodeStateVectorFromUpdate(user.updates[0] ?? Y.encodeStateAsUpdate(new Y.Doc())))
  })
}

/** True when Yjs's own comparison fails without any C: its clean-ups of formatting may do that. */
const differsItself = (...how) => { try { round(...how, true); return false } catch { return true } }

let passed = 0; let failed = 0; let itself = 0
const log = console.log
const warn = console.error; console.error = () => {} // testHelper says at random that it does not speak v2
for (let i = 0; i < ROUNDS; i++) {
  for (const [name, edits] of Object.entries(FAMILIES)) {
    if (FAMILY && FAMILY !== name) continue
    for (const writing of [false, true]) {
      const iterations = ITERATIONS || [6, 40, 60, 100][(SEED + i) % 4]
      try {
        console.log = () => {}
        first = null
        round(SEED + i, edits, iterations, writing)
        passed++
      } catch (e) {
        if (first === null && e.message === 'Test Failed' && differsItself(SEED + i, edits, iterations, writing)) { itself++; continue }
        failed++
        log(`seed ${SEED + i} ${name} ${writing ? 'writing' : 'shadow'} ${iterations}: ${(first ?? e).stack.slice(0, 3000)}`)
      }
    }
  }
}
console.error = warn; console.log = log
engine.close()
console.log(`random: Yjs's tests, seeds ${SEED}..${SEED + ROUNDS - 1}, ${updates} updates into C, ${itself} in which Yjs differs from itself; ${passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
