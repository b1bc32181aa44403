// crdt-tool as its help words it: files in, answers out, faults named, exit codes kept.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import * as Y from 'yjs'

const TOOL = process.env.CRDT_TOOL || path.join(path.dirname(fileURLToPath(import.meta.url)), '../../build/crdt/crdt-tool')
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'crdt-tool-'))
const file = (name, bytes) => { const at = path.join(folder, name); fs.writeFileSync(at, bytes); return at }
const run = (...args) => {
  const input = typeof args.at(-1) === 'object' ? args.pop().input : undefined
  const r = spawnSync(TOOL, args, { input, cwd: folder })
  return { code: r.status, bytes: r.stdout, text: r.stdout.toString(), error: r.stderr.toString() }
}
const stream = updates => Buffer.concat(updates.flatMap(u => { const n = Buffer.alloc(4); n.writeUInt32LE(u.length); return [n, u] }))

let passed = 0; let failed = 0
const check = (says, f) => {
  try { f(); passed++ } catch (e) { failed++; console.log(`  FAILED ${says}: ${e.message}`) }
}
const equal = (got, want) => { if (!Buffer.from(got).equals(Buffer.from(want))) throw new Error(`got ${JSON.stringify(Buffer.from(got).toString().slice(0, 300))}, want ${JSON.stringify(Buffer.from(want).toString().slice(0, 300))}`) }
const matches = (got, pattern) => { if (!pattern.test(got)) throw new Error(`${JSON.stringify(got.slice(0, 400))} is not like ${pattern}`) }

/* ---- a document, in all forms ---- */
const doc = new Y.Doc(); doc.clientID = 5
const updates = []; const updates2 = []
doc.on('update', u => updates.push(u)); doc.on('updateV2', u => updates2.push(u))
doc.getText('t').insert(0, 'hello world')
const early = Y.encodeStateVector(doc)
doc.getText('t').delete(0, 6)
doc.getText('t').format(0, 2, { bold: true })
doc.getMap('m').set('k', [1, { a: null }])
doc.getArray('a').insert(0, [1, 'x', true])
const p = new Y.XmlElement('p'); doc.getXmlFragment('x').insert(0, [p]); p.insert(0, [new Y.XmlText('hi')])
const whole = Y.encodeStateAsUpdate(doc); const whole2 = Y.encodeStateAsUpdateV2(doc)
const f1 = file('whole.v1', whole); const f2 = file('whole.v2', whole2)
const s1 = file('log.v1', stream(updates)); const s2 = file('log.v2', stream(updates2))
const parts = updates.map((u, i) => file('part' + i, u))

check('load applies one file', () => equal(run('load', f1, 'encode').bytes, whole))
check('load applies many files', () => equal(run('load', ...parts, 'encode').bytes, whole))
check('load applies a stream', () => equal(run('load', '--stream', s1, 'encode').bytes, whole))
check('options may stand anywhere', () => equal(run('load', s1, 'encode', '--stream').bytes, whole))
check('format v2 goes in and out', () => equal(run('--v2', 'load', f2, 'encode').bytes, whole2))
check('a stream of format v2 goes in', () => equal(run('--v2', '--stream', 'load', s2, 'encode').bytes, whole2))
check('standard input is a file', () => equal(run('load', '-', 'encode', { input: whole }).bytes, whole))
check('state-vector', () => equal(run('load', f1, 'state-vector').bytes, Y.encodeStateVector(doc)))
check('delete-set', () => equal(run('load', f1, 'delete-set').bytes, Y.encodeStateAsUpdate(doc, Y.encodeStateVector(doc)).slice(1)))
check('snapshot', () => equal(run('load', f1, 'snapshot').bytes, Y.encodeSnapshot(Y.snapshot(doc))))
check('diff against a file', () => equal(run('load', f1, 'diff', file('sv', early)).bytes, Y.encodeStateAsUpdate(doc, early)))
check('diff against hex digits', () => equal(run('load', f1, 'diff', Buffer.from(early).toString('hex')).bytes, Y.encodeStateAsUpdate(doc, early)))
check('diff in format v2', () => equal(run('--v2', 'load', f2, 'diff', path.join(folder, 'sv')).bytes, Y.encodeStateAsUpdateV2(doc, early)))
check('text', () => equal(run('load', f1, 'text', 't').text, 'world\n'))
check('xml', () => equal(run('load', f1, 'xml', 'x').text, '<p>hi</p>\n'))
check('json of a map', () => equal(run('load', f1, 'json', 'm').text, '{"k":[1,{"a":null}]}\n'))
check('json of an array', () => equal(run('load', f1, 'json', 'a').text, '[1,"x",true]\n'))
check('json of a text', () => equal(run('load', f1, 'json', 't').text, '"world"\n'))
check('delta', () => equal(run('load', f1, 'delta', 't').text, JSON.stringify(doc.getText('t').toDelta()) + '\n'))
check('several words in one call', () => equal(run('load', f1, 'text', 't', 'json', 'a').text, 'world\n[1,"x",true]\n'))
check('binary as hex', () => equal(run('--hex', 'load', f1, 'state-vector').text, Buffer.from(Y.encodeStateVector(doc)).toString('hex') + '\n'))
check('binary as base64', () => equal(run('--base64', 'load', f1, 'encode').text, Buffer.from(whole).toString('base64') + '\n'))
const afterMerge = bytes => { const d = new Y.Doc(); Y.applyUpdate(d, bytes); return Y.encodeStateAsUpdate(d) }
check('merge without a document', () => equal(afterMerge(run('merge', ...parts).bytes), whole))
check('merge of streams of format v2', () => {
  const d = new Y.Doc(); Y.applyUpdateV2(d, run('--v2', '--stream', 'merge', s2).bytes); equal(Y.encodeStateAsUpdate(d), whole)
})
check('merge after load takes both', () => equal(afterMerge(run('load', parts[0], 'merge', ...parts.slice(1)).bytes), whole))
check('stats', () => matches(run('load', f1, 'stats').text, /^updates 1\nclients 1\nstructs \d+\nitems \d+\nnodes \d+\n[^]*root t length 5\n/))
check('bench', () => matches(run('load', '--stream', s1, 'bench').text, /^apply +[\d.]+ ms +[\d.]+ us each\nload [^]*memory \d+ bytes for \d+ stored\n$/))
check('help', () => { const r = run('--help'); matches(r.text, /load FILE…/); equal(String(r.code), '0') })
check('version', () => matches(run('--version').text, /^crdt-tool \d+\.\d+\.\d+/))

/* ---- what goes wrong ---- */
const fails = (says, code, pattern, ...args) => check(says, () => {
  const r = run(...args)
  equal(String(r.code), String(code)); matches(r.error, pattern)
})
fails('a damaged file is named with the place of the fault', 1, /^crdt-tool: .*cut: malformed bytes at byte \d+: .+\n$/, 'load', file('cut', whole.slice(0, 20)), 'encode')
fails('a damaged update of a stream is counted', 1, /bad\.stream: update 2: malformed bytes at byte \d+: /, '--stream', 'load', file('bad.stream', stream([updates[0], Buffer.from([1, 1])])))
fails('a length beyond the end is one', 1, /update 1: malformed bytes at byte 0: length beyond the end of the file/, '--stream', 'load', file('long.stream', Buffer.from([9, 0, 0, 0, 1])))
fails('a length that is cut off too', 1, /update 2: malformed bytes at byte \d+: length cut off/, '--stream', 'load', file('short.stream', Buffer.concat([stream([updates[0]]), Buffer.from([1])])))
fails('v1 bytes are not v2', 1, /whole\.v1: malformed bytes at byte \d+/, '--v2', 'load', f1, 'encode')
fails('a damaged state vector', 1, /sv\.bad: malformed bytes/, 'load', f1, 'diff', file('sv.bad', Buffer.from([9])))
fails('a file that is not there', 3, /nowhere: No such file or directory\n$/, 'load', 'nowhere', 'encode')
fails('a root that is not there', 1, /text: the document has no root "nothing"/, 'load', f1, 'text', 'nothing')
fails('no file', 2, /load: a file is missing/, 'load', 'encode')
fails('no name', 2, /text: the name of a root is missing/, 'load', f1, 'text')
fails('an unknown option', 2, /unknown option --what/, '--what', 'load', f1)
fails('an unknown command', 2, /unknown command what/, 'what')
fails('nothing at all', 2, /crdt-tool/)

/* ---- peer ---- */
const peer = (...commands) => {
  const r = run('peer', { input: commands.map(c => typeof c === 'string' ? c : JSON.stringify(c)).join('\n') + '\n' })
  return r.text.trim().split('\n').map(line => JSON.parse(line))
}
check('peer writes and reads', () => {
  const [open, insert, format, text, delta, xml] = peer({ cmd: 'open', client: 9 }, { cmd: 'insert', name: 't', index: 0, text: 'hey' },
    { cmd: 'format', name: 't', index: 0, units: 1, attrs: { bold: true } }, { cmd: 'text', name: 't' }, { cmd: 'delta', name: 't' }, { cmd: 'xml', name: 't' })
  const d = new Y.Doc(); for (const r of [insert, format]) Y.applyUpdate(d, Buffer.from(r.update, 'base64'))
  equal(JSON.stringify(d.getText('t').toDelta()), JSON.stringify(delta.value))
  equal(text.value, 'hey'); equal(String(open.ok && xml.ok), 'true')
})
check('peer speaks format v2', () => {
  const [, encode] = peer({ cmd: 'apply', update: Buffer.from(whole2).toString('base64'), v2: true }, { cmd: 'encode', v2: true })
  equal(Buffer.from(encode.update, 'base64'), whole2)
})
check('peer names faults and goes on', () => {
  const [bad, none, doc, line, good] = peer({ cmd: 'apply', update: 'AQE=' }, { cmd: 'nothing' }, { cmd: 'sv', doc: 3 }, 'not json', { cmd: 'sv' })
  matches(JSON.stringify(bad), /"ok":false,"error":"malformed bytes","offset":\d+,"what":"/)
  matches(none.error, /no such command/); matches(doc.error, /open it first/); matches(line.error, /cmd/); equal(good.sv, 'AA==')
})

fs.rmSync(folder, { recursive: true })
console.log(`tool: ${passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
