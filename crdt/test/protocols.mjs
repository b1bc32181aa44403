// y-protocols' own messages: what its functions write is read here, and the other way round, by chance and both ways.
//   node crdt/test/protocols.mjs --rounds 60 --seed 1
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import * as awarenessProtocol from 'y-protocols/awareness'
import * as syncProtocol from 'y-protocols/sync'
import * as Y from 'yjs'
import { SyncEngine, b64, un64, makeRandom, option } from './engine.mjs'
import { runOp, someOp, expectBytes, expectValue, makeYjs } from './edits.mjs'

const ROUNDS = option('rounds', 60)
const SEED = option('seed', 1)
const engine = new SyncEngine()
const written = f => { const e = encoding.createEncoder(); f(e); return encoding.toUint8Array(e) }

/** Yjs takes messages and says what is to be answered. */
const yjsTakes = (doc, message) => written(answer => {
  const decoder = decoding.createDecoder(message)
  while (decoding.hasContent(decoder)) syncProtocol.readSyncMessage(decoder, answer, doc, 'c')
})

const syncRound = r => {
  const doc = makeYjs(5, true)
  engine.ask({ cmd: 'open', doc: 0, client: 6 })
  for (let i = 0; i < 8; i++) {
    runOp(doc, someOp(r, doc))
    const copy = makeYjs(7, true)
    Y.applyUpdate(copy, un64(engine.ask({ cmd: 'encode', doc: 0 }).update))
    engine.ask({ cmd: 'edit', doc: 0, ops: [someOp(r, copy)] })
    const step1 = written(e => syncProtocol.writeSyncStep1(e, doc))
    const answer = un64(engine.ask({ cmd: 'sync', doc: 0, message: b64(step1) }).reply)
    yjsTakes(doc, answer)
    const theirs = un64(engine.ask({ cmd: 'sync', doc: 0 }).reply)
    engine.ask({ cmd: 'sync', doc: 0, message: b64(yjsTakes(doc, theirs)) })
    const update = written(e => syncProtocol.writeUpdate(e, Y.encodeStateAsUpdate(doc)))
    engine.ask({ cmd: 'sync', doc: 0, message: b64(update) })
    yjsTakes(doc, written(e => syncProtocol.writeSyncStep2(e, doc, Y.encodeStateVector(doc))))
    expectBytes('after an exchange', Y.encodeStateVector(doc), un64(engine.ask({ cmd: 'sv', doc: 0 }).sv))
    expectValue('texts', doc.getText('t').toString(), engine.ask({ cmd: 'text', doc: 0, name: 't' }).value)
  }
}

const awarenessRound = r => {
  const here = [1, 2, 3].map(id => { const a = new awarenessProtocol.Awareness(makeYjs(id, true)); clearInterval(a._checkInterval); return a })
  const own = new awarenessProtocol.Awareness(makeYjs(9, true)); clearInterval(own._checkInterval)
  own.setLocalState(null)
  engine.ask({ cmd: 'open', doc: 1, client: 9 })
  for (let i = 0; i < 12; i++) {
    const a = r.pick(here)
    if (r.chance(0.7)) a.setLocalState({ user: { name: r.pick(['ann', '李', '😀']) }, cursor: r.int(9) })
    else if (r.chance(0.5)) a.setLocalState(null)
    const others = here.filter(() => r.chance(0.5))
    const update = awarenessProtocol.encodeAwarenessUpdate(a, [...a.meta.keys()])
    for (const other of [...others, own]) awarenessProtocol.applyAwarenessUpdate(other, update, 'x')
    const reply = engine.ask({ cmd: 'awareness', doc: 1, update: b64(update) })
    const want = Object.fromEntries([...own.getStates()].filter(([id]) => id !== 9))
    expectValue('who is here', want, reply.states)
    if (!reply.update) continue
    const read = new awarenessProtocol.Awareness(makeYjs(10, true)); clearInterval(read._checkInterval)
    read.setLocalState(null)
    awarenessProtocol.applyAwarenessUpdate(read, un64(reply.update), 'c')
    expectValue('what C tells of them', want, Object.fromEntries([...read.getStates()].filter(([id]) => id !== 10)))
  }
}

let passed = 0; let failed = 0
for (let i = 0; i < ROUNDS; i++) {
  for (const round of [syncRound, awarenessRound]) {
    try { round(makeRandom(SEED + i)); passed++ } catch (e) { failed++; console.log(`seed ${SEED + i} ${round.name}: ${e.stack.slice(0, 1500)}`) }
  }
}
engine.close()
console.log(`protocols: seeds ${SEED}..${SEED + ROUNDS - 1}; ${passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
