// `make dev`: serves a scratch folder, and builds and restarts on every change. Ctrl-C ends it.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, watch } from 'node:fs';
import { join, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
process.chdir(root);
const listen = process.env.LISTEN ?? '127.0.0.1:8080';
const data = '.data/dev';
let server = null, timer = null, building = false, again = false;

function command(name, ...args) { return spawnSync(name, args, { stdio: 'inherit' }).status === 0; }

function prepare() {
    if (existsSync(join(data, 'hindsight.db'))) return;
    command('mkdir', '-p', data);
    spawnSync('build/hindsight', ['user', 'add', '--data', data, '--email', 'you@example.com', '--name', 'You', '--role', 'admin', '--password-stdin'],
        { input: 'sample-data-only\n', stdio: ['pipe', 'inherit', 'inherit'] });
    command('build/hindsight', 'demo', '--data', data);
    console.log('Sign in as you@example.com with the password sample-data-only.');
}

async function stop() {
    if (!server || server.exitCode !== null) return;
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGTERM');
    await ended;
}

async function rebuild() {
    if (building) { again = true; return; }
    building = true;
    if (command('make', '--no-print-directory', '-j2', 'all')) {
        await stop();
        prepare();
        server = spawn('build/hindsight', ['serve', '--data', data, '--listen', listen, '--access-log', 'yes'], { stdio: 'inherit' });
    }
    building = false;
    if (again) { again = false; rebuild(); }
}

/** Each folder by itself: node 18 cannot watch a whole tree on Linux. Folders made later are watched from the next start on. */
function watchTree(folder) {
    watch(folder, () => { clearTimeout(timer); timer = setTimeout(rebuild, 150); });
    for (const entry of readdirSync(folder, { withFileTypes: true }))
        if (entry.isDirectory() && entry.name !== 'node_modules') watchTree(join(folder, entry.name));
}
for (const folder of ['src', 'web', 'crdt', 'tools']) if (existsSync(folder)) watchTree(folder);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, async () => { await stop(); process.exit(0); });
rebuild();
