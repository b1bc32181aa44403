// The C engine as a peer: crdt-tool peer, asked over stdin and stdout. CRDT_TOOL names the program.
import { execFileSync, spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const TOOL = process.env.CRDT_TOOL || path.join(path.dirname(fileURLToPath(import.meta.url)), '../../build/crdt/crdt-tool')

export const b64 = u8 => Buffer.from(u8).toString('base64')
export const un64 = s => new Uint8Array(Buffer.from(s, 'base64'))

export class Engine {
  constructor () {
    this.child = spawn(TOOL, ['peer'], { stdio: ['pipe', 'pipe', 'inherit'] })
    this.waiting = []
    this.dead = null
    let rest = ''
    this.child.stdout.setEncoding('utf8')
    this.child.stdout.on('data', text => {
      const lines = (rest + text).split('\n')
      rest = lines.pop()
      for (const line of lines) this.waiting.shift().resolve(JSON.parse(line))
    })
    this.child.on('exit', code => {
      this.dead = new Error('crdt-tool ended with ' + code)
      for (const w of this.waiting) w.reject(this.dead)
    })
  }

  send (command) {
    if (this.dead) return Promise.reject(this.dead)
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject })
      this.child.stdin.write(JSON.stringify(command) + '\n')
    })
  }

  async ask (command) {
    const reply = await this.send(command)
    if (reply.error) throw new Error(`${command.cmd}: ${reply.error} ${reply.what || ''} ${JSON.stringify(command).slice(0, 300)}`)
    return reply
  }
}

/** The same, but an answer is waited for: for tests that cannot. Two named pipes do it. */
export class SyncEngine {
  constructor () {
    fs.accessSync(TOOL, fs.constants.X_OK) // nobody would ever open the other end
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'crdt-peer-'))
    const [to, from] = ['to', 'from'].map(name => path.join(this.folder, name))
    execFileSync('mkfifo', [to, from])
    this.child = spawn('sh', ['-c', 'exec "$0" peer <"$1" >"$2"', TOOL, to, from], { stdio: ['ignore', 'ignore', 'inherit'] })
    this.to = fs.openSync(to, 'w')
    this.from = fs.openSync(from, 'r')
    this.block = Buffer.alloc(1 << 16)
  }

  ask (command) {
    const line = Buffer.from(JSON.stringify(command) + '\n')
    for (let at = 0; at < line.length;) at += fs.writeSync(this.to, line, at)
    const parts = []
    for (;;) {
      const n = fs.readSync(this.from, this.block)
      if (n === 0) throw new Error('crdt-tool ended')
      parts.push(Buffer.from(this.block.subarray(0, n)))
      if (this.block[n - 1] === 10) break
    }
    const reply = JSON.parse(Buffer.concat(parts).toString())
    if (reply.error) throw new Error(`${command.cmd}: ${reply.error} ${reply.what || ''} ${JSON.stringify(command).slice(0, 300)}`)
    return reply
  }

  close () {
    fs.closeSync(this.to)
    fs.closeSync(this.from)
    fs.rmSync(this.folder, { recursive: true })
  }
}

/** The value after --name on the command line. */
export const option = (name, otherwise) => {
  const i = process.argv.indexOf('--' + name)
  return i < 0 ? otherwise : Number(process.argv[i + 1])
}

/** The same numbers for the same seed. */
export const makeRandom = seed => {
  let a = seed >>> 0
  const next = () => {
    a = (a + 0x6D2B79F5) >>> 0
    let t = a
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  const int = n => Math.floor(next() * n)
  return { next, int, pick: list => list[int(list.length)], chance: p => next() < p }
}
