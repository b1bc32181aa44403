// Reports in and out, against readers and documents that are not ours: poppler and LibreOffice open what goes out, when they are installed;
// real reports of other teams come in, when the samples are beside the project.
//     node tests/exchange.mjs
import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addPeople, makeSystem, root, serve } from './lib/server.mjs';
import { Tally, expect } from './lib/tally.mjs';

const tally = new Tally('exchange'), { spec } = tally;
const has = (tool) => spawnSync('which', [tool]).status === 0;

const system = makeSystem();
const tokens = addPeople(system);
const server = await serve(system);
const auth = { Authorization: `Bearer ${tokens.manager}` };
const call = async (path, body) => (await fetch(`${server.url}/api/v1${path}`, { method: 'POST', headers: { ...auth, 'Content-Type': 'application/json' }, body: JSON.stringify(body ?? {}) })).text().then((s) => s && JSON.parse(s));
/** One person may import thirty times a minute: another one looks at previews. */
const importer = (query) => (query.includes('preview') ? { ...auth, Authorization: `Bearer ${tokens.admin}` } : auth);
const read = async (name, bytes, query = '&preview=true') => (await fetch(`${server.url}/api/v1/report-imports?name=${encodeURIComponent(name)}${query}`, { method: 'POST', headers: importer(query), body: bytes })).json();
const out = async (report, format) => Buffer.from(await (await fetch(`${server.url}/api/v1/reports/${report}/export?format=${format}`, { headers: auth })).arrayBuffer());
const office = (args) => new Promise((done) => { execFile('soffice', args, { timeout: 120_000 }, done); });
const folder = mkdtempSync(join(tmpdir(), 'hindsight-exchange-'));
const file = (name, bytes) => { const path = join(folder, name); writeFileSync(path, bytes); return path; };
const samples = join(root, '../shared/samples/reports/mybinder/incident-reports');

const row = (i) => `| 14:${String(i % 60).padStart(2, '0')} | Event ${i} 事件 with [a link](https://example.com/${i}) |\n`;
const long = Array.from({ length: 40 }, (_, k) => `## Section ${k} 第 ${k} 节\n\n${'The pool was **exhausted** and nobody saw it. 连接池耗尽，没有人看到。 '.repeat(20)}\n\n1. one\n2. two\n   - inner\n\n`
    + `- [x] done\n- [ ] open\n\n> [!WARNING]\n> Mind the pool.\n\n\`\`\`sql\nSELECT ${k};\n\`\`\`\n\n| Time | Event |\n| --- | --- |\n${Array.from({ length: 12 }, (_x, i) => row(i)).join('')}\n`).join('');
const made = await read('long.md', `# The long one 长报告\n\n${long}`, '');

await spec('a PDF is tagged, has an outline, page numbers, links and Chinese text that can be searched', async () => {
    const pdf = await out(made.report.reference, 'pdf');
    expect(pdf.subarray(0, 5).toString() === '%PDF-', 'no PDF');
    if (!has('pdfinfo') || !has('pdftotext')) return 'skip';
    const path = file('long.pdf', pdf);
    const info = spawnSync('pdfinfo', [path]).stdout.toString(), tags = spawnSync('pdfinfo', ['-struct', path]).stdout.toString();
    const text = spawnSync('pdftotext', ['-layout', path, '-']).stdout.toString();
    const pages = Number(/Pages:\s+(\d+)/.exec(info)?.[1]);
    expect(/Tagged:\s+yes/.test(info) && pages >= 20, info);
    for (const tag of ['H1', 'H2', 'TOC', 'Table', 'TR', 'TH', 'TD', 'L', 'LI', 'Link', 'Code']) expect(new RegExp(`^\\s+${tag}\\b`, 'm').test(tags), `no ${tag} among the tags`);
    expect(text.includes('连接池耗尽，没有人看到') && text.includes('第 39 节'), 'no Chinese text');
    expect(text.includes(`1 / ${pages}`) && text.includes(`${pages} / ${pages}`), 'no page numbers');
    const listed = /Section 39 第 39 节\s+(\d+)/.exec(text), page = text.split('\f').findIndex((p, i) => i > 1 && /^\s*Section 39 第 39 节\s*$/m.test(p)) + 1;
    expect(Number(listed?.[1]) === page, `the contents say page ${listed?.[1]}, it stands on ${page}`);
});

await spec('a Word document opens in LibreOffice with all of its text, and what LibreOffice saves comes back in', async () => {
    const docx = await out(made.report.reference, 'docx');
    expect(docx.subarray(0, 2).toString() === 'PK', 'no zip');
    if (!has('soffice')) return 'skip';
    const path = file('long.docx', docx), profile = `-env:UserInstallation=file://${folder}/profile`;
    await office([profile, '--headless', '--convert-to', 'odt', '--outdir', folder, path]);            /* not spawnSync: connections to the server end meanwhile, which must be noticed */
    await office([profile, '--headless', '--convert-to', 'docx:Office Open XML Text', '--outdir', join(folder, 'again'), join(folder, 'long.odt')]);
    const again = await read('again.docx', readFileSync(join(folder, 'again/long.docx')));
    expect(again.title === 'The long one 长报告', again.title);
    expect(again.headings === 40 && again.tables === 41, JSON.stringify([again.headings, again.tables]));
    expect(again.html.includes('连接池耗尽') && again.html.includes('<strong>exhausted</strong>') && again.html.includes('href="https://example.com/7"'), 'text is missing');
});

await spec('real reports of another team come in with every heading, their tables, lists and days', async () => {
    if (!existsSync(samples)) return 'skip';
    for (const name of readdirSync(samples).filter((n) => /^\d{4}-.*\.md$/.test(n))) {
        const text = readFileSync(join(samples, name), 'utf8'), r = await read(name, text);
        const plain = text.replace(/^```[\s\S]*?^```/gm, '');
        const headings = (plain.match(/^#{1,6} \S/gm) ?? []).length;
        expect(r.started_at?.startsWith('20'), `${name}: no day`);
        expect(r.headings + 1 === headings, `${name}: ${r.headings} of ${headings} headings`);
        expect((r.tables > 0) === /^\|.*\|\s*\n\|[-: |]+\|/m.test(plain), `${name}: tables`);
        expect((r.lists > 0) === /^\s*([-*]|\d+\.) /m.test(plain), `${name}: lists`);
    }
});

await spec('a real report with pictures becomes a report whose pictures are stored, about an incident filled in afterwards', async () => {
    if (!existsSync(samples) || !has('zip')) return 'skip';
    spawnSync('zip', ['-q', join(folder, 'in.zip'), '2022-01-27-prime-version.md', 'img/2022-01-27-pods.png', 'img/2022-01-27-log-fields.png'], { cwd: samples });
    const r = await read('in.zip', readFileSync(join(folder, 'in.zip')), '&started_at=2022-01-27T00:00:00Z');
    expect(r.report && r.incident && r.warnings.length === 0, JSON.stringify(r));
    const incident = await (await fetch(`${server.url}/api/v1/incidents/${r.incident.reference}`, { headers: auth })).json();
    expect(incident.kind === 'retrospective' && incident.reports[0].reference === r.report.reference, JSON.stringify(incident));
    const files = await (await fetch(`${server.url}/api/v1/reports/${r.report.reference}/files`, { headers: auth })).json();
    expect(files.items.length === 2, JSON.stringify(files));
    const html = (await out(r.report.reference, 'html')).toString();
    expect((html.match(/src="data:image\/png;base64,/g) ?? []).length === 2, 'the pictures are not in the page');
});

await spec('an archive that would unpack to gigabytes is refused', async () => {
    if (!has('zip')) return 'skip';
    writeFileSync(join(folder, 'bomb.html'), Buffer.alloc(250 << 20, 'a'));
    spawnSync('zip', ['-q', '-9', join(folder, 'bomb.zip'), 'bomb.html'], { cwd: folder });
    rmSync(join(folder, 'bomb.html'));
    const r = await read('bomb.zip', readFileSync(join(folder, 'bomb.zip')));
    expect(r.status === 413, JSON.stringify(r));
});

await spec('a PDF says what its pictures show, in any language, and readers still open it', async () => {
    const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAIAAAB7QOjdAAAADUlEQVR4nGP4zwAE/wEHAAH/4iOeWQAAAABJRU5ErkJggg==';
    const { report } = await read('alt.md', `# Alt\n\n## One\n\n![The (pool) "full"](data:image/png;base64,${pixel})\n\nText.\n\n![连接池](data:image/png;base64,${pixel})\n`, '');
    const pdf = await out(report.reference, 'pdf'), text = pdf.toString('latin1');
    const hex = (s) => `<FEFF${[...s].map((c) => c.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')).join('')}>`;
    expect(text.includes(`/Alt ${hex('The (pool) "full"')}`) && text.includes(`/Alt ${hex('连接池')}`), 'no alternative text');
    for (const [, object, at] of text.slice(text.lastIndexOf('xref\n', text.lastIndexOf('trailer'))).matchAll(/(\d+) 1\n(\d{10}) 00000 n/g)) expect(text.startsWith(`${object} 0 obj`, Number(at)), `object ${object} is not at ${at}`);
    if (!has('pdfinfo')) return 'skip';
    const info = spawnSync('pdfinfo', [file('alt.pdf', pdf)]);
    expect(/Tagged:\s+yes/.test(info.stdout) && !String(info.stderr), info.stderr.toString());
});

await spec('pictures of other sites are fetched by the server when a document is imported, only where it may look, or linked with the reason', async () => {
    const bytes = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAIAAAB7QOjdAAAADUlEQVR4nGP4zwAE/wEHAAH/4iOeWQAAAABJRU5ErkJggg==', 'base64');
    let asked = 0;
    const site = createServer((q, r) => { asked++; r.writeHead(q.url === '/gone.png' ? 404 : 200, { 'Content-Type': 'image/png' }); r.end(bytes); });
    await new Promise((resolve) => site.listen(0, '127.0.0.1', resolve));
    const at = `http://127.0.0.1:${site.address().port}`, text = `# Away\n\n## One\n\n![pool](${at}/pool.png)\n\n![gone](${at}/gone.png)\n`;
    const shown = await read('away.md', text);
    expect(asked === 0 && shown.pictures_elsewhere === 2 && shown.warnings.length === 0, JSON.stringify(shown));
    const refused = await read('away.md', text, '');
    expect(asked === 0 && refused.warnings.length === 2 && /not on the public internet/.test(refused.warnings[0]), JSON.stringify(refused.warnings));
    const words = (r) => fetch(`${server.url}/api/v1/reports/${r.report.reference}/content?format=markdown`, { headers: auth }).then((a) => a.text());
    expect((await words(refused)).includes(`[pool](${at}/pool.png)`), await words(refused));
    await fetch(`${server.url}/api/v1/settings/files.fetch_allow`, { method: 'PUT', headers: { Authorization: `Bearer ${tokens.admin}`, 'Content-Type': 'application/json' }, body: '{"value":"127.0.0.1/32"}' });
    const taken = await read('away.md', text, '');
    site.close();
    expect(asked === 2 && taken.warnings.length === 1 && /answers 404/.test(taken.warnings[0]), JSON.stringify(taken.warnings));
    expect(/!\[pool\]\(\/files\//.test(await words(taken)) && (await words(taken)).includes(`[gone](${at}/gone.png)`), await words(taken));
});

await spec('exports obey the same rights as the report', async () => {
    const hidden = await call('/incidents', { title: 'Hidden', visibility: 'private' });
    const report = await call('/reports', { incident_ids: [hidden.id], template_id: 'brief-en' });
    for (const format of ['pdf', 'docx', 'markdown', 'html']) {
        const answer = await fetch(`${server.url}/api/v1/reports/${report.reference}/export?format=${format}`, { headers: { Authorization: `Bearer ${tokens.responder}` } });
        expect(answer.status === 404, `${format}: ${answer.status}`);
    }
});

const PIXEL = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAIAAAB7QOjdAAAADUlEQVR4nGP4zwAE/wEHAAH/4iOeWQAAAABJRU5ErkJggg==', 'base64');
await spec('a share link hides names unless it may show them, is never indexed, and with a password opens nothing without it, on any path', async () => {
    const service = await call('/services', { name: 'ledger-db', tier: 1 });
    const incident = await call('/incidents', { title: 'Shared', service_ids: [service.id] });
    const text = `# Shared\n\n## Summary\n\nManager looked at ledger-db. [Open](/incidents/${incident.id})\n\n![pool](data:image/png;base64,${PIXEL.toString('base64')})\n`;
    const { report } = await read('s.md', text, `&incident=${incident.reference}`);
    const make = (body) => call(`/reports/${report.id}/share`, body);
    const open = async (link, headers = {}) => { const a = await fetch(link.url, { headers, redirect: 'manual' }); return { status: a.status, robots: a.headers.get('x-robots-tag'), text: await a.text() }; };
    const hidden = await open(await make({}));
    expect(hidden.status === 200 && hidden.robots.includes('noindex') && hidden.text.includes('name="robots" content="noindex"'), 'indexed');
    expect(hidden.text.includes('a colleague looked at a service.') && !hidden.text.includes('Manager') && !hidden.text.includes('ledger-db') && !hidden.text.includes(incident.id), 'a name is shown');
    const shown = await open(await make({ allow: ['people', 'services'] }));
    expect(shown.text.includes('Manager looked at ledger-db.'), 'names are hidden');
    expect((await make({ allow: ['teams'] })).status === 422, 'an unknown name');
    expect((await make({ password: 'short' })).status === 422, 'a short password');
    const locked = await make({ allow: ['people', 'services'], password: 'ivory harbour 9!' });
    expect(locked.has_password && !('password' in locked), JSON.stringify(locked));
    const asked = await open(locked);
    expect(asked.status === 401 && asked.text.includes('type="password"') && !asked.text.includes('looked at'), 'the page is open');
    const picture = /src="([^"]+)"/.exec(shown.text)[1].replace(/share\/[^/]+/, `share/${locked.url.split('/').pop()}`);
    expect((await fetch(server.url + picture)).status === 404, 'the picture is open');
    expect((await fetch(`${server.url}/ws/reports/${report.id}?share=${locked.url.split('/').pop()}`)).status === 401, 'the room is open');
    const send = (password) => fetch(locked.url, { method: 'POST', body: new URLSearchParams({ password }), redirect: 'manual' });
    expect((await send('ivory harbour 8!')).status === 403, 'another password opens it');
    const opened = await send('ivory harbour 9!'), cookie = opened.headers.getSetCookie()[0].split(';')[0];
    expect(opened.status === 303, `${opened.status}`);
    expect((await open(locked, { cookie })).text.includes('Manager looked at ledger-db.'), 'it stays closed');
    expect((await fetch(server.url + picture, { headers: { cookie } })).status === 200, 'the picture stays closed');
    const last = await make({});
    expect((await open(locked, { cookie })).status === 404, 'the older link still opens it');
    expect((await fetch(`${server.url}/ws/reports/${report.id}?share=${last.url.split('/').pop()}`)).status === 401, 'the room shows what the page hides');
});

await spec('who guesses at the password of a link is slowed down', async () => {
    const { report } = await read('g.md', '# Guessed at\n\n## Summary\n\nText.\n', '');
    const { url } = await call(`/reports/${report.id}/share`, { password: 'ivory harbour 9!' });
    const guess = async (password) => (await fetch(url, { method: 'POST', body: new URLSearchParams({ password }), redirect: 'manual' })).status;
    const answers = await Promise.all(Array.from({ length: 60 }, (_, i) => guess(`guess ${i}`)));
    expect(answers.every((s) => s === 403 || s === 429) && answers.filter((s) => s === 403).length < 40, answers.join(' '));
});

await spec('the public version shows what was written in it and nothing of the report, at an address of its own', async () => {
    const { report } = await read('p.md', '# Internal title\n\n## Root cause\n\nManager broke it.\n', '');
    const change = async (body) => (await fetch(`${server.url}/api/v1/reports/${report.id}/public-version`, { method: 'PATCH', headers: { ...auth, 'Content-Type': 'application/json', 'If-Match': '*' }, body: JSON.stringify(body) })).json();
    await change({ title: 'Slow <checkout>', summary: 'Some of you waited. [Inside](/incidents/INC-1)', happened: 'A pool was **too small**.', doing: 'We made it larger.' });
    const { url } = await call(`/reports/${report.id}/public-version/publish`);
    const text = async () => (await fetch(url)).text();
    const seen = await text();
    for (const part of ['<h1>Slow &lt;checkout&gt;</h1>', 'Some of you waited. Inside', '<h2>What happened</h2>', '<strong>too small</strong>', '<h2>What we are doing</h2>']) expect(seen.includes(part), `no ${part} in ${seen}`);
    for (const part of ['Internal title', 'Manager', 'Root cause', 'PM-', 'INC-1"', '/incidents']) expect(!seen.includes(part), `${part} is shown`);
    await change({ summary: 'Being rewritten.' });
    expect(!(await text()).includes('Being rewritten'), 'a draft is shown');
    for (const part of ['<meta name="description" content="Some of you waited. Inside', '<meta property="og:title" content="Slow &lt;checkout&gt;">', `<meta property="og:url" content="${url}">`, '<meta property="og:type" content="article">', 'og:site_name']) expect(seen.includes(part), `no ${part} in ${seen}`);
    await call(`/reports/${report.id}/public-version/withdraw`);
    expect((await fetch(url)).status === 404, 'it can still be read');
});

await spec('guides stay with the writer: no export, page, link, version or print carries one', async () => {
    const incident = await call('/incidents', { title: 'Guided', severity: 'SEV-2', status: 'resolved' });
    const { sections } = await (await fetch(`${server.url}/api/v1/templates/standard-en`, { headers: auth })).json();
    const report = await call('/reports', { incident_ids: [incident.id], template_id: 'standard-en' });
    const guides = sections.map((s) => s.guide.slice(0, 40)).filter(Boolean), whole = await (await fetch(`${server.url}/api/v1/templates/standard-en/file?format=markdown`, { headers: auth })).text();
    expect(guides.length > 8 && guides.every((g) => whole.includes(g)), 'the template has no guides');
    const none = (what, text) => { for (const g of guides) expect(!text.includes(g), `${what}: ${g}`); expect(text.length > 200, `${what} is empty`); };
    const get = async (path) => Buffer.from(await (await fetch(path.startsWith('http') ? path : server.url + path, { headers: auth })).arrayBuffer());
    const unpack = (name, bytes) => (has('unzip') ? spawnSync('unzip', ['-p', file(name, bytes)], { maxBuffer: 1 << 26 }).stdout.toString() : bytes.toString('latin1'));
    for (const format of ['markdown', 'html', 'text']) none(`content as ${format}`, (await get(`/api/v1/reports/${report.id}/content?format=${format}`)).toString());
    none('HTML', (await out(report.id, 'html')).toString());
    none('Markdown', unpack('guided.zip', await out(report.id, 'markdown')));
    none('Word', unpack('guided.docx', await out(report.id, 'docx')));
    if (has('pdftotext')) none('PDF', spawnSync('pdftotext', ['-raw', file('guided.pdf', await out(report.id, 'pdf')), '-']).stdout.toString().replace(/\n/g, ' '));
    none('the shared page', await (await fetch((await call(`/reports/${report.id}/share`, {})).url)).text());
    await call(`/reports/${report.id}/publish`);
    none('the published page', (await get(`/reports/${report.reference}`)).toString());
    none('the published version', (await get(`/api/v1/reports/${report.id}/content?format=markdown&version=published`)).toString());
    none('search', JSON.stringify(await (await fetch(`${server.url}/api/v1/search?q=${encodeURIComponent('Guided')}`, { headers: auth })).json()).padEnd(300));
});

await spec('broken, empty, hostile and oversized files say what is wrong, and leave nothing behind', async () => {
    const asked = async (name, bytes) => { const a = await fetch(`${server.url}/api/v1/report-imports?name=${encodeURIComponent(name)}`, { method: 'POST', headers: { Authorization: `Bearer ${tokens.responder}` }, body: bytes }); return { status: a.status, body: await a.json().catch(() => null) }; };
    const count = async () => (await (await fetch(`${server.url}/api/v1/reports?limit=1`, { headers: auth })).json()).total;
    const before = await count(), zip = (parts) => { const dir = mkdtempSync(join(folder, 'z-')); for (const [n, b] of parts) writeFileSync(join(dir, n), b); spawnSync('zip', ['-q', '-r', 'x.zip', ...parts.map(([n]) => n)], { cwd: dir }); return readFileSync(join(dir, 'x.zip')); };
    const files = [['nothing.md', Buffer.alloc(0)], ['bytes.md', Buffer.from([0xff, 0xfe, 0, 0x80, 0xc3])], ['cut.docx', (await out(made.report.reference, 'docx')).subarray(0, 3000)], ['huge.md', Buffer.alloc(41 << 20, 'a ')]];
    if (has('zip')) files.push(['empty.zip', zip([['a.bin', 'x']])], ['word.docx', zip([['word.xml', '<w:document>']])]);
    for (const [name, bytes] of files) {
        const { status, body } = await asked(name, bytes);
        expect([413, 422].includes(status) && body?.detail?.length > 10, `${name}: ${status} ${JSON.stringify(body).slice(0, 300)}`);
    }
    expect(await count() === before, 'something was kept');
    const laughs = `<!DOCTYPE html [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY x SYSTEM "file:///etc/passwd">]><html><body><h1>Laughs</h1><p>&c; &x;</p><script>alert(1)</script><img src=x onerror=alert(1)><a href="javascript:alert(1)">x</a><iframe src="http://127.0.0.1:1/"></iframe></body></html>`;
    const { status, body } = await asked('laughs.html', Buffer.from(laughs));
    expect(status === 201, `${status} ${JSON.stringify(body)}`);
    const page = (await out(body.report.reference, 'html')).toString();
    for (const bad of ['<script', 'onerror', 'javascript:', '<iframe', 'root:', 'hahahahaha']) expect(!page.includes(bad), bad);
});

await spec('a public version shows the pictures that were chosen for it, and no other of the report, until it is withdrawn', async () => {
    const { report } = await read('p.md', `# Internal\n\n## One\n\n![inside](data:image/png;base64,${PIXEL.toString('base64')})\n`, '');
    const base = `${server.url}/api/v1/reports/${report.id}`, inside = (await (await fetch(`${base}/files`, { headers: auth })).json()).items[0];
    const upload = async (to) => (await fetch(`${server.url}/api/v1/reports/${to}/files?name=graph.png`, { method: 'POST', headers: { ...auth, 'Content-Type': 'image/png' }, body: PIXEL })).json();
    const change = async (body) => (await fetch(`${base}/public-version`, { method: 'PATCH', headers: { ...auth, 'Content-Type': 'application/json', 'If-Match': '*' }, body: JSON.stringify(body) })).json();
    const graph = await upload(report.id), other = await upload((await read('q.md', '# Another\n\n## One\n\nx\n', '')).report.id);
    const refused = await change({ title: 'Slow', happened: `![x](${other.url})` });
    expect(refused.status === 422 && refused.errors[0].field === 'happened', JSON.stringify(refused));
    await change({ title: 'Slow', summary: 'It was slow.', happened: `![Load](${graph.url})` });
    const { url } = await call(`/reports/${report.id}/public-version/publish`), outside = (f) => fetch(`${url}/files/${f.id}`);
    const seen = await (await fetch(url)).text();
    const src = /<img src="([^"]+)"/.exec(seen)?.[1];
    expect(src === `${new URL(url).pathname}/files/${graph.id}` && seen.includes(`<meta property="og:image" content="${url}/files/${graph.id}">`), seen);
    const picture = await outside(graph);
    expect(picture.status === 200 && picture.headers.get('content-type') === 'image/png', `${picture.status}`);
    expect((await outside(inside)).status === 404, 'a picture of the report that is not in it is shown');
    expect((await outside(other)).status === 404, 'a picture of another report is shown');
    expect((await fetch(server.url + graph.url, { redirect: 'manual' })).status !== 200, 'its inner address is open');
    await call(`/reports/${report.id}/public-version/withdraw`);
    expect((await outside(graph)).status === 404, 'it is shown after it was withdrawn');
});

await server.stop();
rmSync(folder, { recursive: true, force: true });
tally.end();
