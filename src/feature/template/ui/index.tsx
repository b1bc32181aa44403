import { defineFeature } from 'app/registry';
import { navigate } from 'app/router';
import { t } from './names';

export default defineFeature({
    name: 'template',
    routes: [
        { path: '/templates', load: () => import('./list') },
        { path: '/templates/:id', load: () => import('./editor') },
    ],
    nav: [{ href: '/templates', icon: 'layout', label: () => t('templates'), order: 1, place: 'end' }],
    commands: [{ id: 'new-template', label: () => t('new_template'), icon: 'layout', role: 'manager', words: 'template 模板', run: () => navigate('/templates/new') }],
});
