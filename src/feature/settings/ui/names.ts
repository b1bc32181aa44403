/** Only what the rail and the list of settings say, because it is in the first page. */
import { dictionary } from 'app/i18n';

export const t = dictionary({
    en: { settings: 'Settings', workspace: 'Workspace', audit: 'Audit log', jobs: 'Background work' },
    zh: { settings: '设置', workspace: '工作区', audit: '审计日志', jobs: '后台任务' },
});
