// Records test/vectors/*.txt from the real Yjs (npm install at the repository root, then: node crdt/test/record.mjs).
// A vector: what Yjs documents sent, in order, and what a Yjs document then holds. C tests need no JavaScript.
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import * as Y from 'yjs'
import * as encoding from 'lib0/encoding'
import * as awareness from 'y-protocols/awareness'
import * as sync from 'y-protocols/sync'

const out = path.join(path.dirname(fileURLToPath(import.meta.url)), 'vectors')
fs.rmSync(out, { recursive: true, force: true })
fs.mkdirSync(out)
const hex = u8 => Buffer.from(u8).toString('hex') || '-'

const makeDoc = (clientID, gc = true) => { const d = new Y.Doc({ gc }); d.clientID = clientID; return d }
const quiet = doc => doc.on('beforeObserverCalls', tr => { tr.local = true }) // no clean-up of formatting
const delta = text => text.toDelta().map(op => op.insert instanceof Y.AbstractType ? { ...op, insert: op.insert.toJSON() } : op)

// As toJSON, but a key __proto__ stays a key.
const mapJson = map => '{' + [...map.entries()].map(([k, v]) => [k, JSON.stringify(v instanceof Y.AbstractType ? v.toJSON() : v)])
  .filter(([, v]) => v !== undefined).map(([k, v]) => JSON.stringify(k) + ':' + v).join(',') + '}'

/** `play` gets documents of clients 1, 2, 3 (any number by index) and a log; what they send is the vector. */
const vector = (name, title, play, { gc = true, ids = [1, 2, 3], send = null } = {}) => {
  const updates = []
  const docs = ids.map(id => { const d = makeDoc(id, gc); quiet(d); d.on('update', u => updates.push(u)); return d })
  const share = () => { // everybody gets what the others have; that is not sent again
    const states = docs.map(d => Y.encodeStateAsUpdate(d))
    const kept = updates.length
    docs.forEach(d => states.forEach(s => Y.applyUpdate(d, s)))
    updates.length = kept
  }
  play(docs, share)
  const list = send ? send(updates) : updates
  const doc = makeDoc(99, gc); quiet(doc)
  list.forEach(u => Y.applyUpdate(doc, u))
  const lines = ['# ' + title, 'gc ' + gc, ...list.map(u => 'update ' + hex(u)), 'state ' + hex(Y.encodeStateAsUpdate(doc)), 'sv ' + hex(Y.encodeStateVector(doc)),
    'merged ' + hex(Y.mergeUpdates(list)), 'v2 ' + hex(Y.convertUpdateFormatV1ToV2(Y.encodeStateAsUpdate(doc)))]
  if (!doc.store.pendingStructs && !doc.store.pendingDs) lines.push('snapshot ' + hex(Y.encodeSnapshot(Y.snapshot(doc))), 'snap2 ' + hex(Y.encodeSnapshotV2(Y.snapshot(doc))))
  const has = n => doc.share.has(n)
  for (const [assoc, at] of [[0, 0], [0, 1], [-1, 1], [3, 2], [-1, 0]]) { // the position at an index of a text
    if (has('t') && doc.getText('t').length >= at) lines.push(`position ${at} ${assoc} ${hex(Y.encodeRelativePosition(Y.createRelativePositionFromTypeIndex(doc.getText('t'), at, assoc)))}`)
  }
  if (has('t')) lines.push('text ' + JSON.stringify(doc.getText('t').toString()), 'delta ' + JSON.stringify(delta(doc.getText('t'))))
  if (has('a')) lines.push('array ' + JSON.stringify(doc.getArray('a').toJSON()))
  if (has('m')) lines.push('map ' + mapJson(doc.getMap('m')))
  if (has('x')) lines.push('xml ' + JSON.stringify(doc.getXmlFragment('x').toString()))
  fs.writeFileSync(path.join(out, name + '.txt'), lines.join('\n') + '\n')
}

const t = d => d.getText('t'); const a = d => d.getArray('a'); const m = d => d.getMap('m'); const x = d => d.getXmlFragment('x')

vector('typing', 'one author types letter by letter', ([d]) => { for (const c of 'incident 事故 😀 over') if (c !== '') t(d).insert(t(d).length, c) })
vector('concurrent', 'three people insert at the same place', ([d, e, f], share) => {
  t(d).insert(0, 'base'); share()
  t(d).insert(2, 'one'); t(e).insert(2, 'two'); t(f).insert(2, 'three'); t(e).insert(5, '!'); share()
  t(f).delete(1, 4); t(d).insert(4, 'late')
})
vector('client_order', 'client ids above 2^31 and 2^32 order as unsigned numbers', ([d, e, f, g], share) => {
  t(d).insert(0, 'x'); share()
  for (const y of [d, e, f, g]) t(y).insert(1, String(y.clientID % 10)); share()
}, { ids: [1, 2147483648, 4294967295, 9007199254740991] })
vector('surrogates', 'an insertion between the halves of a pair leaves U+FFFD on both sides', ([d, e], share) => {
  t(d).insert(0, 'a😀b'); share()
  t(e).insert(2, '|'); share()
})
vector('strange_text', 'NUL, U+FFFD, empty and odd keys', ([d]) => {
  t(d).insert(0, 'a\u0000b\uFFFD'); m(d).set('', 1); m(d).set('__proto__', 2); m(d).set('键', { '': null }); x(d).insert(0, [new Y.XmlElement('')])
})
vector('values', 'every kind of value', ([d]) => {
  a(d).insert(0, [null, true, false, 0, -0, 1, -1, 63, 64, -64, 2147483647, -2147483647, 2147483648, 0.5, 0.1, 1e300, 9007199254740991, '', 'é', { a: [1, { b: null }] }, []])
  a(d).insert(3, [Uint8Array.from([0, 255, 7])])
  m(d).set('undefined', undefined); m(d).set('bytes', Uint8Array.from([1])); m(d).set('date', 1e12)
})
vector('marks', 'formatting, overlapping, ended and nested values', ([d, e], share) => {
  t(d).insert(0, 'the quick brown fox'); t(d).format(4, 5, { bold: true }); t(d).format(6, 8, { link: { href: '/a' } }); share()
  t(e).format(0, 19, { bold: null }); t(d).insert(6, 'er', { em: {} }); t(d).insertEmbed(3, { image: 'x.png' }, { width: 3 }); share()
  t(d).delete(2, 6)
})
vector('map', 'the last writer of a key wins, concurrently the higher client', ([d, e], share) => {
  m(d).set('k', 1); share(); m(d).set('k', 'mine'); m(e).set('k', 'yours'); m(e).set('gone', 1); share(); m(d).delete('gone'); m(d).set('n', new Y.Map()); m(d).get('n').set('deep', [1])
})
vector('nested', 'types inside types, and their deletion', ([d, e], share) => {
  const n = new Y.Array(); a(d).insert(0, [n, new Y.Map(), new Y.Text('in'), new Y.XmlFragment(), new Y.XmlHook('hook')]); n.insert(0, [1, new Y.Array(), 2]); share()
  a(e).get(0).get(1).insert(0, ['late']); a(d).delete(0, 1); share()
  a(e).get(1).insert(2, ' side')
})
vector('gc_parent', 'a struct whose parent was collected becomes GC', ([d, e], share) => {
  const n = new Y.Array(); a(d).insert(0, [n]); n.insert(0, [1, 2, 3]); share()
  a(d).delete(0, 1); a(e).get(0).insert(1, ['late', 'later'])
})
vector('kept', 'gc off: deleted content stays', ([d]) => { t(d).insert(0, 'abcdef'); t(d).delete(1, 3); m(d).set('a', 1); m(d).set('a', 2) }, { gc: false })
vector('prosemirror', 'a document of an editor', ([d, e], share) => {
  const h = new Y.XmlElement('heading'); h.setAttribute('level', 2)
  const p = new Y.XmlElement('paragraph'); const pt = new Y.XmlText(); const ht = new Y.XmlText()
  x(d).insert(0, [h, p]); h.insert(0, [ht]); p.insert(0, [pt]); ht.insert(0, 'Summary'); pt.insert(0, 'It broke at 10:04.'); share()
  x(e).get(1).get(0).format(3, 5, { bold: {} }); x(e).get(1).get(0).insert(18, ' 已修复', { 'comment--a1B2c3D4': { id: 7 } })
  x(d).insert(1, [new Y.XmlElement('horizontalRule')]); x(d).get(0).setAttribute('level', 3); share(); x(d).delete(1, 1)
})
vector('out_of_order', 'updates arrive backwards', ([d, e], share) => {
  t(d).insert(0, 'a'); share(); t(e).insert(1, 'b'); share(); t(d).insert(2, 'c'); share(); t(e).delete(0, 1); m(d).set('k', 1)
}, { send: us => us.slice().reverse() })
vector('gap', 'something is missing: the rest waits, and is stored with the state', ([d, e], share) => {
  t(d).insert(0, 'a'); t(d).insert(1, 'b'); share(); t(e).insert(2, 'c'); t(d).delete(0, 2); m(d).set('k', 1)
}, { send: us => us.filter((_, i) => i !== 1) })
vector('overlap', 'updates that repeat part of others', ([d], share) => { t(d).insert(0, 'hello'); t(d).insert(5, ' big'); t(d).insert(9, ' world'); t(d).delete(2, 5) },
  { send: us => [us[0], Y.mergeUpdates([us[0], us[1]]), Y.mergeUpdates(us), us[2], us[3], us[3]] })
vector('attributes', 'attributes of texts and elements, with types as values', ([d]) => {
  const y = new Y.XmlText(); const el = new Y.XmlElement('P'); x(d).insert(0, [y, el]); y.setAttribute('lang', 'zh'); y.insert(0, 'text'); el.setAttribute('b', 'x"y'); el.setAttribute('a', { deep: 1 }); el.setAttribute('list', [1, null, [2]])
  el.setAttribute('n', null); el.removeAttribute('n')
})
vector('subdocument', 'an embedded document stays opaque', ([d]) => { m(d).set('doc', new Y.Doc({ guid: 'abc', autoLoad: true, meta: { x: 1 } })); a(d).insert(0, [new Y.Doc({ guid: 'def' })]) })

// Every content there is, put in and half of it deleted again, with and without garbage collection.
const contents = ([d, e], share) => {
  t(d).insert(0, 'string'); t(d).insertEmbed(2, { embed: [1] }); t(d).format(1, 4, { mark: { a: null } }); t(d).insertEmbed(4, new Y.Map([['in', 'text']]))
  m(d).set('any', [1, { x: 1.5 }]); m(d).set('binary', Uint8Array.from([0, 128, 255])); m(d).set('doc', new Y.Doc({ guid: 'g', gc: false }))
  const hook = new Y.XmlHook('hook'); m(d).set('hook', hook); hook.set('k', 'v')
  for (const kind of [Y.Array, Y.Map, Y.Text, Y.XmlFragment, Y.XmlText]) m(d).set(kind.name, new kind())
  m(d).set('YXmlElement', new Y.XmlElement('el'))
  a(d).insert(0, [1, 'two', { three: 3 }]); a(d).insert(1, [Uint8Array.from([7])]); a(d).insert(2, [new Y.Doc({ guid: 'h', meta: [1] })]); a(d).insert(3, [new Y.XmlHook('other')])
  share()
  for (const key of ['any', 'binary', 'doc', 'hook', 'YArray', 'YXmlElement']) { if (key !== 'doc') m(d).set(key + ' again', 1); m(e).delete(key) }
  t(e).delete(1, 4); a(e).delete(1, 3); share()
  a(d).delete(a(d).length - 1, 1)
}
vector('contents', 'every kind of content, half of it deleted and collected', contents)
vector('contents_kept', 'every kind of content, half of it deleted and kept', contents, { gc: false })

// Legacy and odd forms, written by hand with lib0.
const written = f => { const e = encoding.createEncoder(); f(e, encoding.writeVarUint, encoding.writeVarString); return encoding.toUint8Array(e) }
vector('legacy_json', 'ContentJSON with the word undefined', () => {}, {
  send: () => [written((e, u, s) => { u(e, 1); u(e, 1); u(e, 5); u(e, 0); encoding.writeUint8(e, 2); u(e, 1); s(e, 'a'); u(e, 3); s(e, '{"old":[1]}'); s(e, 'undefined'); s(e, '"x"'); u(e, 0) })]
})

// Awareness and sync messages.
const lines = []
const doc = makeDoc(5); const aw = new awareness.Awareness(doc)
aw.setLocalState({ user: { name: 'Ada', color: '#fff' }, cursor: null })
lines.push('awareness ' + hex(awareness.encodeAwarenessUpdate(aw, [5])))
aw.setLocalStateField('cursor', { anchor: 1 })
lines.push('awareness ' + hex(awareness.encodeAwarenessUpdate(aw, [5])))
aw.setLocalState(null)
lines.push('awareness ' + hex(awareness.encodeAwarenessUpdate(aw, [5])))
t(doc).insert(0, 'hi')
for (const write of [e => sync.writeSyncStep1(e, doc), e => sync.writeSyncStep2(e, doc, Uint8Array.from([0])), e => sync.writeUpdate(e, Y.encodeStateAsUpdate(doc))]) {
  const e = encoding.createEncoder(); write(e); lines.push('sync ' + hex(encoding.toUint8Array(e)))
}
fs.writeFileSync(path.join(out, 'protocols.messages'), lines.join('\n') + '\n')
aw.destroy(); doc.destroy()
console.log(fs.readdirSync(out).length + ' files')
