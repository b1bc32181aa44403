/** Images: pasted, dropped or chosen; uploaded with progress; caption, description, width, alignment. */
import { Node, type Editor } from '@tiptap/core';
import type { Node as PmNode, Slice } from '@tiptap/pm/model';
import { NodeSelection, Plugin, PluginKey, Selection } from '@tiptap/pm/state';
import { Decoration, DecorationSet, type EditorView } from '@tiptap/pm/view';
import type { EditorContext, Piece, Uploaded } from '../context';
import { barButton, h, icon } from '../dom';
import { t } from '../strings';

type Upload = { id: number; pos: number; el: HTMLElement };
/** How paste-html.ts names a picture that is not ours. */
const PENDING = 'pending:';
const uploads = new PluginKey<DecorationSet>('uploads');
let next = 1;

/** Puts a picture where it belongs once it is stored, even when others have typed meanwhile. Answers why it was not. */
async function arrive(view: EditorView, id: number, work: Promise<Uploaded>, attrs: Record<string, unknown> = {}): Promise<unknown> {
    try {
        const done = await work;
        if (view.isDestroyed) return null;
        const at = placeOf(view, id);
        const node = view.state.schema.nodes['image']!.create({ alt: '', width: null, ...attrs, src: done.url });
        const tr = view.state.tr.setMeta(uploads, { remove: id });
        if (at !== null) {
            const $at = tr.doc.resolve(Math.min(at, tr.doc.content.size));
            const blank = $at.parent.type.name === 'paragraph' && $at.parent.content.size === 0 && $at.depth > 0;
            if (blank) tr.replaceWith($at.before(), $at.after(), node);
            else if ($at.parent.isTextblock) tr.insert($at.after(), node);
            else tr.insert($at.pos, node);
            if (tr.doc.lastChild?.type.name === 'image') tr.insert(tr.doc.content.size, view.state.schema.nodes['paragraph']!.create());
        }
        view.dispatch(tr);
        return null;
    } catch (e) {
        if (!view.isDestroyed) view.dispatch(view.state.tr.setMeta(uploads, { remove: id }));
        return e;
    }
}

/** Sends image files one after the other. */
export async function insertImages(view: EditorView, files: File[], pos: number, ctx: EditorContext): Promise<void> {
    for (const file of files) {
        if (!file.type.startsWith('image/')) {
            ctx.fail(new Error(file.name), t('not_image'));
            continue;
        }
        const id = next++;
        const { el, bar, stop, end } = waiting(file.name || 'image', file);
        view.dispatch(view.state.tr.setMeta(uploads, { add: [{ id, pos, el }] }));
        const failed = await arrive(view, id, ctx.upload(file, (part) => { bar.value = part; }, stop.signal));
        if (failed && !stop.signal.aborted) ctx.fail(failed, t('upload_failed'));
        end();
    }
}

const pendingOf = (n: PmNode) => (n.type.name === 'image' && String(n.attrs['src'] ?? '').startsWith(PENDING) ? String(n.attrs['src']).slice(PENDING.length) : null);

/** Does pasted content hold pictures of other sites? */
export function hasPending(slice: Slice): boolean {
    let found = false;
    slice.content.descendants((n) => { found ||= pendingOf(n) !== null; });
    return found;
}

/** Pastes content whose pictures stand elsewhere: the text at once, each picture once the server has fetched and stored it. No address of another site enters the document. */
export function pastePending(view: EditorView, slice: Slice, ctx: EditorContext): void {
    const tr = view.state.tr.replaceSelection(slice);
    const found: { pos: number; node: PmNode; url: string }[] = [];
    tr.doc.descendants((node, pos) => {
        const url = pendingOf(node);
        if (url !== null) found.push({ pos, node, url });
    });
    const from = tr.mapping.maps.length;
    for (const { pos, node } of [...found].reverse()) {
        const alone = tr.doc.resolve(pos).parent.childCount === 1;
        if (alone) tr.replaceWith(pos, pos + node.nodeSize, view.state.schema.nodes['paragraph']!.create());
        else tr.delete(pos, pos + node.nodeSize);
    }
    const here = found.map(({ pos, node, url }) => {
        const w = waiting(String(node.attrs['alt'] || hostOf(url)), null);
        return { id: next++, pos: Math.min(tr.mapping.slice(from).map(pos, -1), tr.doc.content.size), el: w.el, w, url, node };
    });
    view.dispatch(tr.setMeta(uploads, { add: here }).scrollIntoView());
    void bring(view, here, ctx);
}

async function bring(view: EditorView, all: { id: number; url: string; node: PmNode; w: ReturnType<typeof waiting> }[], ctx: EditorContext): Promise<void> {
    const reasons = new Map<string, unknown>();
    for (const { id, url, node, w } of all) {
        const work = /^data:image\//.test(url) ? fetch(url).then((r) => r.blob()).then((b) => ctx.upload(new File([b], 'image', { type: b.type }), (p) => { w.bar.value = p; }, w.stop.signal))
            : /^https?:/.test(url) ? ctx.fetchImage(url) : Promise.reject(new Error(t('picture_elsewhere')));
        const failed = await arrive(view, id, work, { alt: node.attrs['alt'] ?? '', title: node.attrs['title'] ?? null });
        if (failed) reasons.set(String((failed as Error).message), failed);
        w.end();
    }
    for (const e of reasons.values()) ctx.fail(e, t('fetch_failed'));
}

const hostOf = (url: string) => {
    try {
        return new URL(url).host;
    } catch {
        return '';
    }
};

/** What stands in the text while a picture is on its way: the picture itself, how far it is, and a way to stop it. */
function waiting(name: string, file: File | null) {
    const stop = new AbortController();
    const url = file ? URL.createObjectURL(file) : '';
    const bar = h('progress', { max: 1, value: 0, class: 'progress', 'aria-label': t('uploading', { name }) });
    const el = h('div', { class: 'uploading', contenteditable: 'false', role: 'status' }, url ? h('img', { src: url, alt: '' }) : null,
        h('span', { class: 'grow clip' }, t('uploading', { name })), bar, barButton({ icon: 'close', label: t('cancel'), run: () => stop.abort() }));
    return { el, bar, stop, end: () => { if (url) URL.revokeObjectURL(url); } };
}

function placeOf(view: EditorView, id: number): number | null {
    const found = uploads.getState(view.state)?.find(undefined, undefined, (s) => s['id'] === id);
    return found?.length ? found[0]!.from : null;
}

/** Opens the browser's file dialog. */
function choose(editor: Editor, ctx: EditorContext): void {
    const input = h('input', { type: 'file', accept: 'image/*', multiple: true });
    input.onchange = () => void insertImages(editor.view, [...(input.files ?? [])], editor.state.selection.from, ctx);
    input.click();
}

const filesOf = (d: DataTransfer | null) => [...(d?.files ?? [])].filter((f) => f.type.startsWith('image/'));

function imageView(editor: Editor, first: PmNode, getPos: () => number | undefined) {
    let node = first;
    const set = (attrs: Record<string, unknown>) => {
        const pos = getPos();
        if (pos === undefined) return;
        const { selection, tr } = editor.state;
        tr.setNodeMarkup(pos, undefined, { ...node.attrs, ...attrs });
        if (selection instanceof NodeSelection && selection.from === pos) tr.setSelection(NodeSelection.create(tr.doc, pos));            /* its tools stay */
        editor.view.dispatch(tr);
    };
    const img = h('img', { draggable: 'false', loading: 'lazy', decoding: 'async' });
    const handle = h('span', { class: 'img-handle', title: t('resize'), role: 'slider', tabindex: '-1', 'aria-label': t('width'), 'aria-valuemin': 80 });
    const caption = h('input', { class: 'img-caption', placeholder: t('caption'), 'aria-label': t('caption') });
    const alt = h('input', { class: 'img-alt', placeholder: t('alt'), 'aria-label': t('alt') });
    const bar = h('div', { class: 'floatbar img-bar', contenteditable: 'false' });
    const frame = h('div', { class: 'img-frame' }, img, handle, bar);
    const dom = h('figure', { class: 'image' }, frame, h('figcaption', { contenteditable: 'false' }, caption), alt);
    /* Every letter is in the document at once: what is said to be saved is. What an input method composes comes when it is done. */
    const told = new Map<HTMLInputElement, string>();            /* a suggestion leaves the node as it is: the same twice would take it back */
    const written = (i: HTMLInputElement) => {
        const name = i === caption ? 'caption' : 'alt', value = i.value.trim();
        if (value === (told.get(i) ?? String(node.attrs[name] ?? ''))) return;
        told.set(i, value);
        set({ [name]: value || (i === caption ? null : '') });
    };
    for (const i of [caption, alt]) {
        i.oninput = (e) => { if (!(e as InputEvent).isComposing) written(i); };
        i.onchange = () => written(i);
        i.addEventListener('compositionend', () => written(i));
        i.onkeydown = (e) => {
            if (e.key === 'Enter' || e.key === 'Escape') {
                e.preventDefault();
                i.blur();
                const after = Math.min((getPos() ?? 0) + node.nodeSize, editor.state.doc.content.size);
                editor.view.dispatch(editor.state.tr.setSelection(Selection.near(editor.state.doc.resolve(after))));
                editor.view.focus();
            }
        };
    }
    const look = () => fullView(String(node.attrs['src'] ?? ''), String(node.attrs['alt'] ?? ''), String(node.attrs['caption'] ?? ''));
    img.ondblclick = look;
    img.onclick = () => { if (!editor.isEditable) look(); };
    const buttons = () => {
        const full = dom.parentElement?.clientWidth ?? 680;
        const align = String(node.attrs['align'] ?? 'center');
        const size = (part: number) => () => set({ width: part === 1 ? null : Math.round(full * part) });
        bar.replaceChildren(
            barButton({ text: t('small'), label: `${t('width')}: ${t('small')}`, run: size(0.35) }),
            barButton({ text: t('medium'), label: `${t('width')}: ${t('medium')}`, run: size(0.65) }),
            barButton({ text: t('full'), label: `${t('width')}: ${t('full')}`, run: size(1) }), h('span', { class: 'sep' }),
            ...(['left', 'center', 'right'] as const).map((a) => barButton({ icon: `align_${a}`, label: t(`align_${a}`), on: align === a, run: () => set({ align: a }) })), h('span', { class: 'sep' }),
            barButton({ text: t('caption'), label: t('caption'), on: !!node.attrs['caption'], run: () => caption.focus() }),
            barButton({ text: t('alt_short'), label: t('alt'), on: !!node.attrs['alt'], run: () => { dom.classList.add('alt-open'); alt.focus(); } }),
            barButton({ icon: 'expand', label: t('full_view'), run: look }),
            barButton({ icon: 'trash', label: t('image_delete'), danger: true, run: () => {
                const pos = getPos();
                if (pos !== undefined) editor.chain().focus().deleteRange({ from: pos, to: pos + node.nodeSize }).run();
            } }));
    };
    handle.onpointerdown = (e) => {
        if (!editor.isEditable) return;
        e.preventDefault();
        handle.setPointerCapture(e.pointerId);
        const start = e.clientX;
        const from = img.clientWidth;
        const max = dom.clientWidth;
        let width = from;
        handle.onpointermove = (m) => {
            width = Math.round(Math.min(max, Math.max(80, from + (m.clientX - start) * (node.attrs['align'] === 'left' ? 1 : 2))));
            img.style.width = `${width}px`;
        };
        handle.onpointerup = () => {
            handle.onpointermove = handle.onpointerup = null;
            set({ width: width >= max ? null : width });
        };
    };
    handle.onkeydown = (e) => {
        const step = e.key === 'ArrowRight' ? 20 : e.key === 'ArrowLeft' ? -20 : 0;
        if (!step || !editor.isEditable) return;
        e.preventDefault();
        const max = dom.clientWidth;
        const width = Math.max(80, img.clientWidth + step);
        set({ width: width >= max ? null : width });
    };
    const show = () => {
        const a = node.attrs;
        const src = String(a['src'] ?? '');
        if (img.getAttribute('src') !== src) img.src = src;
        img.alt = String(a['alt'] ?? '');
        if (a['title']) img.title = String(a['title']);
        img.style.width = a['width'] ? `${Number(a['width'])}px` : '';
        handle.setAttribute('aria-valuenow', String(a['width'] ?? img.clientWidth));
        handle.tabIndex = editor.isEditable ? 0 : -1;
        dom.dataset['align'] = String(a['align'] ?? 'center');
        for (const [i, name] of [[caption, 'caption'], [alt, 'alt']] as const) {
            if (document.activeElement === i) continue;
            told.delete(i);
            i.value = String(a[name] ?? '');
        }
        caption.disabled = alt.disabled = !editor.isEditable;
        dom.classList.toggle('captioned', !!a['caption']);
        dom.classList.toggle('fixed', !editor.isEditable);
        if (dom.classList.contains('on')) buttons();
    };
    show();
    return {
        dom,
        update: (n: PmNode) => {
            if (n.type !== node.type) return false;
            node = n;
            show();
            return true;
        },
        selectNode: () => {
            dom.classList.add('on');
            show();
        },
        deselectNode: () => dom.classList.remove('on', 'alt-open'),
        stopEvent: (e: Event) => e.target === caption || e.target === alt || bar.contains(e.target as globalThis.Node) || e.target === handle,
        ignoreMutation: () => true,
    };
}

/** The picture as large as the window; any key or click closes it. */
function fullView(src: string, alt: string, caption: string): void {
    const before = document.activeElement as HTMLElement | null;
    const box = h('dialog', { class: 'full-view', 'aria-label': caption || alt || t('image'), onclick: () => box.close(), onclose: () => {
        box.remove();
        before?.focus();
    } }, h('img', { src, alt }), caption ? h('p', {}, caption) : null, h('button', { type: 'button', class: 'btn plain icon', 'aria-label': t('close'), title: t('close') }, icon('close')));
    document.body.append(box);
    box.showModal();
}

function imageNode(ctx: EditorContext) {
    return Node.create({
        name: 'image',
        group: 'block',
        atom: true,
        draggable: true,
        addAttributes() {
            return {
                src: { default: null }, alt: { default: '' }, title: { default: null },
                width: { default: null, parseHTML: (el) => Number(el.getAttribute('width')) || null }, height: { default: null, parseHTML: () => null },
                caption: { default: null, parseHTML: (el) => el.closest('figure')?.querySelector('figcaption')?.textContent ?? el.getAttribute('data-caption') },
                align: { default: null, parseHTML: (el) => el.getAttribute('data-align') },
            };
        },
        /* Only pictures that we store: a foreign address would tell its server who reads. `pending:` is taken out before it enters (pastePending). */
        parseHTML() {
            return [{ tag: 'img[src]', getAttrs: (el) => (/^\/files\/|^\/share\/|^pending:/.test((el as HTMLElement).getAttribute('src') ?? '') ? null : false) }];
        },
        renderHTML({ node }) {
            const a = node.attrs;
            return ['img', { src: a['src'], alt: a['alt'] ?? '', width: a['width'], 'data-caption': a['caption'], 'data-align': a['align'] }];
        },
        addNodeView() {
            return ({ node, editor, getPos }) => imageView(editor, node, getPos);
        },
        addProseMirrorPlugins() {
            return [new Plugin<DecorationSet>({
                key: uploads,
                state: {
                    init: () => DecorationSet.empty,
                    apply(tr, set) {
                        set = set.map(tr.mapping, tr.doc);
                        const m = tr.getMeta(uploads) as { add?: Upload[]; remove?: number } | undefined;
                        if (m?.add) set = set.add(tr.doc, m.add.map((u) => Decoration.widget(u.pos, u.el, { id: u.id, side: 1 })));
                        if (m?.remove !== undefined) set = set.remove(set.find(undefined, undefined, (s) => s['id'] === m.remove));
                        return set;
                    },
                },
                props: {
                    decorations: (state) => uploads.getState(state),
                    handlePaste: (view, e) => {
                        const files = filesOf(e.clipboardData);
                        const html = e.clipboardData?.getData('text/html') ?? '';
                        /* A word processor adds a picture of what was copied: the text is what was meant. */
                        if (!view.editable || !files.length || html.replace(/<[^>]*>/g, '').trim() || html.includes('<table')) return false;
                        void insertImages(view, files, view.state.selection.from, ctx);
                        return true;
                    },
                    handleDrop: (view, e, _slice, moved) => {
                        const files = filesOf(e.dataTransfer);
                        if (!view.editable || moved || !files.length) return false;
                        e.preventDefault();
                        const at = view.posAtCoords({ left: e.clientX, top: e.clientY });
                        void insertImages(view, files, at?.pos ?? view.state.selection.from, ctx);
                        return true;
                    },
                },
            })];
        },
    });
}

export const image = (ctx: EditorContext): Piece => ({
    extensions: [imageNode(ctx)],
    slash: [{ id: 'image', group: 'blocks', label: () => t('image'), words: 'picture screenshot graph upload 图片 截图', icon: 'image',
        run: (e, r) => {
            e.chain().focus().deleteRange(r).run();
            choose(e, ctx);
        } }],
});
