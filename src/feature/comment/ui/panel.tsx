/** Threads beside the text, in its order. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { Avatar, Button, Empty, Failed, Icon, IconButton, MenuButton, Segmented, Skeleton, Time, confirm, toast, toastError } from 'kit';
import { api } from 'app/api';
import { shown } from 'app/keys';
import { query, setQuery } from 'app/router';
import type { Comment, Report, Thread } from 'app/types';
import type { LiveDocument } from '../../report/ui/live-document';
import { MentionArea, mentioned, type Named } from './mention-area';
import { t } from './strings';
import { Suggestions } from './suggesting';
import { begin, beginning, type Threads } from './threads';

const FACES = { thumbs_up: '👍', eyes: '👀', check: '✅', heart: '❤️', party: '🎉', question: '❓' } as const;
type Face = keyof typeof FACES;

export function CommentsPanel({ report, live, threads }: { report: Report; live: LiveDocument | null; threads: Threads }) {
    const [settled, setSettled] = useState(false);
    const all = threads.data;
    const asked = query.value.get('thread');
    const order = useOrder(live, all);
    useEffect(() => {
        const x = all?.find((y) => y.id === asked);
        if (x) setSettled(x.state === 'resolved');
    }, [asked, !all]);
    if (!all) return threads.error ? <Failed error={threads.error} retry={threads.reload} /> : <Skeleton lines={5} />;
    const open = all.filter((x) => x.state === 'open'), done = all.filter((x) => x.state === 'resolved');
    const rank = (x: Thread) => { const i = order.indexOf(x.id); return i < 0 ? order.length : i; };
    const list = [...(settled ? done : open)].sort((a, b) => rank(a) - rank(b) || (a.id < b.id ? -1 : 1));
    const draft = beginning.value;
    return (
        <div class="threads">
            <div class="row threads-top">
                <Segmented label={t('comments')} value={settled ? 'resolved' : 'open'} options={[{ value: 'open', label: t('open', { n: open.length }) }, { value: 'resolved', label: t('resolved', { n: done.length }) }]} onChange={(v) => setSettled(v === 'resolved')} />
                <span class="grow" />
                {report.can_comment && <IconButton small icon="plus" label={t('comment_whole')} onClick={() => { beginning.value = { quote: '', places: [] }; }} />}
            </div>
            {!settled && <Suggestions report={report} live={live} />}
            {draft && <NewThread report={report} live={live} threads={threads} />}
            {list.map((x) => <Card key={x.id} thread={x} report={report} live={live} threads={threads} active={x.id === asked} place={rank(x) < order.length} onReopen={() => setSettled(false)} />)}
            {!list.length && !draft && (settled ? <p class="quiet">{t('none_resolved')}</p>
                : <Empty icon="chat" title={t('none')}>{report.can_comment ? (report.can_edit ? t('none_body', { keys: shown('mod+alt+m') }) : t('none_body_reader')) : t('writers_only')}</Empty>)}
        </div>
    );
}

/** Ids in the order of the text; looked at again when the text or the list changed. */
function useOrder(live: LiveDocument | null, all: Thread[] | undefined): string[] {
    const editor = live?.editor.value ?? null;
    void live?.facts.value;
    void all;
    return editor && live?.ready.value ? live.mod.threadOrder(editor) : [];
}

function Quote({ text }: { text: string }) {
    return text ? <blockquote class="thread-quote">{text}</blockquote> : null;
}

function NewThread({ report, live, threads }: { report: Report; live: LiveDocument | null; threads: Threads }) {
    const [text, setText] = useState('');
    const [known, setKnown] = useState<Named[]>([]);
    const draft = beginning.value!;
    const close = () => { beginning.value = null; };
    const send = async () => {
        if (!text.trim()) return;
        const made = await begin(report, draft, text, mentioned(text, known), () => live?.saved() ?? Promise.resolve(false));
        if (!made) return;
        close();
        threads.set((old) => (old?.some((x) => x.id === made.id) ? old : [...(old ?? []), made]));            /* the news may have been quicker than the answer */
        setQuery({ panel: 'comments', thread: made.id });
    };
    const node = draft.places.find((p) => p.node)?.node;
    return (
        <section class="thread on" aria-label={t('comment')}>
            {draft.quote ? <Quote text={draft.quote} /> : <p class="thread-quote quiet">{node ? `${t('on')} ${t.any(node)}` : t('whole')}</p>}
            <MentionArea autofocus value={text} onChange={setText} known={known} onKnown={setKnown} label={t('write')} onSubmit={() => void send()} onCancel={close} />
            <div class="row"><Button kind="primary" disabled={!text.trim()} onClick={send}>{t('send')}</Button><Button kind="plain" onClick={close}>{t('cancel')}</Button></div>
        </section>
    );
}

function Card({ thread, report, live, threads, active, place, onReopen }: { onReopen: () => void; thread: Thread; report: Report; live: LiveDocument | null; threads: Threads; active: boolean; place: boolean }) {
    const card = useRef<HTMLElement>(null);
    const [text, setText] = useState('');
    const [known, setKnown] = useState<Named[]>([]);
    const editor = live?.editor.value ?? null;
    useEffect(() => {
        if (!active) return;
        card.current?.scrollIntoView({ block: 'nearest' });
        const there = editor && live!.mod.threadElements(editor, thread.id)[0];
        there?.scrollIntoView({ block: 'center', behavior: live!.mod.readyToScroll(there) || matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth' });
    }, [active, !editor, place]);
    useEffect(() => {
        if (!active || !thread.unread) return;
        void api.post<Thread>(`/threads/${thread.id}/read`).then(put, () => {});
        void api.post('/notifications-read', { thread_id: thread.id }).catch(() => {});
    }, [active, thread.unread]);
    const put = (x: Thread) => threads.set((old) => old?.map((y) => (y.id === x.id ? x : y)));
    const run = async (what: () => Promise<unknown>) => {
        try {
            await what();
            await threads.reload();
            return true;
        } catch (e) {
            toastError(e);
            return false;
        }
    };
    const settle = (to: 'resolve' | 'reopen') => run(async () => {
        put(await api.post<Thread>(`/threads/${thread.id}/${to}`));
        if (to === 'reopen') onReopen();            /* it goes on among the open ones */
        else toast(t('did_resolve'), { undo: () => void settle('reopen') });
    });
    const reply = async () => {
        if (text.trim() && await run(() => api.post(`/threads/${thread.id}/comments`, { body: text, mention_ids: mentioned(text, known) }))) setText('');
    };
    const show = () => { if (!active) setQuery({ panel: 'comments', thread: thread.id }); };
    return (
        <section ref={card} class={`thread ${active ? 'on' : ''} ${thread.unread ? 'new' : ''}`} tabIndex={0} aria-label={t('thread', { quote: thread.quote || t('whole') })} data-thread={thread.id}
            onClick={show} onKeyDown={(e) => { if (e.key === 'Enter' && e.target === card.current) show(); }}>
            {thread.quote ? <Quote text={thread.quote} /> : !place && <p class="thread-quote quiet">{t('whole')}</p>}
            {thread.quote && !place && live?.ready.value && <p class="quiet thread-gone">{t('gone')}</p>}
            {thread.comments.map((c) => <One key={c.id} c={c} thread={thread} report={report} run={run} />)}
            {thread.state === 'resolved' && thread.resolved_by && <p class="quiet thread-state"><Icon name="check" small />{t('resolved_by', { name: thread.resolved_by.name })}</p>}
            {active && report.can_comment && <>
                <MentionArea value={text} onChange={setText} known={known} onKnown={setKnown} label={t('reply')} onSubmit={() => void reply()} />
                <div class="row">
                    {text.trim() ? <Button kind="primary" onClick={reply}>{t('send_reply')}</Button> : null}
                    {thread.state === 'open' ? <Button icon="check" onClick={() => settle('resolve')}>{t('resolve')}</Button> : <Button icon="undo" onClick={() => settle('reopen')}>{t('reopen')}</Button>}
                </div>
            </>}
        </section>
    );
}

/** Words with their mentions. */
function Body({ c }: { c: Comment }) {
    const names = c.mentions.map((m) => `@${m.name}`).filter((n) => c.body.includes(n));
    if (!names.length) return <p class="cm-body">{c.body}</p>;
    const safe = names.map((n) => n.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    return <p class="cm-body">{c.body.split(new RegExp(`(${safe.join('|')})`)).map((x, i) => (names.includes(x) ? <b key={i} class="cm-mention">{x}</b> : x))}</p>;
}

function One({ c, thread, report, run }: { c: Comment; thread: Thread; report: Report; run: (what: () => Promise<unknown>) => Promise<boolean> }) {
    const [editing, setEditing] = useState<string | null>(null);
    const [known, setKnown] = useState<Named[]>(c.mentions);
    const name = c.author?.name ?? '?';
    const save = async () => {
        if (editing?.trim() && await run(() => api.patch(`/comments/${c.id}`, { body: editing, mention_ids: mentioned(editing, known) }, c.version))) setEditing(null);
    };
    const remove = async () => {
        if (await confirm({ title: t('remove_title'), body: t('remove_body'), action: t('remove'), danger: true })) await run(() => api.delete(`/comments/${c.id}`, c.version));
    };
    const react = (f: Face, on: boolean) => run(() => (on ? api.put(`/comments/${c.id}/reactions/${f}`, undefined) : api.delete(`/comments/${c.id}/reactions/${f}`, '*')));
    const link = async () => {
        await navigator.clipboard.writeText(`${location.origin}/reports/${report.reference}/edit?panel=comments&thread=${thread.id}`);
        toast(t('linked'));
    };
    if (c.removed) return <div class="cm-one quiet"><span /><p>{t('removed')}</p></div>;
    return (
        <div class="cm-one">
            {c.author && <Avatar person={c.author} large />}
            <div class="cm-words">
                <header><b>{name}</b><span class="quiet"><Time at={c.created_at} />{c.edited_at ? `, ${t('edited')}` : ''}</span>
                    <span class="cm-tools">
                        {report.can_comment && <MenuButton class="btn plain icon sm" chevron={false} label={t('react')} align="end" items={(Object.keys(FACES) as Face[]).map((f) => ({ label: `${FACES[f]} ${t(f)}`, onSelect: () => void react(f, !c.reactions.some((r) => r.reaction === f && r.mine)) }))}><Icon name="plus" /></MenuButton>}
                        <MenuButton class="btn plain icon sm" chevron={false} label={t('more')} align="end" items={[
                            { label: t('copy_link'), icon: 'link', onSelect: () => void link() },
                            c.can_edit && { label: t('edit'), icon: 'pen', onSelect: () => setEditing(c.body) },
                            c.can_remove && { label: t('remove'), icon: 'trash', danger: true, onSelect: () => void remove() },
                        ]}><Icon name="more" /></MenuButton>
                    </span>
                </header>
                {editing === null ? <Body c={c} /> : <>
                    <MentionArea autofocus value={editing} onChange={setEditing} known={known} onKnown={setKnown} label={t('edit')} onSubmit={() => void save()} onCancel={() => setEditing(null)} />
                    <div class="row"><Button kind="primary" disabled={!editing.trim()} onClick={save}>{t('save')}</Button><Button kind="plain" onClick={() => setEditing(null)}>{t('cancel')}</Button></div>
                </>}
                {c.reactions.length > 0 && <div class="row wrap cm-faces">{c.reactions.map((r) => {
                    const f = r.reaction as Face;
                    const label = t('reacted', { names: r.people.map((p) => p.name).join(', '), word: t(f) });
                    return <button type="button" key={f} class="chip" aria-pressed={r.mine} disabled={!report.can_comment} title={label} aria-label={label} onClick={() => void react(f, !r.mine)}>{FACES[f]} {r.people.length}</button>;
                })}</div>}
            </div>
        </div>
    );
}
