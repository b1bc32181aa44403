import { api } from 'app/api';
import { defineFeature } from 'app/registry';
import { useResource } from 'app/resource';
import { AddLayer, adding } from './add-layer';
import { t } from './first-strings';
import type { Counts } from './types';

function OpenCount() {
    const r = useResource('follow-up counts', () => api.get<Counts>('/follow-ups/counts'), ['follow-ups']);
    return r.data?.mine ? <span class="n">{r.data.mine}</span> : null;
}

export default defineFeature({
    name: 'followup',
    routes: [
        { path: '/follow-ups', load: () => import('./list') },
        { path: '/follow-ups/:id', load: () => import('./detail') },
    ],
    nav: [{ href: '/follow-ups', icon: 'todo', label: () => t('follow_ups'), order: 3, keys: 'g f', badge: OpenCount }],
    commands: [{ id: 'follow-up', label: () => t('add'), icon: 'todo', role: 'responder', words: 'action item todo task 行动项', run: () => { adding.value = {}; } }],
    layer: AddLayer,
});
