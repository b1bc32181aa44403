// Trees written here are read by the editors' own bindings (y-prosemirror, and as TipTap ships it), and the other way round.
//   node crdt/test/prosemirror.mjs --rounds 100 --seed 1
import * as Y from 'yjs'
import { Schema } from '@tiptap/pm/model'
import * as tiptap from '@tiptap/y-tiptap'
import * as prosemirror from 'y-prosemirror'
import { Engine, option } from './engine.mjs'

const ROUNDS = option('rounds', 100); const SEED = option('seed', 1)
const engine = new Engine()
const ask = command => engine.send(command)

const schema = new Schema({
  nodes: {
    doc: { content: 'block+' },
    paragraph: { group: 'block', content: 'inline*', attrs: { textAlign: { default: null } } },
    heading: { group: 'block', content: 'inline*', attrs: { level: { default: 1 } } },
    bulletList: { group: 'block', content: 'listItem+' },
    listItem: { content: 'block+' },
    incidentKey: { group: 'block', atom: true, attrs: { options: { default: {} }, id: { default: null } } },
    text: { group: 'inline' }
  },
  marks: { bold: {}, italic: {}, link: { attrs: { href: {}, target: { default: null } } }, comment: { attrs: { id: {} }, excludes: '' } }
})

let state = SEED >>> 0
const next = () => { state = (Math.imul(state, 1664525) + 1013904223) >>> 0; return state / 4294967296 }
const int = n => Math.floor(next() * n)
const pick = list => list[int(list.length)]
const someMarks = () => [
  ...(next() < 0.3 ? [{ type: 'bold' }] : []), ...(next() < 0.2 ? [{ type: 'italic' }] : []),
  ...(next() < 0.2 ? [{ type: 'link', attrs: { href: '/' + int(3), target: pick([null, '_blank']) } }] : []),
  ...(next() < 0.2 ? Array.from({ length: 1 + int(2) }, (_, i) => ({ type: 'comment', attrs: { id: i } })) : [])
]
const someText = () => { const marks = someMarks(); return { type: 'text', text: pick(['It broke', ' at 10:04 ', '事故', '😀👩‍🚒', '"<&>\\', 'x']), ...(marks.length ? { marks } : {}) } }
const someInline = () => { const content = Array.from({ length: int(5) }, someText); return content.length ? { content } : {} }
const someBlock = depth => {
  switch (int(depth > 0 ? 5 : 3)) {
    case 0: return { type: 'heading', attrs: { level: 1 + int(3) }, ...someInline() }
    case 1: return { type: 'incidentKey', attrs: { options: { a: [1, { b: null }], c: 'd' }, id: pick(['k', 7.5]) } }
    case 3: case 4: return { type: 'bulletList', content: Array.from({ length: 1 + int(3) }, () => ({ type: 'listItem', content: Array.from({ length: 1 + int(2) }, () => someBlock(depth - 1)) })) }
    default: return { type: 'paragraph', attrs: { textAlign: pick([null, 'center']) }, ...someInline() }
  }
}

/** As ProseMirror sees it: neighbours with equal marks joined, defaults filled in. */
const canonical = json => schema.nodeFromJSON(json).toJSON()
const equal = (what, a, b) => { if (JSON.stringify(a) !== JSON.stringify(b)) throw new Error(`${what}\n  binding: ${JSON.stringify(a)}\n  C:       ${JSON.stringify(b)}`) }
const withoutNulls = json => JSON.parse(JSON.stringify(json, (k, v) => v === null && (k === 'textAlign' || k === 'target') ? undefined : v))

let passed = 0; let failed = 0
for (let i = 0; i < ROUNDS && failed < 5; i++) {
  const { prosemirrorJSONToYDoc, yXmlFragmentToProsemirrorJSON, yXmlFragmentToProseMirrorRootNode } = i % 2 ? tiptap : prosemirror
  try {
    const tree = canonical({ type: 'doc', content: Array.from({ length: 1 + int(4) }, () => someBlock(2)) })
    await ask({ cmd: 'open', doc: 0, client: 7 })
    const edit = await ask({ cmd: 'edit', doc: 0, ops: [{ op: 'prosemirror', path: ['default'], index: 0, value: tree }] })
    if (edit.error) throw new Error(edit.error + ' ' + edit.what)
    const doc = new Y.Doc()
    Y.applyUpdate(doc, new Uint8Array(Buffer.from(edit.update, 'base64')))
    const fragment = doc.getXmlFragment('default')
    equal('C writes, the binding reads', canonical(yXmlFragmentToProseMirrorRootNode(fragment, schema).toJSON()), tree)
    const own = (await ask({ cmd: 'read', doc: 0, path: ['default'], as: 'prosemirror' })).value
    equal('C writes and reads', canonical(own), tree)
    if (yXmlFragmentToProsemirrorJSON(fragment).content.length !== own.content.length) throw new Error('number of nodes')
    const theirs = prosemirrorJSONToYDoc(schema, tree, 'default')
    await ask({ cmd: 'open', doc: 1, client: 8 })
    await ask({ cmd: 'apply', doc: 1, update: Buffer.from(Y.encodeStateAsUpdate(theirs)).toString('base64') })
    const read = (await ask({ cmd: 'read', doc: 1, path: ['default'], as: 'prosemirror' })).value
    equal('the binding writes, C reads', canonical(read), tree)
    equal('both store the same nodes', withoutNulls(fragment.toArray().map(n => n.nodeName)), theirs.getXmlFragment('default').toArray().map(n => n.nodeName))
    passed++
  } catch (e) {
    failed++
    console.log(`round ${i}: ${e.message}`)
  }
}
engine.child.stdin.end()
console.log(`prosemirror: ${ROUNDS} trees; ${passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
