// The program from a shell: what it prints, its exit codes, and the bad days that an operator meets.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { binary, cleanEnv, databases, freePort, makeSystem, serve } from '../lib/server.mjs';

const EXIT = { ok: 0, failed: 1, usage: 2, port: 3, folder: 4, database: 5, newer: 6, full: 7 };
let passed = 0, failed = 0, skipped = 0;

function run(args, { input = '', env = {} } = {}) {
    const r = spawnSync(binary, args, { input, env: { ...cleanEnv(), ...env }, encoding: 'utf8', timeout: 20_000 });
    return { code: r.status, out: r.stdout, err: r.stderr };
}
function expect(fine, what) { if (!fine) throw new Error(what); }
/** One line for people that names what is wrong, and the code that goes with it. */
function refuses(args, code, part, more) {
    const r = run(args, more);
    expect(r.code === code, `${args.join(' ')}: exit ${r.code}, expected ${code}: ${r.err}`);
    expect(r.err.trim().split('\n').length === 1, `${args.join(' ')}: more than one line: ${r.err}`);
    expect(r.err.includes(part), `${args.join(' ')}: lacks "${part}": ${r.err}`);
    expect(r.out === '', `${args.join(' ')}: prints ${r.out}`);
}
async function spec(says, body) {
    const folder = mkdtempSync(join(tmpdir(), 'hindsight-cli-'));
    try {
        const skip = await body(folder);
        if (skip) { skipped++; console.log(`skip ${says}: ${skip}`); return; }
        passed++;
        console.log(`ok   ${says}`);
    } catch (e) {
        failed++;
        console.log(`FAIL ${says}\n    ${e.message}`);
    } finally {
        rmSync(folder, { recursive: true, force: true });
    }
}

await spec('help and version are there for every command, with exit code 0', () => {
    const commands = ['serve', 'user add', 'user list', 'user role', 'user disable', 'user enable', 'user password', 'token create', 'integration add', 'migrate', 'doctor', 'doctor documents', 'verify', 'demo', 'api'];
    expect(/^hindsight \d+\.\d+\.\d+\n$/.test(run(['--version']).out), 'version');
    for (const c of commands) {
        const help = run([...c.split(' '), '--help']);
        expect(help.code === EXIT.ok && help.out.includes(`hindsight ${c}`), `${c} --help: ${help.out}${help.err}`);
        expect(run([...c.split(' '), '--version']).code === EXIT.ok, `${c} --version`);
        expect(run(['--help']).out.includes(`hindsight ${c}`), `--help lacks ${c}`);
        expect(run(['help', ...c.split(' ')]).out === help.out, `help ${c} differs`);
    }
});

await spec('what cannot be understood is named', (folder) => {
    refuses([], EXIT.usage, 'say what to do');
    refuses(['sevre'], EXIT.usage, '"sevre"');
    refuses(['serve', '--lissten', 'x'], EXIT.usage, '--lissten (did you mean --listen?)');
    refuses(['serve', '--data', folder, '--workers', 'many'], EXIT.usage, '--workers');
    refuses(['migrate', '--data', folder], EXIT.usage, 'HINDSIGHT_PORT', { env: { HINDSIGHT_PORT: '1' } });
    refuses(['integration', 'add', 'carrier_pigeon', '--name', 'x', '--data', folder], EXIT.usage, 'the kinds are alertmanager, ');
    writeFileSync(join(folder, 'hindsight.conf'), '# ours\nlisen = 127.0.0.1:1\n');
    refuses(['migrate', '--data', folder], EXIT.usage, 'hindsight.conf:2: there is no key "lisen" (did you mean listen?)');
});

await spec('only the token, or the address, is printed; a person is added with the password from standard input', (folder) => {
    const data = ['--data', join(folder, 'd')];
    const added = run(['user', 'add', '--email', 'Ada@example.com', '--name', 'Ada', '--role', 'admin', '--password-stdin', ...data], { input: 'correct horse battery\n' });
    expect(added.code === EXIT.ok && added.out === '', added.err);
    expect(/^hs_[\w-]{43}\n$/.test(run(['token', 'create', '--user', 'ada@example.com', '--scope', 'read,write', ...data]).out), 'token');
    const url = run(['integration', 'add', 'alertmanager', '--name', 'prometheus', '--public-url', 'https://h.example.com/', ...data]).out;
    expect(/^https:\/\/h\.example\.com\/in\/alertmanager\/\S+\n$/.test(url), `address: ${url}`);
    expect(run(['user', 'list', ...data]).out === 'ada@example.com\tadmin\tenabled\tAda\n', 'list');
    expect(statSync(join(folder, 'd')).mode % 0o1000 === 0o700, 'the folder can be read by others');
    expect(statSync(join(folder, 'd', 'secret.key')).mode % 0o1000 === 0o600, 'the key can be read by others');
    refuses(['user', 'add', '--email', 'ada@example.com', '--name', 'Other', ...data], EXIT.failed, 'ada@example.com already');
    refuses(['user', 'add', '--email', 'b@example.com', '--name', 'B', '--password-stdin', ...data], EXIT.failed, 'at least 8 characters', { input: 'short\n' });
    refuses(['user', 'disable', '--email', 'ada@example.com', ...data], EXIT.failed, 'only administrator');
    refuses(['token', 'create', '--user', 'ghost@example.com', '--scope', 'read', ...data], EXIT.failed, 'ghost@example.com');
    refuses(['token', 'create', '--user', 'ada@example.com', '--scope', 'everything', ...data], EXIT.failed, 'everything');
});

await spec('a busy port is one line and code 3', async (folder) => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    try {
        mkdirSync(join(folder, 'd'));
        refuses(['serve', '--data', join(folder, 'd'), '--listen', `127.0.0.1:${other.address().port}`], EXIT.port, `port ${other.address().port} is in use`);
        refuses(['serve', '--data', join(folder, 'd'), '--listen', '203.0.113.9:80'], EXIT.port, '203.0.113.9');
    } finally { other.close(); }
});

await spec('a data folder that is missing, no folder, or not ours is one line and code 4', (folder) => {
    refuses(['serve', '--data', join(folder, 'no', 'such')], EXIT.folder, 'mkdir -p');
    writeFileSync(join(folder, 'file'), '');
    refuses(['serve', '--data', join(folder, 'file')], EXIT.folder, 'is not a folder');
    if (process.getuid() === 0) return;
    mkdirSync(join(folder, 'locked'));
    chmodSync(join(folder, 'locked'), 0o500);
    refuses(['serve', '--data', join(folder, 'locked')], EXIT.folder, 'must not be written');
});

await spec('two servers never share a data folder', async () => {
    const system = makeSystem();
    const first = await serve(system);
    try {
        refuses(['serve', ...system.where, '--listen', '127.0.0.1:0'], EXIT.folder, 'another server is running');
    } finally {
        await first.stop();
        system.remove();
    }
});

await spec('a wrong database URL is one line and code 5, and shows no password', (folder) => {
    const data = ['--data', folder];
    refuses(['serve', '--database', 'mysql://a:secret@b/c', ...data], EXIT.database, 'mysql://a@b/c');
    refuses(['serve', '--database', 'postgres://ann:secret@127.0.0.1:1/none', ...data], EXIT.database, 'cannot open the PostgreSQL database "none" on 127.0.0.1');
    expect(!run(['serve', '--database', 'postgres://ann:secret@127.0.0.1:1/none', ...data]).err.includes('secret'), 'the password is shown');
    writeFileSync(join(folder, 'text'), 'this is not a database, whatever its name says\n'.repeat(100));
    refuses(['migrate', '--database', join(folder, 'text'), ...data], EXIT.database, 'is not a SQLite database');
});

await spec('a database of a newer version is one line and code 6, and is left as it was', () => {
    if (!databases.includes('postgres')) return 'needs PostgreSQL';
    const system = makeSystem('postgres');
    try {
        system.cli(['migrate']);
        const url = system.where[system.where.indexOf('--database') + 1];
        execFileSync('psql', ['-q', url, '-c', "INSERT INTO schema_step (room, step, applied_ms) VALUES ('account', 999, 0)"]);
        refuses(['serve', ...system.where, '--listen', '127.0.0.1:0'], EXIT.newer, 'newer version');
        expect(run(['doctor', ...system.where]).out.includes('newer version'), 'doctor does not see it');
    } finally { system.remove(); }
});

await spec('a full disk is one line and code 7', (folder) => {
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder], { stdio: 'ignore' }).status === 0;
    if (!mounted) return 'a small disk cannot be mounted here';
    try {
        refuses(['serve', '--data', folder, '--listen', '127.0.0.1:0'], EXIT.full, 'is full');
    } finally { spawnSync('umount', [folder]); }
});

await spec('SIGTERM ends it with code 0 after what it is answering, and says where it was', async () => {
    for (const signal of ['SIGTERM', 'SIGINT']) {
        const system = makeSystem();
        const server = await serve(system);
        expect((await fetch(`${server.url}/readyz`)).status === 200, 'not ready');
        const code = await server.stop(signal);
        expect(code === EXIT.ok, `${signal}: exit ${code}: ${server.log()}`);
        system.remove();
    }
});

await spec('one name everywhere: the file, the environment and the flag, in rising order', async (folder) => {
    const [inFile, inEnv, inFlag] = [await freePort(), await freePort(), await freePort()];
    writeFileSync(join(folder, 'hindsight.conf'), `listen = 127.0.0.1:${inFile}\n`);
    const answersAt = async (port, args, env) => {
        const child = spawn(binary, ['serve', '--data', folder, ...args], { env: { ...cleanEnv(), ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
        const ended = new Promise((resolve) => child.once('exit', resolve));
        const said = await Promise.race([new Promise((resolve) => child.stdout.once('data', (d) => resolve(String(d)))), ended.then((code) => `ended with ${code}`)]);
        child.kill('SIGTERM');
        await ended;
        expect(said.includes(`http://127.0.0.1:${port}`), `expected port ${port}: ${said}`);
    };
    await answersAt(inFile, [], {});
    await answersAt(inEnv, [], { HINDSIGHT_LISTEN: `127.0.0.1:${inEnv}` });
    await answersAt(inFlag, ['--listen', `127.0.0.1:${inFlag}`], { HINDSIGHT_LISTEN: `127.0.0.1:${inEnv}` });
});

await spec('doctor says that all is well, or what is wrong and how to mend it', async (folder) => {
    const data = join(folder, 'd');
    const port = await freePort();
    const doctor = (...more) => run(['doctor', '--data', data, '--listen', `127.0.0.1:${port}`, ...more]);
    const missing = doctor();
    expect(missing.code === EXIT.failed && missing.out.includes('mkdir -p'), `missing folder: ${missing.out}`);
    expect(!existsSync(data), 'doctor made the folder');
    run(['user', 'add', '--data', data, '--email', 'a@example.com', '--name', 'A', '--role', 'admin']);
    const well = doctor();
    expect(well.code === EXIT.ok && well.out.includes('All is well'), `well: ${well.out}${well.err}`);
    chmodSync(join(data, 'secret.key'), 0o644);
    expect(doctor().out.includes('chmod 600'), 'a key that others can read is no warning');
    writeFileSync(join(data, 'secret.key'), 'short');
    expect(doctor().code === EXIT.failed && /key .*backup/.test(doctor().out), 'a damaged key is not found');
    writeFileSync(join(data, 'hindsight.db'), 'rubbish'.repeat(2000));
    expect(doctor().code === EXIT.failed && doctor().out.includes('is not a SQLite database'), 'a damaged database is not found');
});

for (const database of databases)
    await spec(`sample data is loaded once, however often it is asked for (${database})`, () => {
        const system = makeSystem(database);
        try {
            system.cli(['demo']);
            const people = system.cli(['user', 'list']).split('\n').length;
            expect(people > 5, `${people} people`);
            system.cli(['demo']);
            expect(system.cli(['user', 'list']).split('\n').length === people, 'people were doubled');
        } finally { system.remove(); }
    });

await spec('verify proves every timeline, and names the one that was changed behind the back of the program', () => {
    const system = makeSystem('sqlite');
    try {
        system.cli(['demo']);
        const verify = () => run(['verify', '--data', system.data]);
        const whole = verify();
        expect(whole.code === EXIT.ok && /ok +timelines +\d+ incidents, \d{3,} entries: every chain is whole/.test(whole.out), `whole: ${whole.out}${whole.err}`);
        execFileSync('sqlite3', [`${system.data}/hindsight.db`, "UPDATE timeline_entry SET content = content || ' ' WHERE seq = 2 AND incident_id = (SELECT id FROM incident WHERE number = 2)"]);
        const changed = verify();
        expect(changed.code === EXIT.failed && /WRONG timeline +INC-2: entry 2 .*\n\n1 of \d+ timelines was changed/.test(changed.out), `changed: ${changed.out}${changed.err}`);
    } finally { system.remove(); }
});

await spec('the API is printed as a document and as types', () => {
    const page = JSON.parse(run(['api', '--openapi']).out);
    expect(page.openapi.startsWith('3.1') && Object.keys(page.paths).length > 10, 'openapi');
    expect(run(['api', '--typescript']).out.includes('interface User'), 'typescript');
    refuses(['api'], EXIT.usage, '--openapi');
});

console.log(`cli: ${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(failed ? 1 : 0);
