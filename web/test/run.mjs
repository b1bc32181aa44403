// Bundles the tests (TypeScript) and runs node's test runner over them: `npm test`. Ends with node's summary.
import { build } from 'esbuild';
import { readdir, rm } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, '../..');
const out = path.join(root, 'build/web-test');
const tests = (await readdir(here)).filter((n) => n.endsWith('.test.ts')).map((n) => path.join(here, n));
await rm(out, { recursive: true, force: true });
await build({ entryPoints: tests, outdir: out, outExtension: { '.js': '.mjs' }, bundle: true, platform: 'node', format: 'esm', target: 'node18',
    jsx: 'automatic', jsxImportSource: 'preact', packages: 'external', absWorkingDir: root, logLevel: 'warning' });
const files = (await readdir(out)).filter((n) => n.endsWith('.mjs')).map((n) => path.join(out, n));
spawn(process.execPath, ['--test', ...files], { stdio: 'inherit' }).on('exit', (code) => { process.exitCode = code ?? 1; });
