// Edits described once and run by both engines, chosen by chance, and what both have to agree on.
import * as Y from 'yjs'
import { b64, un64 } from './engine.mjs'

/* ---- operations: described once, run by both engines ---- */

const KINDS = { array: Y.Array, map: Y.Map, text: Y.Text, fragment: Y.XmlFragment, xmltext: Y.XmlText }
const makeNode = op => op.kind === 'element' ? new Y.XmlElement(op.name) : op.kind === 'hook' ? new Y.XmlHook(op.name) : new KINDS[op.kind]()
export const roots = doc => ({ t: doc.getText('t'), a: doc.getArray('a'), m: doc.getMap('m'), x: doc.getXmlFragment('x') })

export const isText = n => n instanceof Y.Text
export const isList = n => n instanceof Y.Array || (n instanceof Y.XmlFragment)

/** What is at an index of a text, in units. */
const textAt = (text, index) => {
  let at = 0
  for (let n = text._start; n !== null; n = n.right) {
    if (n.deleted || !n.countable) continue
    if (index < at + n.length) return n.content.getContent()[index - at]
    at += n.length
  }
}
export const resolve = (doc, steps) => {
  let node = doc.share.get(steps[0]) ?? roots(doc)[steps[0]]
  for (const step of steps.slice(1)) {
    node = typeof step === 'string' ? (node instanceof Y.Map ? node.get(step) : node.getAttribute(step)) : isText(node) ? textAt(node, step) : node.get(step)
  }
  return node
}

export const runOp = (doc, op) => {
  const node = resolve(doc, op.path)
  const clone = v => v === undefined ? v : structuredClone(v)
  switch (op.op) {
    case 'insert': return op.attrs ? node.insert(op.index, op.text, clone(op.attrs)) : node.insert(op.index, op.text)
    case 'embed': return node.insertEmbed(op.index, clone(op.value), op.attrs ? clone(op.attrs) : {})
    case 'delete': return node.delete(op.index, op.units)
    case 'format': return node.format(op.index, op.units, clone(op.attrs))
    case 'set': {
      const v = op.binary ? un64(op.binary) : clone(op.value)
      return node instanceof Y.Map ? node.set(op.key, v) : node.setAttribute(op.key, v)
    }
    case 'unset': return node instanceof Y.Map ? node.delete(op.key) : node.removeAttribute(op.key)
    case 'setNode': return node instanceof Y.Map ? node.set(op.key, makeNode(op)) : node.setAttribute(op.key, makeNode(op))
    case 'list': return node.insert(op.index, op.binary ? [un64(op.binary)] : clone(op.values))
    case 'setSubdoc': return node.set(op.key, new Y.Doc({ guid: op.guid, ...op.options }))
    case 'listSubdoc': return node.insert(op.index, [new Y.Doc({ guid: op.guid, ...op.options })])
    case 'listNode': return isText(node) ? node.insertEmbed(op.index, makeNode(op)) : node.insert(op.index, [makeNode(op)])
    case 'remove': return node.delete(op.index, op.units)
  }
}

const WORDS = ['a', 'b', 'hello ', ' world', 'x\u0000y', '\uFFFD', '😀', '👩‍🚒', '事故', '时间线', 'é', 'ﬀ', '\n', '"\\', '𝒳𝒴', '<b>', 'İ']
const KEYS = ['a', 'b', '', '__proto_', 'key', '键', 'K']
const MARKS = ['bold', 'em', 'link', 'mark--a1B2c3D4']
const NAMES = ['paragraph', 'heading', 'P', 'bulletList', '段']
const VALUES = [null, true, false, 0, -1, 1.5, -0.1, 3.14159, 1e21, 1e-7, 2147483647, -2147483647, 2147483648, 9007199254740991, 4294967296.5,
  '', 'text', '😀', { a: 1 }, { b: [1, null, 'x'], c: { d: {} } }, [], [1, [2, [3]]], 63, 64, -64, 8192, 1e300, 16777217]

export const someText = r => Array.from({ length: 1 + r.int(4) }, () => r.pick(WORDS)).join('')
export const someAttrs = (r, ends) => {
  const attrs = {}
  for (let n = 1 + r.int(2); n > 0; n--) {
    attrs[r.pick(MARKS)] = ends && r.chance(0.4) ? null : r.pick([true, {}, { href: '/' + r.int(2) }, 'red', 7, false, { n: { m: 1 } }])
  }
  return attrs
}

const someSubdoc = r => ({ guid: 'doc-' + r.int(1000), options: r.pick([{}, { autoLoad: true }, { gc: false }, { gc: false, meta: { a: [1] } }]) })

/** The string of a text as units, an embed as one neutral unit. */
const unitsOf = text => {
  let s = ''
  for (let n = text._start; n !== null; n = n.right) {
    if (n.deleted || !n.countable) continue
    s += n.content instanceof Y.ContentString ? n.content.str : '\u0001'.repeat(n.length)
  }
  return s
}
const whole = (units, index) => {
  const low = units.charCodeAt(index); const high = units.charCodeAt(index - 1)
  return index > 0 && low >= 0xDC00 && low <= 0xDFFF && high >= 0xD800 && high <= 0xDBFF ? index - 1 : index
}

const nestedSteps = (r, node) => {
  const found = []
  if (isList(node)) node.toArray().forEach((v, i) => v instanceof Y.AbstractType && found.push([i, v]))
  if (isText(node)) {
    const length = node.length
    for (let i = 0; i < length && i < 40; i++) { const v = textAt(node, i); if (v instanceof Y.AbstractType) found.push([i, v]) }
  }
  if (node instanceof Y.Map) node.forEach((v, k) => v instanceof Y.AbstractType && found.push([k, v]))
  return found.length > 0 && r.chance(0.7) ? r.pick(found) : null
}

export const someOp = (r, doc) => {
  const name = r.pick(['t', 't', 'a', 'm', 'x', 'x'])
  const steps = [name]
  let node = roots(doc)[name]
  for (let depth = 0; depth < 6; depth++) {
    const next = nestedSteps(r, node)
    if (!next) break
    steps.push(next[0]); node = next[1]
  }
  const op = { path: steps }
  if (node instanceof Y.Map) {
    const key = r.pick(KEYS)
    if (r.chance(0.25)) return { ...op, op: 'unset', key }
    if (r.chance(0.05)) return { ...op, op: 'setSubdoc', key, ...someSubdoc(r) }
    if (r.chance(0.1)) return { ...op, op: 'set', key, binary: b64(Uint8Array.from([r.int(256), 0, 255])) }
    if (r.chance(0.25)) return { ...op, op: 'setNode', key, kind: r.pick(['array', 'map', 'text', 'xmltext', 'fragment', 'element']), name: r.pick(NAMES) }
    return { ...op, op: 'set', key, value: r.pick(VALUES) }
  }
  if (isText(node)) {
    const units = unitsOf(node)
    const index = whole(units, r.int(units.length + 1))
    const end = whole(units, Math.min(units.length, index + 1 + r.int(5)))
    const rest = end - index
    const what = r.next()
    if (what < 0.5 || rest <= 0) return { ...op, op: 'insert', index, text: someText(r), ...(r.chance(0.3) ? { attrs: someAttrs(r, r.chance(0.2)) } : {}) }
    if (what < 0.72) return { ...op, op: 'delete', index, units: rest }
    if (what < 0.9) return { ...op, op: 'format', index, units: rest, attrs: someAttrs(r, true) }
    if (what < 0.94) return { ...op, op: 'listNode', index, kind: r.pick(['map', 'array', 'text', 'element']), name: r.pick(NAMES) }
    return { ...op, op: 'embed', index, value: r.pick(VALUES.filter(v => v !== null && typeof v === 'object')), ...(r.chance(0.3) ? { attrs: someAttrs(r, false) } : {}) }
  }
  const length = node.length
  const index = r.int(length + 1)
  if (length > index && r.chance(0.3)) return { ...op, op: 'remove', index, units: 1 + r.int(Math.min(3, length - index)) }
  if (node instanceof Y.Array) {
    if (r.chance(0.25)) return { ...op, op: 'listNode', index, kind: r.pick(['array', 'map', 'text', 'fragment', 'hook']), name: r.pick(NAMES) }
    if (r.chance(0.05)) return { ...op, op: 'listSubdoc', index, ...someSubdoc(r) }
    if (r.chance(0.1)) return { ...op, op: 'list', index, binary: b64(Uint8Array.from([1, r.int(256)])) }
    return { ...op, op: 'list', index, values: Array.from({ length: 1 + r.int(4) }, () => r.pick(VALUES)) }
  }
  if (node instanceof Y.XmlElement && r.chance(0.3)) {
    return r.chance(0.2) ? { ...op, op: 'unset', key: r.pick(KEYS) } : { ...op, op: 'set', key: r.pick(KEYS), value: r.pick(VALUES) }
  }
  return { ...op, op: 'listNode', index, kind: r.pick(['element', 'xmltext', 'xmltext']), name: r.pick(NAMES) }
}

/* ---- agreeing ---- */

export const update = (doc, f) => { // what `f` makes the document send
  const sent = []
  const hear = u => sent.push(u)
  doc.on('update', hear)
  f()
  doc.off('update', hear)
  return sent
}

const same = (a, b) => a.length === b.length && Buffer.compare(Buffer.from(a), Buffer.from(b)) === 0
export class Different extends Error {}
export const expectBytes = (what, a, b) => {
  if (!same(a, b)) throw new Different(`${what}\n  Yjs: ${Buffer.from(a).toString('hex').slice(0, 4000)}\n  C:   ${Buffer.from(b).toString('hex').slice(0, 4000)}`)
}
const sorted = v => Array.isArray(v) ? v.map(sorted) : v && typeof v === 'object' ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => a < b ? -1 : 1).map(([k, x]) => [k, sorted(x)])) : v
export const plain = v => JSON.stringify(sorted(JSON.parse(JSON.stringify(v))))
export const expectValue = (what, a, b) => {
  if (plain(a) !== plain(b)) throw new Different(`${what}\n  Yjs: ${plain(a)}\n  C:   ${plain(b)}`)
}

/** A delta whose runs of equal marks are one, nested types shown as their JSON. */
export const deltaOf = text => text.toDelta().map(op => op.insert instanceof Y.AbstractType ? { ...op, insert: op.insert.toJSON() } : op)

export const dsOf = doc => { // the delete set as Yjs writes it
  const whole = Y.encodeStateAsUpdate(doc, Y.encodeStateVector(doc))
  return whole.slice(1) // no structs: one zero, then the delete set
}

export const makeYjs = (clientID, gc) => { const doc = new Y.Doc({ gc }); doc.clientID = clientID; roots(doc); return doc }
