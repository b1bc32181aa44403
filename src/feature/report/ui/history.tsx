/** Versions, newest first: those that made themselves, named, published and restored ones. */
import { useState } from 'preact/hooks';
import { Avatar, Button, Failed, Field, Icon, Input, More, Segmented, Skeleton, Time, toast, toastError } from 'kit';
import { api } from 'app/api';
import { usePages } from 'app/resource';
import { query, setQuery } from 'app/router';
import { clock, day } from 'app/time';
import type { HistoryEntry, Person, Report } from 'app/types';
import { t } from './history-strings';
import type { LiveDocument } from './live-document';

/** What stands over a version. */
export function versionTitle(v: HistoryEntry): string {
    if (v.kind === 'named') return v.name ?? '';
    if (v.kind === 'published') return t('published', { n: v.number ?? 0 });
    if (v.kind === 'restored' && v.name) return t('restored_named', { name: v.name });
    if (v.kind === 'restored') return t('restored', { time: v.of_at ? `${day(v.of_at)} ${clock(v.of_at)}` : '' });
    return v.authors.length ? t('session') : t('created');
}

/** A restored version is an edit of its own: one line says so, not two. */
export const told = (all: readonly HistoryEntry[]): HistoryEntry[] =>
    all.filter((v) => v.kind !== 'session' || !all.some((r) => r.kind === 'restored' && r.revision === v.revision && r.before_revision === v.before_revision));

/** The version that an address means. A session that somebody still writes in grows: its older revisions mean it, too. */
export function entryAt(all: readonly HistoryEntry[], revision: number): HistoryEntry | undefined {
    const at = all.filter((v) => v.revision === revision);
    return at.find((v) => v.kind === 'session') ?? at[0] ?? all.find((v) => v.kind === 'session' && (v.before_revision ?? 0) < revision && revision < v.revision);
}

export function namesOf(people: readonly Person[]): string {
    const names = people.slice(0, 3).map((p) => p.name).join(', ');
    return people.length > 3 ? t('and_more', { names, n: people.length - 3 }) : names || t('hindsight');
}

export function HistoryPanel({ report, live }: { report: Report; live: LiveDocument | null }) {
    const pages = usePages<HistoryEntry>(`/reports/${report.id}/history`, {}, [`report:${report.id}`]);
    const [marked, setMarked] = useState(false);
    const [naming, setNaming] = useState<string | null>(null);
    const asked = Number(query.value.get('version'));
    const names = live?.here.value.filter((h) => !h.me).map((h) => h.name).join(', ') ?? '';
    if (pages.error && !pages.items) return <Failed error={pages.error} retry={pages.reload} />;
    if (!pages.items) return <Skeleton lines={6} />;
    const all = told(pages.items), chosen = entryAt(all, asked)?.revision;
    const list = all.filter((v) => !marked || v.kind !== 'session');
    const name = async () => {
        try {
            await api.post(`/reports/${report.id}/history`, { name: naming });
            setNaming(null);
            toast(t('did_name'));
            await pages.reload();
        } catch (e) {
            toastError(e);
        }
    };
    const published = pages.items.find((v) => v.kind === 'published');
    return (
        <div class="history">
            <div class="row"><Segmented label={t('all')} value={marked ? 'marked' : 'all'} options={[{ value: 'all', label: t('all') }, { value: 'marked', label: t('only_named') }]} onChange={(v) => setMarked(v === 'marked')} /></div>
            {report.changed_since_published && published && (
                <p class="history-since"><span>{t('changed_since')}</span><button type="button" class="link" onClick={() => setQuery({ version: 'now', base: String(published.revision) })}>{t('see_changes')}</button></p>
            )}
            {report.can_edit && (naming === null ? <Button icon="flag" onClick={() => setNaming('')}>{t('name_now')}</Button> : (
                <form class="form" onSubmit={(e) => { e.preventDefault(); void name(); }}>
                    <Field label={t('version_name')}>{(p) => <Input {...p} autofocus required maxLength={200} value={naming} onChange={setNaming} />}</Field>
                    <div class="row end"><Button onClick={() => setNaming(null)}>{t('cancel')}</Button><Button kind="primary" type="submit" disabled={!naming.trim()}>{t('save')}</Button></div>
                </form>
            ))}
            <ul class="vers">
                <li><button type="button" aria-current={!asked && !query.value.get('version') ? 'true' : undefined} onClick={() => setQuery({ version: null, base: null })}><b>{t('now')}</b>{names && <span class="quiet">{t('now_editing', { names })}</span>}</button></li>
                {list.map((v) => (
                    <li key={`${v.kind} ${v.revision} ${v.id ?? ''} ${v.number ?? ''}`} class={v.kind}>
                        <button type="button" aria-current={chosen === v.revision ? 'true' : undefined} onClick={() => setQuery({ version: String(v.revision), base: null })}>
                            <b>{v.kind !== 'session' && <Icon name={v.kind === 'published' ? 'globe' : v.kind === 'restored' ? 'history' : 'flag'} small />}{versionTitle(v)}</b>
                            <span class="quiet"><Time at={v.made_at} /></span>
                            <span class="vers-who">{(v.kind === 'session' ? v.authors : v.by ? [v.by] : []).slice(0, 4).map((p) => <Avatar key={p.id} person={p} />)}<span class="quiet clip">{namesOf(v.kind === 'session' ? v.authors : v.by ? [v.by] : [])}</span></span>
                        </button>
                    </li>
                ))}
            </ul>
            {list.length === 0 && <p class="quiet">{t('none')}</p>}
            <More more={pages.more} />
        </div>
    );
}
