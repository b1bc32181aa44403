// Runs the conversations tests/http/*.http against a real server, on every database: node tests/http/run.mjs [WORD…]
// Only files whose name contains one of the words run when words are given.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { addPeople, databases, makeSystem, password, root, serve, setCookies } from '../lib/server.mjs';
import { difference, fill, parse } from './parse.mjs';

const folder = join(root, 'tests/http');
const words = process.argv.slice(2);
const files = readdirSync(folder).filter((f) => f.endsWith('.http') && (!words.length || words.some((w) => f.includes(w)))).sort();

function authorize(step, headers, tokens, jar) {
    if (step.as === 'nobody') return;
    if (step.as === 'browser') { if (jar.cookie) headers.Cookie ??= jar.cookie; return; }
    if (!tokens[step.as] && !step.as.startsWith('{{')) throw new Error(`@as ${step.as}: nobody, browser, {{token}} or one of ${Object.keys(tokens).join(', ')}`);
    headers.Authorization ??= `Bearer ${tokens[step.as] ?? step.as}`;
}

function remember(jar, answer) {
    for (const line of setCookies(answer)) {
        const [pair] = line.split(';');
        jar.cookie = /Max-Age=0\b/.test(line) ? '' : pair;
    }
}

async function run(step, url, tokens, jar, values) {
    const headers = {};
    for (const [name, value] of Object.entries(step.headers)) headers[name] = fill(value, values);
    if (step.body && !Object.keys(headers).some((h) => h.toLowerCase() === 'content-type')) headers['Content-Type'] = 'application/json';
    authorize({ ...step, as: fill(step.as, values) }, headers, step.as.startsWith('{{') ? { [fill(step.as, values)]: fill(step.as, values) } : tokens, jar);
    const answer = await fetch(url + encodeURI(fill(step.path, values)).replace(/%25/g, '%'), { method: step.method, headers, body: step.body ? fill(step.body, values) : undefined, redirect: 'manual' });
    const text = await answer.text();
    remember(jar, answer);
    if (answer.status !== step.status) return `answered ${answer.status}, expected ${step.status}: ${text.slice(0, 600)}`;
    for (const [name, want] of Object.entries(step.expectHeaders)) {
        const d = difference(want.startsWith('<') || want.startsWith('~') || want === '*' ? want : fill(want, values), answer.headers.get(name), values, name);
        if (d) return d;
    }
    if (!step.expect) return null;
    if (!/[/+]json/.test(answer.headers.get('content-type') ?? '')) return text.includes(fill(step.expect, values)) ? null : `lacks ${step.expect}: ${text.slice(0, 600)}`;
    return difference(JSON.parse(fill(step.expect, values)), JSON.parse(text), values);
}

async function converse(file, database) {
    const { directives, steps } = parse(readFileSync(join(folder, file), 'utf8'), file);
    const system = makeSystem(database);
    const failures = [];
    let server;
    try {
        const tokens = directives.empty ? {} : addPeople(system);
        server = await serve(system);
        const jar = { cookie: '' }, values = { password, url: server.url };
        for (const step of steps) {
            const wrong = await run(step, server.url, tokens, jar, values).catch((e) => e.message);
            if (!wrong) continue;
            failures.push(`${file}:${step.line}: ${step.title}\n    ${step.method} ${step.path}: ${wrong}`);
            break;                                   // what follows leans on it
        }
        const code = await server.stop();
        if (code !== 0) failures.push(`${file}: the server ended with ${code}: ${server.log()}`);
    } catch (e) {
        failures.push(`${file}: ${e.message}`);
        await server?.stop('SIGKILL');
    } finally {
        system.remove();
    }
    return failures;
}

let passed = 0, failed = 0;
for (const database of databases) {
    const queue = [...files];
    const work = async () => {
        for (let file; (file = queue.shift());) {
            const failures = await converse(file, database);
            if (failures.length) failed++; else passed++;
            console.log(`${failures.length ? 'FAIL' : 'ok  '} ${basename(file, '.http')} (${database})`);
            for (const f of failures) console.log(`  ${f}`);
        }
    };
    await Promise.all([work(), work()]);
}
console.log(`http: ${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
