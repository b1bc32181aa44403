/** Settings → Quarantine: payloads that fit nothing, with the reason and the way back. */
import { useState } from 'preact/hooks';
import { said } from 'app/errors-zh';
import { api, session } from 'app/api';
import { may } from 'app/registry';
import { usePages } from 'app/resource';
import { SettingsPage } from 'app/settings';
import { formatNumber } from 'app/i18n';
import { Button, Empty, Failed, More, Skeleton, Time, confirm, toast, toastError } from 'kit';
import { Payload } from './detail';
import { kindTitle } from './kinds';
import { t } from './strings';
import type { Quarantined } from './types';

function One({ q, onGone }: { q: Quarantined; onGone: () => void }) {
    const [shown, setShown] = useState(false);
    const replay = async () => {
        try {
            const done = await api.post<{ accepted: number }>(`/quarantine/${q.id}/replay`);
            toast(t('replayed', { n: done.accepted }));
            onGone();
        } catch (e) { toastError(e); }
    };
    const discard = async () => {
        if (!await confirm({ title: t('discard_title'), body: t('discard_body'), action: t('discard'), danger: true })) return;
        try {
            await api.delete(`/quarantine/${q.id}`);
            toast(t('discarded'));
            onGone();
        } catch (e) { toastError(e); }
    };
    return (
        <li class="card quarantined">
            <div class="row wrap">
                <strong class="grow clip">{q.source.name} <span class="quiet">{kindTitle(q.source.kind)}</span></strong>
                <span class="quiet">{t('came', { n: q.count })} · {t('bytes', { n: formatNumber(q.body_bytes) })} · <Time at={q.last_received_at} /></span>
            </div>
            <p class="breaks">{said(q.error)}</p>
            <div class="row wrap">
                <Button icon="code" aria-expanded={shown} onClick={() => setShown(!shown)}>{shown ? t('hide_payload') : t('show_payload')}</Button>
                <Button icon="refresh" onClick={replay}>{t('replay')}</Button>
                {q.source.kind === 'generic' && may(session.value?.user?.role, 'admin') && <a class="btn plain" href={`/settings/integrations/${q.source.id}`}>{t('mend')}</a>}
                <Button kind="plain" icon="trash" onClick={discard}>{t('discard')}</Button>
            </div>
            {shown && <Payload path={`/quarantine/${q.id}/raw`} />}
        </li>
    );
}

export default function Quarantine() {
    const all = usePages<Quarantined>('/quarantine', {}, ['quarantine']);
    return (
        <SettingsPage title={t('quarantine')} about={t('quarantine_about')} wide>
            {all.error && !all.items ? <Failed error={all.error} retry={all.reload} /> : !all.items ? <Skeleton />
                : all.items.length === 0 ? <Empty icon="done" title={t('q_empty')}>{t('q_empty_body')}</Empty> : <>
                    <ul class="quarantine-list">{all.items.map((q) => <One key={q.id} q={q} onGone={() => void all.reload()} />)}</ul>
                    <More more={all.more} />
                </>}
        </SettingsPage>
    );
}
