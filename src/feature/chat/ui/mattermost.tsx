/** Settings → Mattermost: both webhooks, whether posting works, and the steps on the other side. */
import { api } from 'app/api';
import { SettingsPage } from 'app/settings';
import { Copy, HowItGoes, Keys } from './parts';
import { t } from './strings';

export default function MattermostSettings() {
    const keys = [
        { setting: 'chat.mattermost_url', label: t('mm_url'), help: t('mm_url_help') },
        { setting: 'chat.mattermost_token', label: t('mm_token'), help: t('mm_token_help') },
    ];
    const test = async () => {
        await api.post('/chat/mattermost/test');
        return t('posted');
    };
    return (
        <SettingsPage title={t('mattermost')} about={t('mm_about')}>
            <Keys keys={keys} tested="chat.mattermost_url" test={test} />
            <HowItGoes source="mattermost" />
            <section class="block">
                <header><h2>{t('how')}</h2></header>
                <div class="form">
                    <p>{t('mm_how_1')}</p>
                    <p>{t('mm_how_2')}</p>
                    <Copy text={`${location.origin}/api/v1/chat/mattermost`} />
                    <p>{t('mm_how_3')}</p>
                </div>
            </section>
        </SettingsPage>
    );
}
