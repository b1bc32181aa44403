/** All changes that were told of, newest first. */
import { useRef } from 'preact/hooks';
import { api, session } from 'app/api';
import { useListKeys } from 'app/keys';
import { may } from 'app/registry';
import { query, setQuery } from 'app/router';
import { usePages, useResource } from 'app/resource';
import type { Page, Ref } from 'app/types';
import { Button, Empty, Failed, Input, LinkButton, MenuChip, More, Skeleton, Time, Topbar } from 'kit';
import { t } from './strings';
import { changeKinds, type Change } from './types';
import { ChangeState, external, kindWord } from './words';

const filters = ['kind', 'service', 'q'] as const;

function Filters() {
    const q = query.value, kind = q.get('kind'), service = q.get('service');
    const services = useResource('services all', () => api.get<Page<Ref>>('/services'), ['services']);
    return (
        <div class="chips alert-filters">
            <Input icon="search" data-search aria-label={t('search')} placeholder={t('search')} value={q.get('q') ?? ''} onChange={(v) => setQuery({ q: v })} />
            <MenuChip name={t('kind')} value={kind ? kindWord(kind) : t('any')} on={!!kind} items={() => [{ label: t('any'), checked: !kind, onSelect: () => setQuery({ kind: null }) }, 'line',
                ...changeKinds.map((k) => ({ label: t(k), checked: k === kind, onSelect: () => setQuery({ kind: k }) }))]} />
            {!!services.data?.items.length && <MenuChip name={t('service')} value={services.data.items.find((s) => s.id === service)?.name ?? t('any')} on={!!service} items={() => [
                { label: t('any'), checked: !service, onSelect: () => setQuery({ service: null }) }, 'line', ...services.data!.items.map((s) => ({ label: s.name, checked: s.id === service, onSelect: () => setQuery({ service: s.id }) }))]} />}
            {filters.some((f) => q.get(f)) && <Button kind="plain" onClick={() => setQuery(Object.fromEntries(filters.map((f) => [f, null])))}>{t('clear')}</Button>}
        </div>
    );
}

function Row({ c }: { c: Change }) {
    return (
        <tr data-row>
            <td class="main"><span class="ttl">{external(c.url) ? <a href={c.url} target="_blank" rel="noreferrer noopener">{c.title}</a> : c.title}</span>{c.description && c.description !== c.title && <div class="quiet clip">{c.description}</div>}</td>
            <td class="nowrap"><Time at={c.occurred_at} /></td>
            <td>{kindWord(c.kind)}</td>
            <td><ChangeState state={c.state} /></td>
            <td class="wide-only">{c.services.map((s) => s.name).join(', ') || c.labels?.['service']}</td>
            <td class="wide-only soft">{c.author}</td>
            <td class="wide-only soft">{c.source}</td>
        </tr>
    );
}

export default function Changes() {
    const q = query.value, box = useRef<HTMLDivElement>(null);
    useListKeys(box);
    const list = usePages<Change>('/changes', Object.fromEntries(filters.map((f) => [f, q.get(f)])), ['changes']);
    const filtered = filters.some((f) => q.get(f));
    return <>
        <Topbar title={t('changes')} />
        <div class="page wide">
            {(list.items?.length !== 0 || filtered) && <Filters />}
            {list.error && !list.items ? <Failed error={list.error} retry={list.reload} /> : !list.items ? <Skeleton lines={12} />
                : !list.items.length ? <Empty icon="change" title={filtered ? t('none_fit') : t('none')} action={!filtered && may(session.value?.user?.role, 'admin') && <LinkButton kind="primary" icon="link" href="/settings/integrations">{t('connect')}</LinkButton>}>{!filtered && t('none_body')}</Empty>
                : <><div class="scroller" ref={box}><table class="table cards changes-table">
                    <thead><tr><th>{t('what')}</th><th>{t('when')}</th><th>{t('kind')}</th><th>{t('state')}</th><th class="wide-only">{t('service')}</th><th class="wide-only">{t('by')}</th><th class="wide-only">{t('source')}</th></tr></thead>
                    <tbody>{list.items.map((c) => <Row key={c.id} c={c} />)}</tbody>
                </table></div><More more={list.more} /></>}
        </div>
    </>;
}
