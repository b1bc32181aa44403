// The yardstick: the page of example.ts, and y-websocket's server from npm as its documentation starts it.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { freePort, root } from '../../tests/lib/server.mjs';

const relay = join(root, 'bench/room/node_modules/@y/websocket-server/src/server.js');
const STYLE = 'body{margin:0 auto;width:680px;font:16px/26px sans-serif}img{max-width:100%}table{border-collapse:collapse;width:100%}td{border:1px solid #ccc}';

/** Starts it. `pictures` are the bytes of /0.png, /1.png, … */
export async function startExample(pictures) {
    if (!existsSync(relay)) throw new Error('bench/room has no packages: cd bench/room && npm ci');
    const out = mkdtempSync(join(tmpdir(), 'bench-editor-'));
    await build({ absWorkingDir: root, entryPoints: ['bench/editor/example.ts'], bundle: true, minify: true, format: 'esm', outfile: join(out, 'example.js'), define: { 'process.env.NODE_ENV': '"production"' }, logLevel: 'warning' });
    const script = readFileSync(join(out, 'example.js'));
    rmSync(out, { recursive: true, force: true });
    const port = await freePort();
    const child = spawn('node', [relay], { cwd: join(root, 'bench/room'), env: { ...process.env, PORT: String(port), HOST: '127.0.0.1' }, stdio: ['ignore', 'pipe', 'ignore'] });
    await new Promise((ok, fail) => { child.stdout.once('data', ok); child.once('exit', () => fail(new Error('y-websocket does not start'))); });
    const page = `<!doctype html><meta charset="utf-8"><style>${STYLE}</style><div id="editor" data-room="ws://127.0.0.1:${port}"></div><script type="module" src="/example.js"></script>`;
    const http = createServer((req, res) => {
        const picture = pictures[Number(/^\/(\d+)\.png$/.exec(req.url)?.[1])];
        const say = (type, body) => { res.setHeader('Content-Type', type); res.setHeader('Cache-Control', 'max-age=3600'); res.end(body); };
        if (picture) say('image/png', picture);
        else if (req.url === '/example.js') say('text/javascript', script);
        else say('text/html', page);
    });
    await new Promise((ok) => http.listen(0, '127.0.0.1', ok));
    return {
        url: `http://127.0.0.1:${http.address().port}/`,
        room: () => `ws://127.0.0.1:${port}/bench`,
        pictures: pictures.map((_, i) => `/${i}.png`),
        stop: () => { http.closeAllConnections?.(); http.close(); child.kill('SIGKILL'); },
    };
}
