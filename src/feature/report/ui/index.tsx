import { defineFeature } from 'app/registry';
import { t } from './names';
import { WriteLayer, writePostMortem } from './write-layer';

export default defineFeature({
    name: 'report',
    routes: [
        { path: '/reports', load: () => import('./library') },
        { path: '/reports/:id/edit', narrow: true, load: () => import('./edit') },
    ],
    nav: [{ href: '/reports', icon: 'doc', label: () => t('reports'), order: 2, keys: 'g p' }],
    commands: [{ id: 'write', label: () => t('write'), icon: 'pen', role: 'responder', words: 'report retrospective 复盘', run: () => writePostMortem(null) }],
    layer: WriteLayer,
});
