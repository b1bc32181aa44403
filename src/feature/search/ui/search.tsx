/** Search as you type: one list over all kinds, with what matched marked. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { api, ApiError } from 'app/api';
import { useListKeys } from 'app/keys';
import { hitHref } from 'app/palette';
import { query, setQuery } from 'app/router';
import type { Page, SearchHit } from 'app/types';
import { Empty, Failed, Icon, Input, Segmented, Severity, Skeleton, Time, Topbar, type IconName } from 'kit';
import { t } from './strings';

const icons: Record<SearchHit['kind'], IconName> = { incident: 'incident', report: 'doc', follow_up: 'todo', alert: 'bell', message: 'chat' };
const kinds = ['incident', 'report', 'follow_up', 'alert', 'message'] as const;

/** Text with its matches, which the server puts between U+E000 and U+E001. */
export function Marked({ text }: { text: string }) {
    return <>{text.split(/\uE000([^\uE001]*)\uE001/).map((part, i) => (i % 2 ? <mark key={i}>{part}</mark> : part))}</>;
}

function Hit({ h }: { h: SearchHit }) {
    return (
        <li data-row class="hit">
            <Icon name={icons[h.kind]} label={t(`one_${h.kind}`)} />
            <div class="grow">
                <div class="row"><a class="strong clip" href={hitHref(h)}>{h.title}</a>{h.reference && <span class="ref quiet">{h.reference}</span>}</div>
                {h.snippet && <p class="hit-text"><Marked text={h.snippet} /></p>}
            </div>
            {h.severity && <Severity value={h.severity}>{h.severity}</Severity>}
            <span class="quiet nowrap">{h.state && t.any(h.state)}</span>
            <span class="quiet nowrap wide-only"><Time at={h.at} as="day" /></span>
        </li>
    );
}

type State = { hits: SearchHit[] | null; error: ApiError | null; loading: boolean };

/** Asks a moment after the last keystroke; an answer that was overtaken is dropped. */
function useSearch(q: string, kind: string | null): State & { retry: () => void } {
    const [s, setS] = useState<State>({ hits: null, error: null, loading: false });
    const [again, setAgain] = useState(0);
    useEffect(() => {
        if (!q) return setS({ hits: null, error: null, loading: false });
        const abort = new AbortController();
        setS((old) => ({ ...old, loading: true }));
        const wait = setTimeout(async () => {
            try {
                const page = await api.get<Page<SearchHit>>('/search', { q, kind, limit: 50 }, abort.signal);
                setS({ hits: page.items, error: null, loading: false });
            } catch (e) {
                if (e instanceof ApiError) setS({ hits: null, error: e, loading: false });
            }
        }, 120);
        return () => { clearTimeout(wait); abort.abort(); };
    }, [q, kind, again]);
    return { ...s, retry: () => setAgain(again + 1) };
}

export default function Search() {
    const q = (query.value.get('q') ?? '').trim();
    const kind = query.value.get('kind');
    const found = useSearch(q, kind);
    const box = useRef<HTMLDivElement>(null);
    useListKeys(box);
    return <>
        <Topbar title={t('search')} />
        <div class="page search-page" ref={box}>
            <Input large icon="search" data-search data-autofocus autofocus aria-label={t('search')} placeholder={t('placeholder')} value={query.value.get('q') ?? ''} onChange={(v) => setQuery({ q: v })} />
            <div class="row wrap">
                <Segmented label={t('kind')} value={kind ?? ''} onChange={(v) => setQuery({ kind: v || null })} options={[{ value: '', label: t('all') }, ...kinds.map((k) => ({ value: k as string, label: t(k) }))]} />
                {found.hits && <span class="quiet" role="status">{t('found', { n: found.hits.length })}</span>}
            </div>
            {found.error ? <Failed error={found.error} retry={found.retry} /> : !q ? <Empty icon="search" title={t('start')}>{t('start_body')}</Empty>
                : !found.hits ? <Skeleton lines={8} /> : found.hits.length === 0 ? <Empty icon="search" title={t('none', { q })}>{t('none_body')}</Empty>
                    : <ul class="hits" aria-busy={found.loading}>{found.hits.map((h) => <Hit key={h.kind + h.id} h={h} />)}</ul>}
        </div>
    </>;
}
