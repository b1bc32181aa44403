/** Settings → Microsoft Teams: both webhooks, whether posting works, and the steps on the other side. */
import { api } from 'app/api';
import { SettingsPage } from 'app/settings';
import { Copy, HowItGoes, Keys } from './parts';
import { t } from './strings';

export default function TeamsSettings() {
    const keys = [
        { setting: 'chat.teams_url', label: t('teams_url'), help: t('teams_url_help') },
        { setting: 'chat.teams_secret', label: t('teams_secret'), help: t('teams_secret_help') },
    ];
    const test = async () => {
        await api.post('/chat/teams/test');
        return t('posted');
    };
    return (
        <SettingsPage title={t('teams')} about={t('teams_about')}>
            <Keys keys={keys} tested="chat.teams_url" test={test} />
            <HowItGoes source="teams" />
            <section class="block">
                <header><h2>{t('how')}</h2></header>
                <div class="form">
                    <p>{t('teams_how_1')}</p>
                    <p>{t('teams_how_2')}</p>
                    <Copy text={`${location.origin}/api/v1/chat/teams`} />
                    <p>{t('teams_how_3')}</p>
                </div>
            </section>
        </SettingsPage>
    );
}
