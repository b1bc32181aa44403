import { defineFeature } from 'app/registry';
import { navigate } from 'app/router';
import { t } from './names';

export default defineFeature({
    name: 'change',
    routes: [{ path: '/changes', load: () => import('./changes') }],
    commands: [{ id: 'changes', label: () => t('changes'), icon: 'change', words: 'deploy flag migration release 部署 变更', run: () => navigate('/changes') }],
});
