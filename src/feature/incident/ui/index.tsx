import { api } from 'app/api';
import { defineFeature } from 'app/registry';
import { useResource } from 'app/resource';
import type { Page } from 'app/types';
import { DeclareLayer, declaring } from './declare-layer';
import { t } from './first-strings';

function ActiveCount() {
    const r = useResource('incidents active', () => api.get<Page<unknown>>('/incidents', { active: true, limit: 1 }), ['incidents']);
    return r.data?.total ? <span class="n bad">{r.data.total}</span> : null;
}

export default defineFeature({
    name: 'incident',
    routes: [
        { path: '/incidents', load: () => import('./list') },
        { path: '/incidents/:id', load: () => import('./incident') },
    ],
    nav: [{ href: '/incidents', icon: 'incident', label: () => t('incidents'), order: 1, keys: 'g i', badge: ActiveCount }],
    commands: [{ id: 'declare', label: () => t('declare'), icon: 'incident', keys: 'c', role: 'responder', words: 'new create 新建', run: () => { declaring.value = true; } }],
    layer: DeclareLayer,
});
