/** Home of a workspace in which nothing has happened yet: what to do first. */
import type { ComponentChildren } from 'preact';
import { api } from 'app/api';
import { may } from 'app/registry';
import { useResource } from 'app/resource';
import { me } from 'app/session';
import type { Page } from 'app/types';
import { Button, Icon, LinkButton } from 'kit';
import { declaring } from '../../incident/ui/declare-layer';
import { t } from './step-strings';

/** Whether a list has more than `than` items; undefined for those who may not ask. */
function useMoreThan(path: string, than: number, allowed: boolean): boolean | undefined {
    const r = useResource(allowed ? `any ${path}` : null, () => api.get<Page<unknown>>(path, { limit: than + 1 }));
    return r.data && r.data.items.length > than;
}

export default function FirstSteps() {
    const admin = may(me().role, 'admin');
    const source = useMoreThan('/integrations', 0, admin);
    const people = useMoreThan('/people', 1, true);
    return (
        <div class="page"><section class="first-steps">
            <h2>{t('welcome')}</h2>
            <ol>
                <Step n={1} done={!!source} title={t('step_source')} action={admin && (source ? <LinkButton href="/settings/integrations">{t('manage')}</LinkButton> : <LinkButton kind="primary" icon="plus" href="/settings/integrations">{t('connect')}</LinkButton>)}>
                    {!admin ? t('step_source_ask') : source ? t('step_source_done') : t('step_source_body')}
                </Step>
                <Step n={2} title={t('step_incident')} action={may(me().role, 'responder') && <Button icon="incident" {...(source || !admin ? { kind: 'primary' as const } : {})} onClick={() => { declaring.value = true; }}>{t('declare')}</Button>}>{t('step_incident_body')}</Step>
                <Step n={3} done={!!people} title={t('step_people')} action={admin && <LinkButton href="/settings/people">{t('people')}</LinkButton>}>{t('step_people_body')}</Step>
            </ol>
        </section></div>
    );
}

function Step({ n, done, title, action, children }: { n: number; done?: boolean; title: string; action?: ComponentChildren; children?: ComponentChildren }) {
    return (
        <li class={done ? 'done' : ''}>
            <span class="step-n">{done ? <Icon name="check" small label={t('step_done')} /> : n}</span>
            <div class="grow"><h3>{title}</h3><p class="soft">{children}</p></div>
            {action}
        </li>
    );
}
