/** What the editor screen needs of comments: the threads, their marks in the text, keys, and a button for readers. */
import { useEffect, useState } from 'preact/hooks';
import { Button } from 'kit';
import { bind } from 'app/keys';
import { query, setQuery } from 'app/router';
import type { Report } from 'app/types';
import type { Editor } from 'editor/editor';
import type { LiveDocument } from '../../report/ui/live-document';
import { t } from './strings';
import { beginComment, beginning, useThreads, type Threads } from './threads';

export function useCommenting(report: Report, live: LiveDocument | null): Threads {
    const threads = useThreads(report);
    const editor = live?.editor.value ?? null;
    const asked = query.value.get('panel') === 'comments' ? query.value.get('thread') : null;
    const open = threads.data?.filter((x) => x.state === 'open').map((x) => x.id) ?? [];
    useEffect(() => {
        if (!live || !editor) return;
        const start = () => beginComment(live.mod.selectedPlaces(editor));
        live.onComment = start;
        const unbind = report.can_comment ? bind('mod+alt+m', start) : () => {};
        return () => { unbind(); live.onComment = () => {}; };
    }, [live, editor, report.can_comment]);
    useEffect(() => { live?.mod.showThreads(open, asked); }, [live, open.join(' '), asked]);
    useEffect(() => () => live?.mod.showThreads([], null), [live]);
    useEffect(() => {
        if (!live || !editor) return;
        const clicked = (e: Event) => {
            const id = live.mod.threadsAt(e.target).find((x) => open.includes(x));
            if (id && getSelection()?.isCollapsed !== false) setQuery({ panel: 'comments', thread: id });
        };
        const dom = editor.view.dom;
        dom.addEventListener('click', clicked);
        return () => dom.removeEventListener('click', clicked);
    }, [live, editor, open.join(' ')]);
    useEffect(() => () => { beginning.value = null; }, []);
    return threads;
}

/** Over what a reader has selected: they have no toolbar. */
export function ReaderButton({ live, editor }: { live: LiveDocument; editor: Editor }) {
    const [at, setAt] = useState<{ left: number; top: number } | null>(null);
    useEffect(() => {
        const look = () => {
            const s = getSelection();
            const host = editor.view.dom.closest('.paper');
            if (!s || s.isCollapsed || !s.rangeCount || !host || !editor.view.dom.contains(s.anchorNode) || !editor.view.dom.contains(s.focusNode)) return setAt(null);
            const r = s.getRangeAt(0).getBoundingClientRect(), box = host.getBoundingClientRect();
            setAt({ left: Math.max(8, Math.min(r.left - box.left + r.width / 2 - 50, box.width - 120)), top: Math.max(4, r.top - box.top + host.scrollTop - 40) });
        };
        document.addEventListener('selectionchange', look);
        return () => document.removeEventListener('selectionchange', look);
    }, [editor]);
    if (!at) return null;
    return <span class="comment-float" ref={(el) => { if (el) { el.style.left = `${at.left}px`; el.style.top = `${at.top}px`; } }}><Button icon="chat" onMouseDown={(e: Event) => e.preventDefault()} onClick={() => live.onComment()}>{t('comment')}</Button></span>;
}
