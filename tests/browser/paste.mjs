// Pasting and copying in a real browser: what other editors put on the clipboard keeps its structure; pictures of other sites are
// fetched by the server, or refused with a reason. The fixtures have the shapes that those programs write; the words are ours.
//     node tests/browser/paste.mjs
import { createServer } from 'node:http';
import { ask, launch, person, Suite, until } from '../lib/browser.mjs';
import { png } from '../lib/png.mjs';
import { addPeople, makeSystem, password, serve } from '../lib/server.mjs';

const suite = new Suite('paste');

/** Name, HTML (or text) on the clipboard, and the Markdown of what it becomes. */
const SHAPES = [
    ['Google Docs', `<meta charset='utf-8'><b style="font-weight:normal;" id="docs-internal-guid-4f1c"><h2 dir="ltr" style="line-height:1.38"><span style="font-size:16pt;font-weight:400">What happened</span></h2>
<p dir="ltr"><span style="font-weight:400">The pool was </span><span style="font-weight:700">exhausted</span><span style="font-weight:400"> within </span><span style="font-style:italic">two</span><span> minutes. </span><a href="https://a.example/run"><span style="text-decoration:underline;color:#1155cc">Runbook</span></a></p>
<ul><li dir="ltr" aria-level="1"><p role="presentation"><span style="font-weight:400">First</span></p></li><ul><li dir="ltr" aria-level="2"><p role="presentation"><span>Nested</span></p></li></ul><li aria-level="1"><p role="presentation"><span>Second</span></p></li></ul>
<ul><li role="checkbox" aria-checked="true"><p role="presentation"><span>Rolled back</span></p></li><li role="checkbox" aria-checked="false"><p><span>Alert added</span></p></li></ul>
<div><table><colgroup><col/><col/></colgroup><tbody><tr><td><p><span>Region</span></p></td><td><p><span>Failed</span></p></td></tr><tr><td><p><span>eu-west</span></p></td><td><p><span>29</span></p></td></tr></tbody></table></div></b>`,
    '## What happened\n\nThe pool was **exhausted** within *two* minutes. [Runbook](https://a.example/run)\n\n- First\n  - Nested\n- Second\n\n- [x] Rolled back\n- [ ] Alert added\n\n|  |  |\n| --- | --- |\n| Region | Failed |\n| eu-west | 29 |'],
    ['Word', `<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style><!-- p.MsoNormal {margin:0} --></style></head><body><!--StartFragment--><h1>Impact<o:p></o:p></h1>
<p class=MsoNormal>Four in ten payments <b>failed</b>.<o:p></o:p></p>
<p class=MsoListParagraphCxSpFirst style='text-indent:-18pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span style='font-family:Symbol'><span style='mso-list:Ignore'>·<span>&nbsp;&nbsp; </span></span></span><![endif]>Checkout<o:p></o:p></p>
<p class=MsoListParagraphCxSpMiddle style='mso-list:l0 level2 lfo1'><span style='mso-list:Ignore'>o<span>&nbsp; </span></span>Cards<o:p></o:p></p>
<p class=MsoListParagraphCxSpLast style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>·<span>&nbsp; </span></span>Ledger<o:p></o:p></p>
<p class=MsoListParagraph style='mso-list:l1 level1 lfo2'><span style='mso-list:Ignore'>1.<span>&nbsp; </span></span>Detect</p><p class=MsoListParagraph style='mso-list:l1 level1 lfo2'><span style='mso-list:Ignore'>2.<span>&nbsp; </span></span>Mitigate</p><!--EndFragment--></body></html>`,
    '# Impact\n\nFour in ten payments **failed**.\n\n- Checkout\n  - Cards\n- Ledger\n\n1. Detect\n2. Mitigate'],
    ['Confluence', `<meta charset='utf-8'><h2 id="Timeline-1" data-pm="x">Timeline</h2><div data-panel-type="warning" class="ak-editor-panel"><div class="ak-editor-panel__content"><p>Not final</p></div></div>
<table class="confluenceTable"><tbody><tr><th class="confluenceTh"><p>Time</p></th><th class="confluenceTh"><p>Event</p></th></tr><tr><td class="confluenceTd"><p>14:07</p></td><td class="confluenceTd"><p>Errors rise</p></td></tr></tbody></table>
<ul class="inline-task-list"><li class="checked" data-inline-task-id="1"><span>Tell support</span></li><li data-inline-task-id="2"><span>Write up</span></li></ul>
<div class="code panel"><div class="codeContent panelContent"><pre class="syntaxhighlighter-pre" data-language="yaml">max_size: 6</pre></div></div>
<div class="confluence-information-macro confluence-information-macro-tip"><span class="aui-icon confluence-information-macro-icon"></span><div class="confluence-information-macro-body"><p>It helped</p></div></div>`,
    '## Timeline\n\n> [!WARNING]\n> Not final\n\n| Time | Event |\n| --- | --- |\n| 14:07 | Errors rise |\n\n- [x] Tell support\n- [ ] Write up\n\n```yaml\nmax_size: 6\n```\n\n> [!TIP]\n> It helped'],
    ['Notion', `<meta charset='utf-8'><html><body><!--notionvc: 1--><h1>Root cause</h1><p>The change set <code>6</code> instead of <strong>60</strong>.</p>
<ul id="a" class="to-do-list"><li><div class="checkbox checkbox-on"></div> <span class="to-do-children-checked">Found</span></li></ul><ul id="b" class="to-do-list"><li><div class="checkbox checkbox-off"></div> <span class="to-do-children-unchecked">Fixed</span></li></ul>
<ul class="bulleted-list"><li style="list-style-type:disc">One<ul class="bulleted-list"><li>Deep</li></ul></li></ul><ol type="1" class="numbered-list" start="1"><li>Step</li></ol><ol type="1" class="numbered-list" start="2"><li>Next</li></ol>
<figure class="callout"><div style="font-size:1.5em"><span class="icon">💡</span></div><div style="width:100%">Remember this</div></figure><pre class="code"><code class="language-SQL">select 1</code></pre><blockquote>Said so</blockquote><hr/></body></html>`,
    '# Root cause\n\nThe change set `6` instead of **60**.\n\n- [x] Found\n- [ ] Fixed\n\n- One\n  - Deep\n\n1. Step\n2. Next\n\n> [!NOTE]\n> Remember this\n\n```sql\nselect 1\n```\n\n> Said so\n\n---'],
    ['GitHub', `<meta charset='utf-8'><div class="markdown-heading"><h2 class="heading-element">Follow-ups</h2><a class="anchor" href="#f"><svg class="octicon"></svg></a></div>
<ul class="contains-task-list"><li class="task-list-item"><input type="checkbox" class="task-list-item-checkbox" checked disabled> Alert on wait</li><li class="task-list-item"><input type="checkbox" class="task-list-item-checkbox" disabled> Refuse small pools</li></ul>
<div class="markdown-alert markdown-alert-caution"><p class="markdown-alert-title"><svg></svg>Caution</p><p>Do not restart</p></div>
<div class="highlight highlight-source-shell"><pre>kubectl <span class="pl-k">rollout</span> undo</pre></div><p>It was <del>gone</del> <g-emoji><img class="emoji" alt="🎉" src="https://github.githubassets.com/e.png"></g-emoji></p><details><summary>Log</summary><p>line</p></details>`,
    '## Follow-ups\n\n- [x] Alert on wait\n- [ ] Refuse small pools\n\n> [!CAUTION]\n> Do not restart\n\n```bash\nkubectl rollout undo\n```\n\nIt was ~~gone~~ 🎉\n\n<details>\n<summary>Log</summary>\n\nline\n\n</details>'],
    ['plain Markdown', null, '## Detection\n\nAn **alert** at `14:12`.\n\n- a\n  - b\n\n- [x] done\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n\n> [!WARNING]\n> Careful\n\n```yaml\na: 1\n```'],
];

const body = (page) => page.locator('.doc-body');

/** Pastes into an empty document as the browser does. */
const paste = (page, data) => page.evaluate((given) => {
    const el = document.querySelector('.doc-body');
    el.editor.commands.setContent('<p></p>');
    el.editor.commands.focus('start');
    const transfer = new DataTransfer();
    for (const [type, text] of Object.entries(given)) transfer.setData(type, text);
    el.dispatchEvent(new ClipboardEvent('paste', { clipboardData: transfer, bubbles: true, cancelable: true }));
}, data);

/** Copies everything, and gives what stands on the clipboard. */
const copied = (page) => page.evaluate(() => {
    const el = document.querySelector('.doc-body');
    el.editor.commands.selectAll();
    const transfer = new DataTransfer();
    el.dispatchEvent(new ClipboardEvent('copy', { clipboardData: transfer, bubbles: true, cancelable: true }));
    return { text: transfer.getData('text/plain'), html: transfer.getData('text/html') };
});

const system = makeSystem();
const tokens = addPeople(system);
const server = await serve(system);
const other = createServer((req, res) => {
    if (req.url === '/graph.png') { res.setHeader('Content-Type', 'image/png'); return res.end(png(64, 40, [200, 60, 40])); }
    res.setHeader('Content-Type', 'text/html');
    res.end('<p>no picture</p>');
});
await new Promise((ok) => other.listen(0, '127.0.0.1', ok));
const elsewhere = `http://127.0.0.1:${other.address().port}`;
const browser = await launch();
try {
    await suite.walk('the clipboard', async () => {
        const api = ask(server.url, tokens.admin);
        const incident = await api('POST', '/api/v1/incidents', { title: 'Checkout fails', severity: 'SEV-2' });
        const templates = await api('GET', '/api/v1/templates');
        const report = await api('POST', '/api/v1/reports', { incident_ids: [incident.id], template_id: templates.items[0].id });
        const ana = await person(suite, browser, 'ana', server.url);
        const { page } = ana;
        ana.tolerate(/status of 4\d\d/);
        await ana.go('/sign-in');
        await page.locator('input[type=email]').fill('admin@example.com');
        await page.locator('input[type=password]').fill(password);
        await page.locator('button[type=submit]').click();
        await page.waitForURL(`${server.url}/`);
        let letGo;
        const held = new Promise((ok) => { letGo = ok; });
        await ana.context.route(/paste-html/, async (route) => { await held; await route.continue(); });
        await ana.go(`/reports/${report.reference}/edit`);
        await page.locator('.save-line[data-state=saved]').waitFor();
        await suite.step('who pastes before the reader of foreign HTML is here loses no structure', async () => {
            const [, html, markdown] = SHAPES[0];
            await paste(page, { 'text/html': html, 'text/plain': 'plain' });
            letGo();
            await until(async () => (await copied(page)).text.trim() === markdown, 'the structure');
        });
        await until(() => page.evaluate(() => performance.getEntriesByType('resource').some((r) => /paste-html/.test(r.name))), 'the reader of foreign HTML is loaded');
        for (const [name, html, markdown] of SHAPES) {
            await paste(page, html ? { 'text/html': html, 'text/plain': 'plain' } : { 'text/plain': markdown });
            const out = (await copied(page)).text.trim();
            suite.check(`what comes from ${name} keeps its structure, and is copied as Markdown`, out === markdown, `\n        wanted ${JSON.stringify(markdown)}\n        got    ${JSON.stringify(out)}`);
        }
        await suite.step('what is copied comes back the same', async () => {
            const { html, text } = await copied(page);
            await paste(page, { 'text/html': html, 'text/plain': text });
            const again = await copied(page);
            if (again.text !== text) throw new Error(`${text}\n---\n${again.text}`);
            if (/\sstyle=|<script|contenteditable/.test(html)) throw new Error(html);
        });
        await suite.step('a picture of a private address is refused, and says why; the text stays', async () => {
            await paste(page, { 'text/html': `<p>See the graph</p><img src="${elsewhere}/graph.png" alt="Graph"><p>above</p>`, 'text/plain': 'x' });
            await page.locator('.toast', { hasText: 'not taken over' }).first().waitFor();
            await body(page).getByText('See the graph').waitFor();
            if (await body(page).locator('figure.image').count()) throw new Error('a picture');
        });
        await suite.step('one that may be fetched is stored here', async () => {
            await api('PUT', '/api/v1/settings/files.fetch_allow', { value: '127.0.0.1' });
            await paste(page, { 'text/html': `<p>See the graph</p><img src="${elsewhere}/graph.png" alt="Graph"><p>above</p>`, 'text/plain': 'x' });
            const img = body(page).locator('figure.image img');
            await img.waitFor();
            const src = await img.getAttribute('src');
            if (!/^\/files\//.test(src)) throw new Error(src);
            if (await img.getAttribute('alt') !== 'Graph') throw new Error('no description');
            const order = await body(page).evaluate((el) => [...el.children].map((c) => c.tagName).join(' '));
            if (!/^P FIGURE P/.test(order)) throw new Error(order);
        });
        await suite.step('a page that is no picture, or a picture that is gone, is refused', async () => {
            const answer = await fetch(`${server.url}/api/v1/reports/${report.id}/files/fetch`, { method: 'POST', headers: { Authorization: `Bearer ${tokens.admin}`, 'Content-Type': 'application/json' }, body: JSON.stringify({ url: `${elsewhere}/page` }) });
            const problem = await answer.json();
            if (answer.status !== 422 || problem.errors[0].field !== 'url') throw new Error(JSON.stringify(problem));
        });
        await suite.step('the address of a record of ours becomes a mention', async () => {
            await paste(page, { 'text/plain': `${server.url}/incidents/${incident.reference}` });
            await body(page).locator('.mention.incident', { hasText: 'Checkout fails' }).waitFor();
        });
    });
} finally {
    await browser.close();
    await server.stop();
    other.close();
    system.remove();
}
suite.end();
