/**
 * HTML of other editors as ours would write it: what Google Docs, Word, Confluence, Notion and GitHub mean by their
 * classes and styles becomes plain elements that the parser of the editor knows. Loaded after the editor.
 */

export { looksLikeMarkdown, markdownToHtml } from './markdown';

const CALLOUT: [RegExp, string][] = [
    [/(warning|caution-macro|note-macro|panel-?warning|alert-warning|alert-important)/i, 'warning'], [/(error|danger|alert-caution)/i, 'danger'],
    [/(success|tip|alert-tip)/i, 'success'], [/(info|note|panel|callout|alert)/i, 'info'],
];
const kindOf = (words: string) => CALLOUT.find(([re]) => re.test(words))?.[1] ?? 'info';

const rename = (el: Element, tag: string, attrs: Record<string, string> = {}): HTMLElement => {
    const out = el.ownerDocument.createElement(tag);
    for (const [k, v] of Object.entries(attrs)) out.setAttribute(k, v);
    out.append(...el.childNodes);
    el.replaceWith(out);
    return out;
};
const unwrap = (el: Element) => el.replaceWith(...el.childNodes);
const each = (root: ParentNode, selector: string, f: (el: HTMLElement) => void) => root.querySelectorAll<HTMLElement>(selector).forEach(f);

/** Weight and slope that are only in styles become elements; `<b style="font-weight:normal">` is none. */
function styles(body: HTMLElement): void {
    each(body, 'b, strong', (el) => { if (/^(normal|400)$/.test(el.style.fontWeight)) unwrap(el); });
    each(body, 'span, font', (el) => {
        const s = el.style;
        const tags = [Number(s.fontWeight) >= 600 || s.fontWeight === 'bold' ? 'strong' : '', s.fontStyle === 'italic' ? 'em' : '', /line-through/.test(s.textDecoration + s.textDecorationLine) ? 's' : '',
            /underline/.test(s.textDecoration + s.textDecorationLine) && !el.closest('a') ? 'u' : '', /mono|courier|consolas/i.test(s.fontFamily) && !el.closest('pre, code') ? 'code' : ''].filter(Boolean);
        if (el.closest('a')) el.style.textDecoration = '';            /* the line of the link itself */
        if (el.closest('h1, h2, h3, h4, h5, h6') && tags[0] === 'strong') tags.shift();
        if (!el.textContent || !tags.length) return;
        for (const tag of tags.reverse()) {
            const wrap = el.ownerDocument.createElement(tag);
            wrap.append(...el.childNodes);
            el.append(wrap);
        }
    });
}

/** Word writes lists as paragraphs that say which list and level they mean. */
function wordLists(body: HTMLElement): void {
    const level = (p: HTMLElement) => Number(/level(\d)/.exec(p.getAttribute('style') ?? '')?.[1] ?? 1);
    const isItem = (p: Element | null): p is HTMLElement => p instanceof HTMLElement && p.tagName === 'P' && (/mso-list:\s*l\d/i.test(p.getAttribute('style') ?? '') || /MsoListParagraph/.test(p.className));
    each(body, 'p', (start) => {
        if (!isItem(start) || !start.isConnected) return;
        const items: HTMLElement[] = [];
        for (let p: Element | null = start; isItem(p); p = p.nextElementSibling) items.push(p);
        const lists: { depth: number; el: HTMLElement }[] = [];
        const anchor = start.ownerDocument.createElement('div');
        start.before(anchor);
        for (const p of items) {
            const bullet = p.querySelector<HTMLElement>('span[style*="mso-list:Ignore"], span[style*="mso-list: Ignore"]');
            const sign = (bullet?.textContent ?? /^\s*([·o§•-]|\d+[.)]|[a-z][.)])/.exec(p.textContent ?? '')?.[1] ?? '').trim();
            bullet?.remove();
            const tag = /^(\d+|[a-z]+|[ivx]+)[.)]/i.test(sign) ? 'ol' : 'ul';
            const depth = level(p);
            while (lists.length && lists[lists.length - 1]!.depth > depth) lists.pop();
            let top = lists[lists.length - 1];
            if (!top || top.depth < depth || top.el.tagName.toLowerCase() !== tag) {
                if (top && top.depth === depth) lists.pop();
                const list = start.ownerDocument.createElement(tag);
                const outer = lists[lists.length - 1];
                (outer ? outer.el.lastElementChild ?? outer.el : anchor).append(list);
                lists.push((top = { depth, el: list }));
            }
            const li = start.ownerDocument.createElement('li');
            const text = start.ownerDocument.createElement('p');
            text.append(...p.childNodes);
            if (!bullet && text.firstChild?.nodeType === 3) text.firstChild.textContent = text.firstChild.textContent!.replace(/^\s*([·o§•-]|\d+[.)]|[a-z][.)])\s+/, '');
            li.append(text);
            top.el.append(li);
            p.remove();
        }
        unwrap(anchor);
    });
}

/** A list directly inside a list (Google Docs) belongs to the item before it. */
function nestedLists(body: HTMLElement): void {
    each(body, 'ul > ul, ul > ol, ol > ul, ol > ol', (list) => {
        const before = list.previousElementSibling;
        if (before?.tagName === 'LI') before.append(list);
        else rename(list.parentElement!.insertBefore(list.ownerDocument.createElement('li'), list), 'li').append(list);
    });
}

/** Notion makes a list of each item: those that follow each other are one. */
function notionLists(body: HTMLElement): void {
    for (const kind of ['to-do-list', 'bulleted-list', 'numbered-list'])
        each(body, `.${kind} + .${kind}`, (list) => {
            let gap = list.previousSibling;
            while (gap && gap !== list.previousElementSibling && !gap.textContent?.trim()) gap = gap.previousSibling;
            if (gap !== list.previousElementSibling) return;
            list.previousElementSibling!.append(...list.childNodes);
            list.remove();
        });
}

/** Lists of tasks, however their boxes are drawn. */
function tasks(body: HTMLElement): void {
    const box = (li: Element): boolean | null => {
        const input = li.querySelector<HTMLInputElement>(':scope > input[type=checkbox], :scope > p > input[type=checkbox], :scope > label input[type=checkbox], :scope > div > input[type=checkbox]');
        if (input) return input.hasAttribute('checked') || input.checked;
        if (li.getAttribute('role') === 'checkbox' || li.hasAttribute('aria-checked')) return li.getAttribute('aria-checked') === 'true';
        const drawn = li.querySelector(':scope > .checkbox, :scope > div.checkbox');
        if (drawn) return drawn.classList.contains('checkbox-on');
        if (li.closest('.inline-task-list')) return li.classList.contains('checked');
        const state = li.getAttribute('data-task-state') ?? li.getAttribute('data-checked');
        return state === null ? null : /done|true/i.test(state);
    };
    each(body, '[data-task-list-local-id], [data-node-type="actionList"]', (el) => {
        const list = rename(el, 'ul');
        each(list, ':scope > div', (d) => rename(d, 'li', { 'data-task-state': d.getAttribute('data-task-state') ?? '' }));
    });
    each(body, 'ul', (ul) => {
        const items = [...ul.children].filter((c) => c.tagName === 'LI');
        const states = items.map(box);
        if (!items.length || states.every((s) => s === null)) return;
        ul.setAttribute('data-type', 'taskList');
        items.forEach((li, i) => {
            li.setAttribute('data-type', 'taskItem');
            li.setAttribute('data-checked', String(states[i] === true));
            each(li, 'input[type=checkbox], .checkbox', (b) => b.remove());
            each(li, '.to-do-children-checked, .to-do-children-unchecked, label', unwrap);
        });
    });
}

/** Boxes, code and folded parts. */
function blocks(body: HTMLElement): void {
    each(body, '.markdown-alert, .confluence-information-macro, [data-panel-type], [data-node-type="panel"], figure.callout, aside, div.panel:not(.code)', (el) => {
        if (el.hasAttribute('data-callout')) return;
        each(el, '.markdown-alert-title, .confluence-information-macro-icon, .icon, .panelHeader svg', (x) => x.remove());
        each(el, '.confluence-information-macro-body, .panelContent, div', (x) => { if (x !== el) unwrap(x); });
        rename(el, 'aside', { 'data-callout': kindOf(`${el.className} ${el.getAttribute('data-panel-type') ?? ''}`) });
    });
    each(body, '.highlight[class*="highlight-source-"] pre, pre[class*="language-"], pre[data-language], pre[class*="brush:"], .code-block, div.code pre, pre:has(> code[class*="language-"])', (pre) => {
        const words = `${pre.className} ${pre.closest('.highlight')?.className ?? ''} ${pre.querySelector('code')?.className ?? ''}`;
        const language = /(?:highlight-source-|language-|lang-|brush:\s*)([\w+#-]+)/.exec(words)?.[1] ?? pre.dataset['language'] ?? '';
        const code = pre.ownerDocument.createElement('code');
        code.textContent = pre.textContent;
        if (language) code.className = `language-${language === 'shell' ? 'bash' : language.toLowerCase()}`;
        const out = pre.tagName === 'PRE' ? pre : rename(pre, 'pre');
        out.replaceChildren(code);
    });
    each(body, 'details', (el) => {
        const summary = el.querySelector(':scope > summary');
        const rest = [...el.childNodes].filter((n) => n !== summary);
        const inside = el.ownerDocument.createElement('div');
        inside.setAttribute('data-type', 'detailsContent');
        inside.append(...rest);
        el.replaceChildren(summary ?? el.ownerDocument.createElement('summary'), inside);
    });
    each(body, '.expand-container', (el) => {
        const details = el.ownerDocument.createElement('details');
        const summary = el.ownerDocument.createElement('summary');
        const inside = el.ownerDocument.createElement('div');
        inside.setAttribute('data-type', 'detailsContent');
        summary.textContent = el.querySelector('.expand-control-text, .expand-control')?.textContent?.trim() ?? '';
        inside.append(...(el.querySelector('.expand-content')?.childNodes ?? []));
        details.append(summary, inside);
        el.replaceWith(details);
    });
    each(body, '.markdown-heading', unwrap);
    each(body, 'a.anchor, .octicon, .zeroclipboard-container, .lightbox-caption + br', (el) => el.remove());
    each(body, 'h5, h6', (el) => rename(el, 'h4'));
    each(body, 'p.MsoTitle, p[class*="title" i][role="heading"]', (el) => rename(el, 'h1'));
    each(body, 'td > br:only-child, th > br:only-child', (el) => el.remove());
}

/** Address of a picture that is not ours, kept beside the parsed content until the server has fetched it. */
export const PENDING = 'pending:';

/** Brings pasted HTML into the editor's shape. Pictures of other sites are named `pending:ADDRESS`. */
export function normalizeHtml(html: string, origin: string): string {
    if (/data-pm-slice/.test(html)) return html;            /* ours */
    const body = new DOMParser().parseFromString(html, 'text/html').body;
    each(body, 'script, style, meta, link, title, iframe, object, template', (el) => el.remove());
    each(body, '[id^="docs-internal-guid"]', unwrap);
    styles(body);
    wordLists(body);
    nestedLists(body);
    notionLists(body);
    blocks(body);
    tasks(body);
    each(body, 'img', (img) => {
        const src = img.getAttribute('src') ?? '';
        let url: URL | null = null;
        try {
            url = new URL(src, origin);
        } catch { /* no address */ }
        if (img.matches('.emoji, .emoticon, [data-emoji], .icon') || !url) return img.replaceWith(img.getAttribute('alt') ?? '');
        if (url.origin === origin && /^\/(files|share)\//.test(url.pathname)) img.setAttribute('src', url.pathname);
        else img.setAttribute('src', PENDING + (src.startsWith('data:') ? src : url.href));
    });
    return body.innerHTML;
}
