/** Only what the rail and the list of settings say, because it is in the first page. */
import { dictionary } from 'app/i18n';

export const t = dictionary({
    en: { channels: 'Channels', services: 'Services' },
    zh: { channels: '频道', services: '服务' },
});
