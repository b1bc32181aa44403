/** What concerns me, newest first. Opening one marks it as read. */
import { useRef } from 'preact/hooks';
import { Avatar, Button, Empty, Failed, Icon, IconButton, More, Segmented, Skeleton, Time, Topbar, toast, toastError, type IconName } from 'kit';
import { api } from 'app/api';
import { useListKeys } from 'app/keys';
import { usePages, type Pages } from 'app/resource';
import { query, setQuery } from 'app/router';
import { dayDistance } from 'app/time';
import type { Notification } from 'app/types';
import { t } from './strings';

const ICON: Record<Notification['kind'], IconName> = {
    mention: 'user', review_requested: 'eye', approved: 'check', changes_requested: 'pen', published: 'doc', comment: 'chat', reply: 'chat',
    report_overdue: 'clock', follow_up_assigned: 'todo', follow_up_overdue: 'clock',
};

export default function Inbox() {
    const unread = query.value.get('show') === 'unread';
    const pages = usePages<Notification>('/notifications', unread ? { unread: true } : {}, ['notifications']);
    const list = useRef<HTMLDivElement>(null);
    useListKeys(list);
    const readAll = async () => {
        try {
            await api.post('/notifications-read', {});
            await pages.reload();
            toast(t('did_read_all'));
        } catch (e) {
            toastError(e);
        }
    };
    const items = pages.items;
    return <>
        <Topbar title={t('notifications')}>
            <Segmented label={t('notifications')} value={unread ? 'unread' : 'all'} options={[{ value: 'all', label: t('all') }, { value: 'unread', label: t('new') }]} onChange={(v) => setQuery({ show: v === 'all' ? null : v })} />
            <Button icon="check" disabled={!items?.some((n) => !n.read_at)} onClick={readAll}>{t('read_all')}</Button>
            <a class="btn plain icon" href="/settings/notifications" aria-label={t('settings')} title={t('settings')}><Icon name="settings" /></a>
        </Topbar>
        <div class="page inbox" ref={list}>
            {pages.error && !items ? <Failed error={pages.error} retry={pages.reload} />
                : !items ? <Skeleton lines={8} />
                    : items.length === 0 ? <Empty icon="bell" title={unread ? t('none_unread') : t('empty')}>{t('empty_body')}</Empty>
                        : <Groups items={items} pages={pages} />}
            <More more={pages.more} />
        </div>
    </>;
}

function Groups({ items, pages }: { items: Notification[]; pages: Pages<Notification> }) {
    const today = items.filter((n) => dayDistance(n.created_at, Date.now()) >= 0);
    const earlier = items.filter((n) => !today.includes(n));
    return <>{([['today', today], ['earlier', earlier]] as const).map(([k, list]) => list.length > 0 && (
        <section key={k} class="block"><h2>{t(k)}</h2><ul class="notes">{list.map((n) => <Row key={n.id} n={n} pages={pages} />)}</ul></section>
    ))}</>;
}

function Row({ n, pages }: { n: Notification; pages: Pages<Notification> }) {
    const mark = async (read: boolean) => {
        pages.update((all) => all.map((x) => (x.id === n.id ? { ...x, read_at: read ? new Date().toISOString() : null } : x)));
        try {
            await api.post(`/notifications/${n.id}/${read ? 'read' : 'unread'}`);
        } catch (e) {
            toastError(e);
            void pages.reload();
        }
    };
    const who = n.actor?.name ?? t('clock');
    return (
        <li class={`note ${n.read_at ? '' : 'new'}`} data-row>
            <span class="note-who">{n.actor ? <Avatar person={n.actor} large /> : <span class="note-clock"><Icon name="clock" /></span>}<span class="note-kind"><Icon name={ICON[n.kind]} small /></span></span>
            <a class="note-body" href={n.path} data-open onClick={() => { if (!n.read_at) void mark(true); }}>
                <span class="note-said"><b>{t(`said_${n.kind}`, { who })}</b>{!n.read_at && <span class="vh">{t('is_unread')}</span>}</span>
                <span class="note-on"><span class="quiet">{n.reference}</span> {n.title}</span>
                {n.excerpt && <span class="note-text">{n.excerpt}</span>}
            </a>
            <span class="note-at quiet"><Time at={n.created_at} /></span>
            <IconButton small class="note-mark" icon={n.read_at ? 'mail' : 'check'} label={n.read_at ? t('mark_unread') : t('mark_read')} onClick={() => void mark(!n.read_at)} />
        </li>
    );
}
