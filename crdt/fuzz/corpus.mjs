// Fills fuzz/corpus/TARGET from test/vectors: node crdt/fuzz/corpus.mjs
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const here = path.dirname(fileURLToPath(import.meta.url))
const vectors = path.join(here, '../test/vectors')
const put = (target, name, bytes) => {
  fs.mkdirSync(path.join(here, 'corpus', target), { recursive: true })
  fs.writeFileSync(path.join(here, 'corpus', target, name), Buffer.from(bytes))
}
const piece = u8 => [u8.length & 255, u8.length >> 8, ...u8]
for (const file of fs.readdirSync(vectors)) {
  const name = path.parse(file).name
  const lines = fs.readFileSync(path.join(vectors, file), 'utf8').split('\n').map(l => l.split(' '))
  const of = word => lines.filter(l => l[0] === word).map(l => [...Buffer.from(l[1] === '-' ? '' : l[1], 'hex')])
  if (of('update').length > 0) {
    put('update', name, [0, ...of('update').slice(0, 12).flatMap(piece)])
    put('merge', name, of('update').slice(0, 8).flatMap(piece))
    put('sync', name, of('update').slice(0, 6).flatMap(u => u.length < 128 ? [2, u.length, ...u] : []))
    put('changes', name, [0, ...of('update').slice(0, 12).flatMap(piece)])
    put('past', name, [of('update')[0], [0, ...of('sv')[0]], [0, 1, 2, 0]].flatMap((u, i) => i < 2 ? piece(u) : u))
    put('state_vector', name, of('sv')[0])
    put('v2', name, of('v2')[0])
  }
  if (of('awareness').length > 0) {
    put('awareness', name, of('awareness').flatMap(piece))
    put('sync', name, of('sync').flat())
  }
}
