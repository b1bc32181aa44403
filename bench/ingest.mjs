// How many alerts a second become durable, on SQLite and PostgreSQL, with payloads of 1 and 20 alerts, and how that compares with what the
// database does alone in the same run, turn by turn:
//     keyed   the same rows inserted with prepared statements into the same tables with the same keys and indexes, as many payloads to a
//             commit as there are connections: what the product cannot do without, so this ratio is the one with an aim (60 %)
//     bare    the same into tables without an index: what the disk takes
// The load, the server and the database share the machine. Nothing here passes or fails.
//     make bench-ingest          SECONDS=3 CONNECTIONS=64 node bench/ingest.mjs
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { addPeople, cleanEnv, databases, makeSystem, root, serve } from '../tests/lib/server.mjs';

const seconds = process.env.SECONDS ?? '3', connections = process.env.CONNECTIONS ?? '64';
const tool = (...args) => JSON.parse(execFileSync(join(root, 'build/ingest_load'), args.map(String), { encoding: 'utf8', env: cleanEnv(), stdio: ['ignore', 'pipe', 'inherit'] }));

console.log('Alerts/s that are durable. keyed: the same rows by prepared INSERTs into the same tables and indexes, in the same group commits, without HTTP, JSON, routing\n'
    + 'and looking for repeats; bare: into tables without an index.');
console.log('database  alerts/payload   Hindsight       keyed   ratio        bare   ratio');
for (const database of databases) {
    for (const alerts of [1, 20]) {
        const system = makeSystem(database);
        try {
            const tokens = addPeople(system), server = await serve(system);
            const made = await fetch(`${server.url}/api/v1/integrations`, { method: 'POST', body: JSON.stringify({ kind: 'alertmanager', name: 'Load' }),
                headers: { Authorization: `Bearer ${tokens.admin}`, 'Content-Type': 'application/json' } });
            const path = new URL((await made.json()).url).pathname;
            const where = (name) => (database === 'postgres' ? system.where[3] : join(system.data, `${name}.db`));
            tool('load', '127.0.0.1', server.port, path, connections, alerts, 1);                        // warm
            const load = tool('load', '127.0.0.1', server.port, path, connections, alerts, seconds);
            await server.stop();
            const bare = tool('bare', where('bare'), connections, alerts, seconds), keyed = tool('keyed', where('keyed'), connections, alerts, seconds);
            const cell = (x) => String(Math.round(x)).padStart(9), part = (x) => `${Math.round(100 * load.alerts_per_second / x)} %`.padStart(6);
            console.log(`${database.padEnd(10)}${String(alerts).padStart(8)}      ${cell(load.alerts_per_second)}   ${cell(keyed.alerts_per_second)}  ${part(keyed.alerts_per_second)}   `
                + `${cell(bare.alerts_per_second)}  ${part(bare.alerts_per_second)}${load.refused ? `   ${load.refused} refused` : ''}`);
        } finally {
            system.remove();
        }
    }
}
