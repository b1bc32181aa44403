/** Only what the rail and the list of settings say, because it is in the first page. */
import { dictionary } from 'app/i18n';

export const t = dictionary({
    en: { profile: 'Your profile', tokens: 'API tokens', people: 'People', teams: 'Teams' },
    zh: { profile: '个人资料', tokens: 'API 令牌', people: '人员', teams: '团队' },
});
