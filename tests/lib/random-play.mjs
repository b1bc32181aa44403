// What one person does in tests/browser/random.mjs. It runs inside the page, so it is one function that needs nothing from outside.

/**
 * Does `count` random commands with the editor of the page, as a person would with mouse and keyboard. Gives the names of what was done.
 * `without`: names that begin like this are left out (a pattern). `incident`: whose live blocks are put in.
 */
export async function play({ seed: start, count, letters, without, incident }) {
    let s = start >>> 0;
    const random = () => {
        s = (s + 0x6d2b79f5) >>> 0;
        let t = Math.imul(s ^ (s >>> 15), 1 | s);
        t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
        return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
    const below = (n) => Math.floor(random() * n);
    const pick = (list) => list[below(list.length)];
    const editor = document.querySelector('.doc-body').editor;
    const word = () => Array.from({ length: 1 + below(6) }, () => pick([...letters])).join('') + (random() < 0.5 ? ' ' : '');
    const texts = () => {
        const all = [];
        editor.state.doc.descendants((n, pos) => { if (n.isTextblock) all.push([pos, n]); });
        return all;
    };
    const nodes = (...names) => {
        const all = [];
        editor.state.doc.descendants((n, pos) => { if (names.includes(n.type.name)) all.push([pos, n]); });
        return all;
    };
    const place = () => {
        const all = texts();
        if (!all.length) return 1;
        const [pos, n] = pick(all);
        return pos + 1 + below(n.content.size + 1);
    };
    const here = () => editor.commands.setTextSelection(place());
    const range = () => {
        const a = place(), b = random() < 0.7 ? Math.min(a + below(12), editor.state.doc.content.size) : place();
        editor.commands.setTextSelection({ from: Math.min(a, b), to: Math.max(a, b) });
    };
    const cell = () => {
        const all = nodes('tableCell', 'tableHeader');
        if (!all.length) return false;
        editor.commands.setTextSelection(pick(all)[0] + 2);
        return true;
    };
    const inTable = (name) => refusable(() => cell() && editor.commands[name]());
    const attrs = (names, change) => () => {
        const all = nodes(...names);
        if (!all.length) return;
        const [pos, n] = pick(all);
        editor.view.dispatch(editor.state.tr.setNodeMarkup(pos, undefined, { ...n.attrs, ...change(n) }));
    };
    /* A table that somebody else just made irregular may refuse a command; it must not change then. */
    const refusable = (run) => () => {
        try {
            run();
        } catch (e) {
            if (!/^(RangeError|TransformError)$/.test(e.name) && !/invalid content/.test(e.message)) throw e;
        }
    };
    const key = (name) => refusable(() => {
        here();
        const parts = name.split('-'), code = parts.pop();
        const event = new KeyboardEvent('keydown', { key: code, ctrlKey: parts.includes('Mod'), shiftKey: parts.includes('Shift'), bubbles: true, cancelable: true });
        editor.view.someProp('handleKeyDown', (f) => f(editor.view, event));
    });
    const type = () => { here(); for (const c of word()) editor.view.dispatch(editor.state.tr.insertText(c)); };
    const press = (el, init) => el.dispatchEvent(new KeyboardEvent('keydown', { ctrlKey: true, bubbles: true, cancelable: true, ...init }));
    /** Looks until it is there, for at most five seconds. */
    const soon = async (look) => {
        for (let i = 0; i < 250; i++) {
            const found = look();
            if (found) return found;
            await new Promise((r) => setTimeout(r, 20));
        }
        return null;
    };
    /** A thread on what is selected, by the keys and the field that a person uses; a place that is gone by then is refused, which is said and changes nothing. */
    const comment = async () => {
        press(document, { key: 'm', code: 'KeyM', altKey: true });
        const field = await soon(() => document.querySelector('.threads .thread.on:not([data-thread]) textarea'));
        if (!field) return;
        Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value').set.call(field, `said ${word()}`);
        field.dispatchEvent(new InputEvent('input', { bubbles: true }));
        const there = () => document.querySelector('.threads .thread.on:not([data-thread])');
        await soon(() => !there()?.querySelector('.btn.primary')?.disabled);
        press(field, { key: 'Enter' });
        await soon(() => !there() || document.querySelector('.toast'));
        if (there()) press(field, { key: 'Escape', ctrlKey: false });
        await soon(() => !there());
    };
    const settled = async (accept) => {
        range();
        press(document, { key: accept ? 'Enter' : 'Backspace', code: accept ? 'Enter' : 'Backspace', altKey: true });
        await new Promise((r) => setTimeout(r, 0));            /* the part of the program that decides comes later at first */
    };
    const session = () => fetch('/api/v1/session').then((r) => r.json());
    const toThread = async (change) => {
        const id = location.pathname.split('/')[2];
        const all = await fetch(`/api/v1/reports/${id}/threads`).then((r) => r.json());
        if (!all.items?.length) return;
        const thread = pick(all.items), { csrf } = await session();
        const send = (method, path, body) => fetch(`/api/v1${path}`, { method, headers: { 'X-CSRF-Token': csrf, 'If-Match': '*', ...(body ? { 'Content-Type': 'application/json' } : {}) }, body: body && JSON.stringify(body) });
        const answer = await change(thread, send);
        if (answer && !answer.ok && ![403, 404, 409, 412].includes(answer.status)) throw new Error(`${answer.status} ${await answer.text()}`);
    };
    const paste = (kind, text) => { range(); kind === 'html' ? editor.view.pasteHTML(text) : editor.view.pasteText(text); };
    const actions = {
        type, type2: type, type3: type, type4: type, type5: type,
        replace: () => { range(); editor.view.dispatch(editor.state.tr.insertText(word())); },
        erase: () => { range(); editor.commands.deleteSelection(); },
        enter: key('Enter'), enter2: key('Enter'), backspace: key('Backspace'), delete: key('Delete'), indent: key('Tab'), outdent: key('Shift-Tab'), break: key('Shift-Enter'),
        up: key('Mod-Shift-ArrowUp'), down: key('Mod-Shift-ArrowDown'), double: key('Mod-d'),
        bold: () => { range(); editor.commands.toggleBold(); }, italic: () => { range(); editor.commands.toggleItalic(); }, code: () => { range(); editor.commands.toggleCode(); },
        link: () => { range(); editor.commands.setLink({ href: `https://a.example/${below(9)}` }); },
        heading: () => { here(); editor.commands.toggleHeading({ level: 2 + below(2) }); }, paragraph: () => { range(); editor.commands.setParagraph(); },
        bullets: () => { range(); editor.commands.toggleBulletList(); }, numbers: () => { range(); editor.commands.toggleOrderedList(); }, tasks: () => { range(); editor.commands.toggleTaskList(); },
        quote: () => { here(); editor.commands.toggleBlockquote(); }, codeBlock: () => { here(); editor.commands.toggleCodeBlock(); },
        callout: () => { here(); editor.commands.wrapIn('callout', { kind: pick(['info', 'warning']) }); }, lift: () => { here(); editor.commands.lift('callout'); },
        details: () => { here(); editor.commands.setDetails(); }, unDetails: () => { here(); editor.commands.unsetDetails(); }, rule: () => { here(); editor.commands.setHorizontalRule(); },
        tick: attrs(['taskItem'], (n) => ({ checked: !n.attrs.checked })), kind: attrs(['callout'], () => ({ kind: pick(['danger', 'success', 'info']) })),
        language: attrs(['codeBlock'], () => ({ language: pick(['yaml', 'sql', null]) })), start: attrs(['orderedList'], () => ({ start: 1 + below(4) })),
        image: () => { here(); editor.commands.insertContent({ type: 'image', attrs: { src: '/files/none', alt: '', caption: word() } }); },
        caption: attrs(['image'], () => ({ caption: word() })), caption2: attrs(['image'], (n) => ({ caption: `${n.attrs.caption ?? ''}${word()}` })), width: attrs(['image'], () => ({ width: 100 + below(300) })),
        chip: () => { here(); editor.commands.insertContent({ type: 'evidence', attrs: { kind: 'alert', id: 'x', title: 'Alert' } }); },            /* plain text leaves sources out */
        table: () => { if (nodes('table').length < 4) { here(); editor.commands.insertTable({ rows: 2 + below(2), cols: 2 + below(2), withHeaderRow: random() < 0.5 }); } },
        rowBefore: inTable('addRowBefore'), rowAfter: inTable('addRowAfter'), columnBefore: inTable('addColumnBefore'), columnAfter: inTable('addColumnAfter'),
        deleteRow: inTable('deleteRow'), deleteColumn: inTable('deleteColumn'), headerRow: inTable('toggleHeaderRow'), headerColumn: inTable('toggleHeaderColumn'), split: inTable('splitCell'),
        merge: refusable(() => {
            const all = nodes('table');
            if (!all.length) return;
            const [pos, t] = pick(all);
            const cells = [];
            t.descendants((n, p) => { if (['tableCell', 'tableHeader'].includes(n.type.name)) cells.push(pos + 1 + p); });
            if (cells.length < 2) return;
            const i = below(cells.length - 1);
            editor.commands.setCellSelection({ anchorCell: cells[i], headCell: cells[i + 1 + below(cells.length - i - 1)] });
            editor.commands.mergeCells();
        }),
        cellType: () => { if (cell()) editor.view.dispatch(editor.state.tr.insertText(word())); }, cellType2: () => { if (cell()) editor.view.dispatch(editor.state.tr.insertText(word())); },
        width2: attrs(['tableCell', 'tableHeader'], (n) => ({ colwidth: Array.from({ length: n.attrs.colspan }, () => 80 + below(100)) })),
        copy: () => {
            range();
            const slice = editor.state.selection.content();
            here();
            editor.view.dispatch(editor.state.tr.replaceSelection(slice));
        },
        drag: () => {
            const doc = editor.state.doc;
            if (doc.childCount < 3) return;
            const i = below(doc.childCount);
            let pos = 0;
            for (let k = 0; k < i; k++) pos += doc.child(k).nodeSize;
            const node = doc.child(i);
            const tr = editor.state.tr.delete(pos, pos + node.nodeSize);
            let to = 0;
            for (let k = below(tr.doc.childCount + 1) - 1; k >= 0; k--) to += tr.doc.child(k).nodeSize;
            editor.view.dispatch(tr.insert(to, node));
        },
        live: () => { here(); editor.commands.insertContent({ type: 'liveBlock', attrs: { kind: pick(['incident_card', 'follow_ups', 'impacts']), incident, options: null } }); },
        liveKind: attrs(['liveBlock'], () => ({ kind: pick(['alerts', 'changes', 'timeline']) })),
        mention: () => { here(); editor.commands.insertContent({ type: 'mention', attrs: { kind: 'incident', id: incident, label: incident } }); },
        time: () => { here(); editor.commands.insertContent({ type: 'timestamp', attrs: { at: '2026-11-10T14:07:30.000Z' } }); },
        align: attrs(['image'], () => ({ align: pick(['left', 'center', 'right']) })),
        pasteHtml: refusable(() => paste('html', pick([`<p>${word()}</p><ul><li>${word()}<ul><li>${word()}</li></ul></li></ul>`, `<b>${word()}</b> ${word()}`, `<table><tr><th>${word()}</th><td>${word()}</td></tr></table>`, `<h2>${word()}</h2><blockquote>${word()}</blockquote>`]))),
        pasteText: refusable(() => paste('text', `${word()}\n\n${word()}`)), pasteMarkdown: refusable(() => paste('text', `## ${word()}\n\n- ${word()}\n- [ ] ${word()}\n`)),
        cut: refusable(() => {
            range();
            const slice = editor.state.selection.content();
            editor.commands.deleteSelection();
            here();
            editor.view.dispatch(editor.state.tr.replaceSelection(slice));
        }),
        commentWords: async () => { range(); await comment(); }, commentLine: async () => { here(); await comment(); },
        commentBlock: async () => {
            const all = nodes('image', 'liveBlock', 'horizontalRule', 'table');
            if (!all.length) return;
            editor.commands.setNodeSelection(pick(all)[0]);
            await comment();
        },
        commentReply: () => toThread((x, send) => send('POST', `/threads/${x.id}/comments`, { body: word() })),
        commentResolve: () => toThread((x, send) => send('POST', `/threads/${x.id}/resolve`)), commentReopen: () => toThread((x, send) => send('POST', `/threads/${x.id}/reopen`)),
        commentGone: () => {
            const all = [];
            editor.state.doc.descendants((n, pos) => { if (n.marks.some((m) => m.type.name === 'comment') || n.attrs.comments) all.push([pos, n]); });
            if (!all.length) return;
            const [pos, n] = pick(all);
            editor.view.dispatch(editor.state.tr.delete(pos, pos + n.nodeSize));
        },
        decideAccept: () => settled(true), decideReject: () => settled(false),
        undo: () => editor.commands.undo(), undo2: () => editor.commands.undo(), redo: () => editor.commands.redo(),
    };
    const done = [], names = Object.keys(actions).filter((name) => !without || !new RegExp(`^(${without})`).test(name));
    for (let i = 0; i < count; i++) {
        const name = pick(names);
        done.push(name);
        try {
            await actions[name]();
            editor.state.doc.check();
        } catch (e) {
            throw new Error(`${name} after ${done.join(' ')}: ${e.stack}`);
        }
        if (random() < 0.4) await new Promise((r) => setTimeout(r, 0));
    }
    return done;
}
