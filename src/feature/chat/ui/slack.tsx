/** Settings → Slack: the keys of the app, whether they work, how it goes, and the manifest that makes the app. */
import { useState } from 'preact/hooks';
import { Field, Select } from 'kit';
import { api } from 'app/api';
import { SettingsPage } from 'app/settings';
import { Copy, HowItGoes, Keys } from './parts';
import { t } from './strings';

/** The app as Slack makes it from a manifest (JSON); with Socket Mode it has no addresses of ours. */
const manifest = (url: string, socket: boolean) => {
    const at = socket ? {} : { url };
    const request = socket ? {} : { request_url: url };
    return JSON.stringify({
        display_information: { name: 'Hindsight', description: 'Incidents and post-mortems' },
        features: {
            bot_user: { display_name: 'hindsight', always_online: true },
            shortcuts: [{ name: 'Add to timeline', type: 'message', callback_id: 'add_to_timeline', description: 'Puts the message on the timeline of the incident' }],
            slash_commands: [{ command: '/hindsight', ...at, description: 'Declares and runs incidents', usage_hint: 'declare TITLE | help', should_escape: false }],
        },
        oauth_config: { scopes: { bot: ['channels:history', 'channels:manage', 'channels:read', 'chat:write', 'commands', 'files:read', 'groups:history', 'groups:read', 'pins:read', 'reactions:read', 'reactions:write', 'users:read', 'users:read.email'] } },
        settings: {
            event_subscriptions: { ...request, bot_events: ['message.channels', 'message.groups', 'pin_added', 'pin_removed', 'reaction_added', 'reaction_removed'] },
            interactivity: { is_enabled: true, ...request }, org_deploy_enabled: false, socket_mode_enabled: socket, token_rotation_enabled: false,
        },
    }, null, 2);
};

export default function SlackSettings() {
    const [way, setWay] = useState<'http' | 'socket'>('http');
    const socket = way === 'socket';
    const keys = [
        { setting: 'chat.slack_bot_token', label: t('token'), help: t('token_help') },
        { setting: 'chat.slack_signing_secret', label: t('secret'), help: t('secret_help') },
        { setting: 'chat.slack_app_token', label: t('app_token'), help: t('app_token_help') },
    ];
    const test = async () => {
        const x = await api.post<{ team: string; user: string }>('/chat/slack/test');
        return t('found', { team: x.team, user: x.user });
    };
    return (
        <SettingsPage title={t('slack')} about={t('about')}>
            <Keys keys={keys} tested="chat.slack_bot_token" test={test} />
            <HowItGoes source="slack" />
            <section class="block">
                <header><h2>{t('how')}</h2></header>
                <div class="form">
                    <Field label={t('way')} help={t(socket ? 'way_socket_help' : 'way_http_help')}>
                        {(p) => <Select {...p} value={way} onChange={setWay} options={[{ value: 'http', label: t('way_http') }, { value: 'socket', label: t('way_socket') }]} />}
                    </Field>
                    <p>{t('how_1')}</p>
                    <Copy text={manifest(`${location.origin}/api/v1/chat/slack`, socket)} />
                    <p>{t(socket ? 'how_2_socket' : 'how_2')}</p>
                    <p>{t('how_3')}</p>
                </div>
            </section>
        </SettingsPage>
    );
}
