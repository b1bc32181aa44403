// A real server for tests: a fresh data folder (or PostgreSQL database), a free port, people of every role.
import { spawn, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
export const binary = process.env.HINDSIGHT_BINARY_UNDER_TEST ?? join(root, 'build/hindsight');
export const roles = ['viewer', 'responder', 'manager', 'admin'];
export const password = 'correct horse battery';

/** The databases to test on: SQLite, and PostgreSQL when tests/postgres.sh has started one. */
export const databases = process.env.TEST_POSTGRES ? ['sqlite', 'postgres'] : ['sqlite'];

/** The environment without our own variables: the server refuses those that it does not know. */
export function cleanEnv() {
    return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('HINDSIGHT_')));
}

/** The Set-Cookie lines of an answer; node 18 knows them only joined. Ours hold no comma. */
export function setCookies(answer) {
    return answer.headers.getSetCookie?.() ?? (answer.headers.get('set-cookie')?.split(/,\s*/) ?? []);
}

export function freePort() {
    return new Promise((resolve, reject) => {
        const probe = createServer();
        probe.once('error', reject);
        probe.listen(0, '127.0.0.1', () => {
            const { port } = probe.address();
            probe.close(() => resolve(port));
        });
    });
}

let databaseNumber = 0;
function createPostgres() {
    const name = `http_${process.pid}_${++databaseNumber}`;
    execFileSync('psql', ['-q', process.env.TEST_POSTGRES, '-c', `CREATE DATABASE ${name}`]);
    const url = process.env.TEST_POSTGRES.replace(/\/postgres(\?|$)/, `/${name}$1`);
    const drop = () => execFileSync('psql', ['-q', process.env.TEST_POSTGRES, '-c', `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`], { stdio: 'ignore' });
    return { url, drop };
}

/** A system that is not served yet: `cli` runs commands on it. */
export function makeSystem(database = 'sqlite') {
    const data = mkdtempSync(join(tmpdir(), 'hindsight-test-'));
    const postgres = database === 'postgres' ? createPostgres() : null;
    const where = ['--data', data, ...(postgres ? ['--database', postgres.url] : [])];
    const cli = (args, input = '') => execFileSync(binary, [...args, ...where], { input, env: cleanEnv(), encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] }).trim();
    const remove = () => {
        rmSync(data, { recursive: true, force: true });
        postgres?.drop();
    };
    return { data, where, cli, remove };
}

/** One person and token per role: viewer@example.com … admin@example.com. Sign-in by password only for admin. */
export function addPeople(system) {
    const tokens = {};
    for (const role of roles) {
        const admin = role === 'admin';
        const name = role[0].toUpperCase() + role.slice(1);
        system.cli(['user', 'add', '--email', `${role}@example.com`, '--name', name, '--role', role, ...(admin ? ['--password-stdin'] : [])], admin ? password : '');
        const scopes = admin ? 'admin' : role === 'viewer' ? 'read' : 'write';
        tokens[role] = system.cli(['token', 'create', '--user', `${role}@example.com`, '--scope', scopes]);
    }
    return tokens;
}

/** Starts `serve` (on `samePort` to come back where it was) and waits until it says where it is. `stop()` ends it gracefully and gives the exit code. */
export async function serve(system, extra = [], samePort = 0) {
    const port = samePort || await freePort();
    const child = spawn(binary, ['serve', '--listen', `127.0.0.1:${port}`, ...system.where, ...extra], { env: cleanEnv(), stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '', complained = '';
    child.stderr.on('data', (text) => { complained += text; });
    const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ?? code)));
    await new Promise((resolve, reject) => {
        child.stdout.on('data', (text) => { said += text; if (said.includes('\n')) resolve(); });
        ended.then((code) => reject(new Error(`serve ended with ${code}: ${complained}`)));
    });
    const stop = (signal = 'SIGTERM') => { child.kill(signal); return ended; };
    return { url: `http://127.0.0.1:${port}`, port, child, stop, ended, log: () => complained };
}
