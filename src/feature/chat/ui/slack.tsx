/** Settings → Slack: the keys of the app, whether they work, and the manifest that makes it. */
import { useState } from 'preact/hooks';
import { Button, Failed, Field, Input, Skeleton, Status, toast, useForm } from 'kit';
import { api } from 'app/api';
import type { Page } from 'app/types';
import { useResource } from 'app/resource';
import { SettingsPage } from 'app/settings';
import type { Setting } from '../../settings/ui/workspace';
import { t } from './strings';

const KEYS = { secret: 'chat.slack_signing_secret', token: 'chat.slack_bot_token' } as const;

/** The app as Slack makes it from a manifest (JSON). */
const manifest = (url: string) => JSON.stringify({
    display_information: { name: 'Hindsight', description: 'Incidents and post-mortems' },
    features: {
        bot_user: { display_name: 'hindsight', always_online: true },
        shortcuts: [{ name: 'Add to timeline', type: 'message', callback_id: 'add_to_timeline', description: 'Puts the message on the timeline of the incident' }],
        slash_commands: [{ command: '/hindsight', url, description: 'Declares and runs incidents', usage_hint: 'declare TITLE | help', should_escape: false }],
    },
    oauth_config: { scopes: { bot: ['channels:history', 'channels:manage', 'channels:read', 'chat:write', 'commands', 'files:read', 'groups:history', 'groups:read', 'pins:read', 'reactions:read', 'users:read', 'users:read.email'] } },
    settings: {
        event_subscriptions: { request_url: url, bot_events: ['message.channels', 'message.groups', 'pin_added', 'pin_removed', 'reaction_added', 'reaction_removed'] },
        interactivity: { is_enabled: true, request_url: url }, org_deploy_enabled: false, socket_mode_enabled: false, token_rotation_enabled: false,
    },
}, null, 2);

export default function SlackSettings() {
    const all = useResource('settings', () => api.get<Page<Setting>>('/settings'), ['settings']);
    const text = manifest(`${location.origin}/api/v1/chat/slack`);
    const copy = async () => { await navigator.clipboard.writeText(text); toast(t('copied')); };
    return (
        <SettingsPage title={t('slack')} about={t('about')}>
            {!all.data ? (all.error ? <Failed error={all.error} retry={all.reload} /> : <Skeleton />) : <Keys has={(key) => !!all.data!.items.find((s) => s.key === key)?.is_set} reload={all.reload} />}
            <section class="block">
                <header><h2>{t('how')}</h2></header>
                <p>{t('how_1')}</p>
                <pre tabIndex={0}>{text}</pre>
                <div class="row"><Button icon="copy" onClick={copy}>{t('copy')}</Button></div>
                <p>{t('how_2')}</p>
                <p>{t('how_3')}</p>
            </section>
        </SettingsPage>
    );
}

function Keys({ has, reload }: { has: (key: string) => boolean; reload: () => Promise<void> }) {
    const [d, setD] = useState({ secret: '', token: '' });
    const [found, setFound] = useState('');
    const form = useForm();
    const save = () => form.submit(async () => {
        for (const k of ['secret', 'token'] as const) if (d[k].trim()) await api.put(`/settings/${KEYS[k]}`, { value: d[k].trim() });
        setD({ secret: '', token: '' });
        await reload();
        toast(t('saved'));
    });
    const test = () => form.submit(async () => {
        setFound('');
        const x = await api.post<{ team: string; user: string }>('/chat/slack/test');
        setFound(t('found', { team: x.team, user: x.user }));
    });
    const put = (part: Partial<typeof d>) => { setD({ ...d, ...part }); setFound(''); form.clear(); };
    return (
        <section class="block">
            <header><h2>{t('keys')}</h2></header>
            <form class="form" onSubmit={(e) => { e.preventDefault(); void save(); }}>
                {form.general([]) && <p class="form-error" role="alert">{form.general([])}</p>}
                {(['secret', 'token'] as const).map((k) => (
                    <Field key={k} label={t(k)} help={has(KEYS[k]) ? t('kept') : t(`${k}_help`)}>
                        {(p) => <Input {...p} type="password" autocomplete="new-password" maxLength={500} value={d[k]} onChange={(v) => put({ [k]: v })} />}
                    </Field>
                ))}
                {found && <p role="status"><Status tone="ok" icon="done">{found}</Status></p>}
                <div class="row">
                    <Button kind="primary" type="submit" busy={form.busy} disabled={!d.secret.trim() && !d.token.trim()}>{t('save')}</Button>
                    <Button icon="wave" busy={form.busy} disabled={!has(KEYS.token)} onClick={test}>{t('test')}</Button>
                </div>
            </form>
        </section>
    );
}
