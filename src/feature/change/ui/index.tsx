import { defineFeature } from 'app/registry';
import { navigate } from 'app/router';
import { t } from './names';

export default defineFeature({
    name: 'change',
    routes: [{ path: '/changes', load: () => import('./changes') }],
    nav: [{ href: '/changes', icon: 'change', label: () => t('changes'), order: 4.2, keys: 'g c', wideOnly: true }],
    commands: [{ id: 'changes', label: () => t('changes'), icon: 'change', words: 'deploy flag migration release 部署 变更', run: () => navigate('/changes') }],
});
