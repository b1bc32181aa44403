import type { ComponentChildren } from 'preact';
import { Segmented, Icon, useTitle } from 'kit';
import { locale, setLocale } from 'app/i18n';
import { t } from './strings';

/** A page without the rail: the name, one column, the language. */
export function Bare({ title, lead, children, wide }: { title: ComponentChildren; lead?: ComponentChildren; children?: ComponentChildren; wide?: boolean }) {
    useTitle(typeof title === 'string' ? title : '');
    return (
        <div class="bare">
            <header class="bare-head">
                <span class="brand"><span class="mark"><Icon name="wave" /></span>Hindsight</span>
                <Segmented label={t('language')} value={locale.value} options={[{ value: 'en', label: 'English' }, { value: 'zh', label: '中文' }]} onChange={setLocale} />
            </header>
            <main id="main" class={`bare-main ${wide ? 'wide' : ''}`} tabIndex={-1}>
                <h1>{title}</h1>
                {lead && <p class="soft">{lead}</p>}
                {children}
            </main>
        </div>
    );
}
