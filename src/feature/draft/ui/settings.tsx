/** Which model, within which limits, and what may leave. */
import { useState } from 'preact/hooks';
import { Button, Failed, Skeleton, Status, toastError } from 'kit';
import { api } from 'app/api';
import { useResource } from 'app/resource';
import { SettingsPage } from 'app/settings';
import type { Page } from 'app/types';
import { SettingRow, type Setting } from '../../settings/ui/workspace';
import type { TestResult, Usage } from './types';
import { t } from './strings';

const GROUPS = [
    ['connection', ['ai.provider', 'ai.base_url', 'ai.model', 'ai.key', 'ai.key_header', 'ai.allow']],
    ['care', ['ai.mask', 'ai.private_incidents', 'ai.unsupported', 'ai.review', 'ai.keep_days']],
    ['limits', ['ai.timeout_s', 'ai.retries', 'ai.window', 'ai.tokens_per_day', 'ai.cents_per_day', 'ai.price_in', 'ai.price_out']],
] as const;

export default function AiSettings() {
    const all = useResource('settings', () => api.get<Page<Setting>>('/settings'), ['settings']);
    const usage = useResource('ai', () => api.get<Usage>('/ai'));
    const [result, setResult] = useState<TestResult | null>(null);
    const [testing, setTesting] = useState(false);
    const saved = (s: Setting) => {
        all.set((old) => old && { ...old, items: old.items.map((x) => (x.key === s.key ? s : x)) });
        setResult(null);
        void usage.reload();
    };
    const test = async () => {
        setTesting(true);
        try {
            setResult(await api.post<TestResult>('/ai/test', {}));
        } catch (e) { toastError(e); }
        setTesting(false);
    };
    const of = (key: string) => all.data?.items.find((s) => s.key === key);
    return (
        <SettingsPage title={t('ai')} about={t('ai_about')} action={<Button busy={testing} onClick={() => void test()}>{t('test')}</Button>}>
            {all.error && !all.data ? <Failed error={all.error} retry={all.reload} /> : !all.data ? <Skeleton /> : <>
                {result && <p role="status" class="draft-test">{result.works
                    ? <Status tone="ok" icon="check">{t('test_works', { model: result.model, s: (result.took_ms / 1000).toFixed(1), n: result.tokens })}</Status>
                    : <Status tone="bad" icon="warning">{t('test_fails')}: {result.error}</Status>}</p>}
                {usage.data && usage.data.tokens_today > 0 && <p class="quiet">{t('used_today')}: {t('tokens', { n: usage.data.tokens_today })}{usage.data.tokens_per_day > 0 && ` ${t('of', { n: usage.data.tokens_per_day })}`}{usage.data.cost_today > 0 && `, ${usage.data.cost_today.toFixed(2)}`}</p>}
                {GROUPS.map(([name, keys]) => (
                    <section class="block" key={name}>
                        <header><h2>{t(name)}</h2></header>
                        {keys.map((k) => of(k)).filter((s): s is Setting => !!s).map((s) => <SettingRow key={s.key} s={{ ...s, title: t.any(`${s.key} title`, s.title), help: t.any(`${s.key} help`, s.help) }} onSaved={saved} />)}
                    </section>
                ))}
            </>}
        </SettingsPage>
    );
}
